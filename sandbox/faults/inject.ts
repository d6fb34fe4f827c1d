import { type Call, OPERATOR } from '../cloud.ts';
import type { JournalEntry } from '../journal.ts';
import type { World } from '../world.ts';
import { checkScript, FaultScriptError, partsOf } from './check-script.ts';
import { type CallFault, type Fault, faultWords, type StopAtState } from './fault.ts';
import { makeCall, type Next, type Scene } from './make-call.ts';

/** A fault that happened. */
export interface InjectedFault {
  /** Milliseconds since the epoch, by the world's clock. */
  readonly at: number;
  readonly fault: Fault;
  /** Whom it hit: the caller's ARN, or the execution's. */
  readonly who: string;
}

/** A script at work. */
export interface Injection {
  /** What happened so far, in order. */
  readonly injected: readonly InjectedFault[];
  /** What did not happen yet: its call or state has not come. Of `every`, what never did. */
  readonly waiting: readonly Fault[];
  /**
   * Takes all faults away; what is delayed or dead stays so.
   *
   * @throws FaultScriptError where a fault met a call for which it has no meaning. That call was made as if there were no fault.
   */
  stop(): void;
}

/** What faults need of a world. */
export type FaultyWorld = Pick<World, 'cloud' | 'journal' | 'endCaller'>;

const fitsCall = (call: Call, { on, by, about }: CallFault): boolean => {
  const { service, action } = partsOf(on);
  if (call.service !== service || call.action !== action) return false;
  const { principal } = call;
  const source = principal.kind === 'service' ? principal.sourceArn : '';
  const isMeant = by === undefined ? principal.kind !== 'account' : `${principal.arn} ${source}`.includes(by);
  return isMeant && (about === undefined || JSON.stringify(call.input ?? null).includes(about));
};

const fitsEntry = ({ kind, who, what }: JournalEntry, { on, by }: StopAtState): boolean =>
  kind === 'state' && what === `entered ${on}` && who.includes(':execution:') && who.includes(by ?? '');

/**
 * Plays a script of faults in a world, from now on. Several faults at one call go one inside the other, the first of the script
 * outermost: a delay and a lost reply both happen, and behind a throttle nothing does. Each one that happens is a line of the journal.
 *
 *     const faults = injectFaults(world, [{ kind: 'lost-reply', on: 'ec2:AcceptVpcEndpointConnections' }]);
 *
 * @throws FaultScriptError for an action that the world does not have, an unknown kind, a number out of range: at once.
 */
export const injectFaults = (world: FaultyWorld, faults: readonly Fault[]): Injection => {
  const { cloud, journal } = world;
  checkScript(faults, cloud);
  const script = faults.map((fault) => ({ fault, seen: 0, happened: false }));
  const injected: InjectedFault[] = [];
  const refusals: string[] = [];

  /** Counts one more that fits; whether it is the one. */
  const isDue = (line: (typeof script)[number]): boolean => {
    line.seen += 1;
    const { nth = 1 } = line.fault;
    return nth === 'every' || nth === line.seen;
  };
  const note = (line: (typeof script)[number], who: string): void => {
    line.happened = true;
    injected.push({ at: cloud.clock.now(), fault: line.fault, who });
    journal.write({ kind: 'state', who: 'faults', what: faultWords(line.fault), detail: { who } });
  };
  const refuse = (fault: Fault, why: string): void => {
    const words = `${faultWords(fault)}: ${why}`;
    if (!refusals.includes(words)) refusals.push(words);
    journal.write({ kind: 'state', who: 'faults', what: `refused ${words}` });
  };

  const leave = cloud.intercept((call, next) => {
    const due = script.filter(
      (line) => line.fault.kind !== 'stop-at-state' && fitsCall(call, line.fault) && isDue(line),
    );
    return due.reduceRight<Next>((inner, line) => {
      const fault = line.fault as CallFault;
      const scene: Scene = {
        call,
        next: inner,
        kill: () => world.endCaller(call.principal),
        sleep: (milliseconds) => cloud.clock.sleep(milliseconds),
        note: () => note(line, call.principal.arn),
        refuse: (why) => refuse(fault, why),
      };
      return () => makeCall(fault, scene);
    }, next)();
  });

  const unlisten = journal.listen((entry) => {
    for (const line of script) {
      const { fault } = line;
      if (fault.kind !== 'stop-at-state' || !fitsEntry(entry, fault) || !isDue(line)) continue;
      note(line, entry.who);
      const input = { executionArn: entry.who, error: 'Fault', cause: `Stopped on purpose: ${faultWords(fault)}.` };
      cloud
        .invoke({ service: 'states', action: 'StopExecution', input, principal: OPERATOR })
        .catch((error: unknown) => refuse(fault, String(error)));
    }
  });

  return {
    injected,
    get waiting() {
      return script.filter(({ happened }) => !happened).map(({ fault }) => fault);
    },
    stop() {
      leave();
      unlisten();
      if (refusals.length > 0) throw new FaultScriptError(refusals);
    },
  };
};
