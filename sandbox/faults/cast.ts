import { type Call, OPERATOR } from '../cloud.ts';
import type { Ailment } from '../dns/world-dns.ts';
import { type Random, seededRandom } from '../random.ts';
import { AwsError } from '../services/errors.ts';
import type { SimulatedWorld } from '../simulated.ts';
import type { CallFault } from './fault.ts';
import { makeCall, type Next, silence } from './make-call.ts';
import { IndexLag, inPieces, isDelivery, isNotice, mangled, nothingDeleted, nothingDone } from './mishaps.ts';
import type { Spell, SpellKind } from './spell.ts';

/** How long what is late is late, in milliseconds. */
const LATE = [1_000, 240_000] as const;

/** Which scripted fault a kind of spell is, at a call. */
const SCRIPTED: Readonly<Partial<Record<SpellKind, Pick<CallFault, 'kind'> & { readonly how?: 'silence' }>>> = {
  throttle: { kind: 'throttle' },
  'error-before': { kind: 'error-before' },
  'error-after': { kind: 'lost-reply' },
  'hang-after': { kind: 'lost-reply', how: 'silence' },
  'kill-before': { kind: 'kill-before' },
  'kill-after': { kind: 'kill-after' },
  'out-of-memory': { kind: 'kill-before' },
};

const isOn = ({ service, action, principal }: Call, on: string | undefined): boolean =>
  on === undefined || on === service || on === `${service}:${action}` || principal.arn.includes(on);

/** What a spell of a kind can meet at all. What people do goes well. */
const CAN_MEET: Readonly<Record<SpellKind, (call: Call) => boolean>> = {
  'notice-lost': isNotice,
  'notice-twice': isNotice,
  'notice-late': isNotice,
  'notice-mangled': isNotice,
  'event-lost': isDelivery,
  'event-twice': isDelivery,
  'event-late': isDelivery,
  'delete-lost': ({ service, action }) => service === 'sqs' && action.startsWith('DeleteMessage'),
  throttle: ({ principal }) => principal.kind === 'role',
  'error-before': ({ principal }) => principal.kind === 'role',
  'error-after': ({ principal }) => principal.kind === 'role',
  // Step Functions' and the pollers' own clients do not wait for ever; only functions and SDK tasks are known to have time-outs.
  'hang-before': (call) => isOfFunction(call),
  'hang-after': (call) => isOfFunction(call),
  unsuccessful: ({ service, action, principal }) =>
    service === 'ec2' && principal.kind === 'role' && /^(Accept|Reject)VpcEndpointConnections$/.test(action),
  'index-lags': ({ service, action, input, principal }) =>
    service === 'dynamodb' &&
    action === 'Query' &&
    principal.kind === 'role' &&
    Object.hasOwn(input as object, 'IndexName'),
  'in-pieces': ({ service, action, principal }) =>
    service === 'dynamodb' && principal.kind === 'role' && /^(BatchGetItem|Query|Scan)$/.test(action),
  'kill-before': (call) => isOfFunction(call),
  'kill-after': (call) => isOfFunction(call),
  'out-of-memory': (call) => isOfFunction(call),
  cold: ({ service, action }) => service === 'lambda' && action === 'Invoke',
  stop: () => false,
  skew: () => false,
  denied: ({ principal }) => principal.kind === 'role',
  down: ({ service, action, principal }) =>
    principal.kind === 'role' && ((service === 'lambda' && action === 'Invoke') || action === 'StartExecution'),
  // What is wrong with a name meets whoever asks for it.
  'dns-nxdomain': () => false,
  'dns-servfail': () => false,
  'dns-empty': () => false,
  'dns-timeout': () => false,
  'dns-foreign': () => false,
  'dns-foreign-alone': () => false,
  'dns-near': () => false,
  'dns-near-alone': () => false,
};

/** Of the block for documentation (RFC 5737): nobody's. */
const FOREIGN = '203.0.113.66';
/** Of what a VPC may have, and no source's. */
const NEAR = '10.99.0.7';

/** What is wrong with a name. */
const AILMENTS: Readonly<Partial<Record<SpellKind, Ailment>>> = {
  'dns-nxdomain': { kind: 'nxdomain' },
  'dns-servfail': { kind: 'servfail' },
  'dns-empty': { kind: 'empty' },
  'dns-timeout': { kind: 'timeout' },
  'dns-foreign': { kind: 'poison', addresses: [FOREIGN] },
  'dns-foreign-alone': { kind: 'poison', addresses: [FOREIGN], isAlone: true },
  'dns-near': { kind: 'poison', addresses: [NEAR] },
  'dns-near-alone': { kind: 'poison', addresses: [NEAR], isAlone: true },
};

/** By the function's role, which the CDK names after it; what reads a queue for a function calls as that role, too. */
const isOfFunction = ({ service, action, principal }: Call): boolean =>
  principal.kind === 'role' &&
  !(service === 'sqs' && /^(Receive|Delete)Message/.test(action)) &&
  /(DecideConnection|DecideRevocation|AnswerConnections|ConvergePrincipals|ReadRequests|ListDifferences|SettlePlace|PlanTargets|WatchTargets|FindBindings)/.test(
    principal.arn,
  );

/** A call that a spell meets. */
interface Scene {
  readonly world: SimulatedWorld;
  readonly call: Call;
  readonly next: Next;
  readonly random: Random;
  /** Where texts are kept that were mangled. */
  readonly mangled: string[];
}

const lackOf = ({ world, call }: Scene): AwsError => {
  const words = 'A permission is lacking (a fault).';
  const service = world.cloud.services().find(({ name }) => name === call.service);
  return service?.denied?.(words) ?? new AwsError('AccessDeniedException', words);
};

const again = ({ world, next, random }: Scene): Promise<unknown> => {
  world.clock.after(random.between(...LATE), () => void next().catch(() => undefined));
  return next();
};

const late = async ({ world, next, random }: Scene): Promise<unknown> => {
  await world.clock.sleep(random.between(...LATE));
  return next();
};

const lose = async ({ call: { service } }: Scene): Promise<unknown> =>
  ({ sns: { MessageId: 'lost' }, lambda: { StatusCode: 202 } })[service] ?? { executionArn: 'lost' };

/** What each kind does that no scripted fault does. */
const WAYS: Readonly<Partial<Record<SpellKind, (scene: Scene) => Promise<unknown>>>> = {
  'notice-lost': lose,
  'event-lost': lose,
  'notice-twice': again,
  'event-twice': again,
  'notice-late': late,
  'event-late': late,
  'notice-mangled': ({ call, next, random, mangled: texts }) => {
    const input = call.input as { Message?: string };
    const text = mangled(String(input.Message), random);
    texts.push(text);
    input.Message = text;
    return next();
  },
  'delete-lost': async ({ call }) => nothingDeleted(call.input),
  unsuccessful: async ({ call }) => nothingDone(call.input),
  'hang-before': silence,
  cold: ({ world, next }) => {
    world.endIdle();
    return next();
  },
  denied: async (scene) => {
    throw lackOf(scene);
  },
  down: async () => {
    throw new AwsError('ServiceException', 'The service is down (a fault).', 500);
  },
};

/** Spells at work. */
export interface Cast {
  /** How often each kind happened. */
  readonly counts: ReadonlyMap<SpellKind, number>;
  /** When something happened last, by the world's clock; undefined = nothing did. */
  readonly last: () => number | undefined;
  /** Texts of notices that were mangled. */
  readonly mangled: readonly string[];
  /** Ends them all. */
  end(): void;
}

/**
 * Lets things go wrong for a while, each spell from its own moment on, with random numbers of its own: one seed, one course of events.
 *
 * @param beginning - which moment the spells' times count from.
 */
export const castSpells = (
  world: SimulatedWorld,
  spells: readonly Spell[],
  {
    seed,
    beginning,
    hostNameOf = () => undefined,
  }: {
    readonly seed: number;
    readonly beginning: number;
    /** The name under which a source is looked up. @default there is none */
    readonly hostNameOf?: (source: string) => string | undefined;
  },
): Cast => {
  const { cloud, clock, journal } = world;
  const counts = new Map<SpellKind, number>();
  const texts: string[] = [];
  const ends = new Set<() => void>();
  const lag = new IndexLag();
  let lastAt: number | undefined;

  const note = ({ kind }: Spell, who: string): void => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    lastAt = clock.now();
    journal.write({ kind: 'state', who: 'faults', what: kind, detail: { who } });
  };

  const doTo = async (spell: Spell, call: Call, next: Next, random: Random): Promise<unknown> => {
    const happens = (): void => note(spell, call.principal.arn);
    const scripted = SCRIPTED[spell.kind];
    if (scripted !== undefined) {
      const fault = { ...scripted, on: `${call.service}:${call.action}` } as CallFault;
      return makeCall(fault, {
        call,
        next,
        kill: () => world.endCaller(call.principal),
        sleep: (milliseconds) => clock.sleep(milliseconds),
        note: happens,
        // A service that reads a queue for the function is no function.
        refuse: () => undefined,
      });
    }
    if (spell.kind === 'in-pieces') {
      const pieces = inPieces(call);
      if (pieces === undefined) return next();
      happens();
      return pieces(next);
    }
    if (spell.kind === 'index-lags') return lag.read(call, next, happens);
    happens();
    return (WAYS[spell.kind] ?? next)({ world, call, next, random, mangled: texts });
  };

  const begin = (spell: Spell, random: Random): (() => void) => {
    if (spell.kind === 'skew') {
      world.skew.milliseconds = spell.by ?? 0;
      note(spell, 'functions');
      return () => {
        world.skew.milliseconds = 0;
      };
    }
    const ailment = AILMENTS[spell.kind];
    if (ailment !== undefined) {
      const hostName = hostNameOf(spell.on ?? '');
      if (hostName === undefined) return () => undefined;
      world.dns.ail(hostName, ailment);
      note(spell, hostName);
      return () => world.dns.heal(hostName);
    }
    if (spell.kind === 'stop') {
      return journal.listen(({ kind, who, what }) => {
        const isEntry = kind === 'state' && what.startsWith('entered ') && who.includes(':execution:');
        if (!isEntry || !who.includes(spell.on ?? '') || random.next() >= spell.chance) return;
        note(spell, who);
        const input = { executionArn: who, error: 'Fault', cause: 'Stopped on purpose.' };
        // It may have ended in the same moment.
        cloud.invoke({ service: 'states', action: 'StopExecution', input, principal: OPERATOR }).catch(() => undefined);
      });
    }
    return cloud.intercept((call, next) =>
      CAN_MEET[spell.kind](call) && isOn(call, spell.on) && random.next() < spell.chance
        ? doTo(spell, call, next, random)
        : next(),
    );
  };

  for (const [index, spell] of spells.entries()) {
    const random = seededRandom((seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0);
    const wait = Math.max(0, beginning + spell.at - clock.now());
    clock.inBackground(wait, () => {
      const end = begin(spell, random);
      ends.add(end);
      clock.inBackground(spell.lasts, () => {
        if (ends.delete(end)) end();
      });
    });
  }
  return {
    counts,
    last: () => lastAt,
    mangled: texts,
    end: () => {
      for (const end of ends) end();
      ends.clear();
    },
  };
};
