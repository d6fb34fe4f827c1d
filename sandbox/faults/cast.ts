import { type Call, HOME_REGION, type Interceptor, OPERATOR } from '../cloud.ts';
import type { Ailment } from '../dns/world-dns.ts';
import { type Random, seededRandom } from '../random.ts';
import { AwsError } from '../services/errors.ts';
import { route53Errors } from '../services/route53/errors.ts';
import type { SimulatedWorld } from '../simulated.ts';
import type { CallFault } from './fault.ts';
import { makeCall, type Next, silence } from './make-call.ts';
import { CAN_MEET, isOn } from './meets.ts';
import { IndexLag, inPieces, mangled, nothingDeleted, nothingDone } from './mishaps.ts';
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
  'route53-busy': async () => {
    throw route53Errors.notComplete();
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
  const { cloud, clock, journal, regions } = world;
  // A region that nobody uses is not made for this.
  const clouds = regions.used().map((region) => region.cloud);
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
    if (spell.kind === 'region-cut') {
      note(spell, spell.on ?? HOME_REGION);
      return world.cutOff(spell.on ?? HOME_REGION);
    }
    if (spell.kind === 'route53-down') {
      const { controlPlane } = world.route53;
      note(spell, 'route53');
      controlPlane.down();
      return () => controlPlane.up();
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
        const region = regions.find(who.split(':')[3] ?? '')?.cloud ?? cloud;
        region
          .invoke({ service: 'states', action: 'StopExecution', input, principal: OPERATOR })
          .catch(() => undefined);
      });
    }
    const meet: Interceptor = (call, next) =>
      CAN_MEET[spell.kind](call) && isOn(call, spell.on) && random.next() < spell.chance
        ? doTo(spell, call, next, random)
        : next();
    const leave = clouds.map((each) => each.intercept(meet));
    return () => {
      for (const each of leave) each();
    };
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
