import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DeregisterTargetsCommand, RegisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { marshall } from '@aws-sdk/util-dynamodb';
import { readBinding } from '../../functions/aws/bindings.ts';
import { addressesOf, type KnownOfTargets, lookAtTargets, type TargetsLook } from '../../functions/aws/targets-look.ts';
import type { Binding } from '../../functions/domain/binding.ts';
import type { TargetsPlan } from '../../functions/domain/targets.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { type Refused, refused } from '../action.ts';
import { whyNot } from '../bindings.ts';
import { type DirectLooks, directLooks } from '../direct-looks.ts';
import { type Holding, note, recordEnd, recordFailure, takeLease, type Written } from '../lease.ts';
import type { Services } from '../services.ts';

/** What is to be done directly. */
export interface DirectInput {
  readonly bindingId: string;
  /** Why; undefined = nothing is done, and what would be done is shown. */
  readonly reason?: string | undefined;
  readonly resolver?: string | undefined;
}

/** What would be done, or was done, from an operator's own machine. */
export interface TargetsDirect {
  readonly outcome: 'planned-directly' | 'applied-directly';
  readonly bindingId: string;
  /** What was registered, and what was deregistered; nobody where it was planned only. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** What was planned last. */
  readonly plan: TargetsPlan;
  /** Why neither lease nor pause, mode and misses were gone by: the ledger did not answer. */
  readonly silence?: string;
}

/** Whether something was planned or done from an operator's own machine. */
export const isDirect = (result: { readonly outcome: string }): result is TargetsDirect =>
  result.outcome === 'planned-directly' || result.outcome === 'applied-directly';

/** Health checks take from ten seconds to minutes; a miss counts after a minute. */
const WAIT_MILLISECONDS = 10_000;

/** New targets have ten minutes to be healthy, and stale ones are missed for minutes: what takes longer than all of it does not end. */
const PATIENCE_MILLISECONDS = 45 * 60_000;

/**
 * Break glass: does what a run of `refresh-targets` does, where no run can: by the same looks and the same plan, with the credentials of whoever
 * calls. The one exception to "one effect, one home": under the runs' own lease, within modes and pauses, as far as the ledger answers. Where it
 * does not, targets are added and none is removed.
 *
 * If we die half-way, our lease is over within five minutes, and the next run goes on from what is registered.
 *
 * @throws `Throttled`, `Denied`, `Malformed`; what AWS throws. The failure is recorded where that can be.
 */
export const targetsDirect = async (
  { bindingId, reason, resolver }: DirectInput,
  services: Services,
): Promise<TargetsDirect | Refused> => {
  const objection = await whyNot(bindingId, services);
  if (objection !== undefined) return refused(objection);
  const binding = await readBinding(services.dynamo, services.tables.registry, bindingId);
  const looks = directLooks(resolver, services);
  const first = await lookAtTargets(binding, { removed: [], known: null, isFull: false }, looks.lookers);
  const silence = looks.silence();
  const heard = silence === undefined ? {} : { silence };
  if (reason === undefined) {
    return { outcome: 'planned-directly', bindingId, added: [], removed: [], plan: first.plan, ...heard };
  }

  const by = await services.caller();
  const at = services.now().toISOString();
  const run = new DirectRun(binding, { by, reason, at }, { looks, known: first.known }, services);
  if (silence !== undefined)
    services.say(`The ledger does not answer (${silence}): targets are added, none is removed.`);
  else {
    const kept = await takeLease(run.holding, services);
    if (kept !== undefined) return refused(kept);
    await run.begin(first.plan);
  }
  const done = await run.toEnd();
  return 'outcome' in done ? done : { outcome: 'applied-directly', bindingId, ...done, ...heard };
};

interface Deed {
  readonly by: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

type Done = Pick<TargetsDirect, 'added' | 'removed' | 'plan'>;

/** One person's run. */
class DirectRun {
  readonly holding: Holding;
  readonly #binding: Binding;
  readonly #deed: Deed;
  readonly #looks: DirectLooks;
  readonly #services: Services;
  #known: KnownOfTargets;
  #added: readonly string[] = [];
  #removed: readonly string[] = [];
  #isFull = false;
  #waitedFor = '';

  constructor(
    binding: Binding,
    deed: Deed,
    { looks, known }: { readonly looks: DirectLooks; readonly known: KnownOfTargets },
    services: Services,
  ) {
    this.#binding = binding;
    this.#deed = deed;
    this.#looks = looks;
    this.#known = known;
    this.#services = services;
    this.holding = { bindingId: binding.bindingId, me: `operator ${deed.by} at ${deed.at}` };
  }

  /** Writes down who does it and why, before anything is done. */
  async begin({ add, remove, withheld }: TargetsPlan): Promise<void> {
    const { bindingId, serviceId, targetGroupArn, port } = this.#binding;
    const Item = marshall({
      ...ledgerKey.direct(bindingId, this.#deed.at),
      ...{ bindingId, serviceId, targetGroupArn, port, ...this.#deed },
      ...{ outcome: 'begun', plan: { add, remove, withheld: withheld.map((each) => ({ ...each })) } },
    });
    await this.#services.dynamo.send(new PutItemCommand({ TableName: this.#services.tables.ledger, Item }));
  }

  /** Goes on until there is nothing more to do. @throws what AWS throws, after it is recorded. */
  async toEnd(): Promise<Done | Refused> {
    try {
      const done = await this.#untilDone();
      await this.#record('outcome' in done ? 'failed' : 'applied');
      return done;
    } catch (error) {
      // What went wrong first is what counts.
      await this.#fail()
        .then(() => this.#record('failed'))
        .catch(() => undefined);
      throw error;
    }
  }

  get #hasLedger(): boolean {
    return this.#looks.silence() === undefined;
  }

  async #untilDone(): Promise<Done | Refused> {
    const { now, wait } = this.#services;
    const deadline = now().getTime() + PATIENCE_MILLISECONDS;
    while (now().getTime() <= deadline) {
      const soFar = { removed: this.#removed, known: this.#known, isFull: this.#isFull };
      const look = await lookAtTargets(this.#binding, soFar, this.#looks.lookers);
      this.#known = look.known;
      const isOver = look.step.step === 'done' && !isMissing(look);
      const written = isOver ? await this.#end(look) : await this.#note(look);
      if (written === 'lost') return refused(this.#lost());
      if (written === 'changed') continue;
      if (isOver) return { added: this.#added, removed: this.#removed, plan: look.plan };
      const failed = await this.#take(look);
      if (failed !== undefined) return failed;
      if (look.step.step !== 'deregister') await wait(WAIT_MILLISECONDS);
    }
    await this.#fail();
    return refused(
      `Forty-five minutes, and still something to do about ${this.#binding.bindingId}: see "targets --binding ${this.#binding.bindingId} --direct". ${this.#sofar()}`,
    );
  }

  #note({ record, next }: TargetsLook): Promise<Written> {
    return this.#hasLedger ? note(this.holding, { record, next }, this.#services) : Promise.resolve('written');
  }

  #end({ record, next, known: { isCrossZone } }: TargetsLook): Promise<Written> {
    if (!this.#hasLedger) return Promise.resolve('written');
    return recordEnd(this.holding, { record, next, isCrossZone }, this.#services);
  }

  async #fail(): Promise<void> {
    if (this.#hasLedger) await recordFailure(this.holding, this.#services);
  }

  async #record(outcome: 'applied' | 'failed'): Promise<void> {
    if (!this.#hasLedger) return;
    const { bindingId } = this.#binding;
    await this.#services.dynamo.send(
      new UpdateItemCommand({
        ...{ TableName: this.#services.tables.ledger, Key: marshall(ledgerKey.direct(bindingId, this.#deed.at)) },
        UpdateExpression: 'SET outcome = :outcome, added = :added, removed = :removed, endedAt = :now',
        ExpressionAttributeValues: marshall({
          ...{ ':outcome': outcome, ':added': [...this.#added], ':removed': [...this.#removed] },
          ':now': this.#services.now().toISOString(),
        }),
      }),
    );
  }

  /** Takes a step. @returns why it ends here, where it does. */
  async #take({ plan, step }: TargetsLook): Promise<Refused | undefined> {
    const { say } = this.#services;
    const addresses = addressesOf(step);
    switch (step.step) {
      case 'register':
        if (await this.#register(addresses)) {
          this.#added = [...new Set([...this.#added, ...addresses])];
          say(`registered    ${addresses.join(', ')}`);
        }
        return undefined;
      case 'deregister':
        await this.#deregister(addresses);
        this.#removed = [...new Set([...this.#removed, ...addresses])];
        say(`deregistered  ${addresses.join(', ')}`);
        return undefined;
      case 'withdraw': {
        await this.#deregister(addresses);
        say(`withdrawn     ${addresses.join(', ')}`);
        await this.#fail();
        return refused(
          `UnsafePlan: ${addresses.join(', ')} did not get healthy and was withdrawn: ${step.because}. The targets that were there before stay. See why: docs/runbook.md#unsafe-plan.`,
        );
      }
      case 'wait':
      case 'done': {
        const reason =
          step.step === 'wait' ? step.because : 'DNS has to miss what is stale often enough, once a minute';
        if (reason !== this.#waitedFor) say(`waiting       ${reason}`);
        this.#waitedFor = reason;
        // What drained may have made room.
        if (step.step === 'wait' && plan.isSwap) this.#isFull = false;
        return undefined;
      }
    }
  }

  #targets(addresses: readonly string[]) {
    const { targetGroupArn: TargetGroupArn, port: Port } = this.#binding;
    return { TargetGroupArn, Targets: addresses.map((Id) => ({ Id, Port })) };
  }

  /** @returns false where the group is full: the next look makes room first. */
  async #register(addresses: readonly string[]): Promise<boolean> {
    this.#isFull = false;
    try {
      await this.#services.elb.send(new RegisterTargetsCommand(this.#targets(addresses)));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'TooManyTargetsException') throw error;
      this.#isFull = true;
      return false;
    }
    this.#removed = this.#removed.filter((each) => !addresses.includes(each));
    return true;
  }

  /** Who is gone already is no error. Where one of several is, nothing of the call was done: then each goes alone. */
  async #deregister(addresses: readonly string[]): Promise<void> {
    this.#isFull = false;
    try {
      await this.#services.elb.send(new DeregisterTargetsCommand(this.#targets(addresses)));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'InvalidTargetException') throw error;
      if (addresses.length > 1) for (const each of addresses) await this.#deregister([each]);
    }
  }

  #sofar(): string {
    const list = (all: readonly string[]): string => (all.length === 0 ? 'nobody' : all.join(', '));
    return `So far: registered ${list(this.#added)}, deregistered ${list(this.#removed)}.`;
  }

  #lost(): string {
    return `Somebody took ${this.#binding.bindingId} over while you were at it: a run, which works again, or a colleague. ${this.#sofar()} See "bindings".`;
  }
}

/** Whether a target of ours stays for no other reason than that DNS has not missed it often enough yet: it is worth another minute. */
const isMissing = ({ situation, named, plan }: TargetsLook): boolean => {
  const { look, targets, ours, misses, binding, modes, paused } = situation;
  if (look.kind !== 'answered' || !look.isWhole || paused !== undefined || modes['targets-remove'] !== 'enforce') {
    return false;
  }
  const needed = binding.missesBeforeRemoval ?? 0;
  return targets.some(
    ({ address, port, state }) =>
      port === binding.port &&
      state !== 'draining' &&
      ours.has(address) &&
      named?.includes(address) === false &&
      !plan.remove.includes(address) &&
      (misses[address] ?? 0) < needed,
  );
};
