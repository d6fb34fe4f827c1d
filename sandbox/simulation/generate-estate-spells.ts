import type { FaultFamily, Spell, SpellKind } from '../faults/spell.ts';
import { happens, pick } from '../properties/choices.ts';
import type { Step } from '../properties/history.ts';
import type { Random } from '../random.ts';

/** Where things go wrong. */
interface EstateCourse {
  /** The world's length, in milliseconds. */
  readonly span: number;
  readonly families: readonly FaultFamily[];
  /** Whom bindings follow, by their names. */
  readonly sources: readonly string[];
  /** When something happens, in milliseconds. */
  readonly moments: readonly number[];
}

/** From half a minute to ten, near something that happens. */
const spellNear = (random: Random, moments: readonly number[], span: number, spell: Met): Spell => {
  const lasts = spell.lasts ?? random.between(30_000, 600_000);
  const at = pick(random, moments) + random.between(-20_000, 180_000);
  return { deed: 'spell', ...spell, at: Math.max(0, Math.min(at, span - lasts - 10)), lasts };
};

const NAMES_AIL = [
  'dns-nxdomain',
  'dns-servfail',
  'dns-empty',
  'dns-timeout',
  'dns-foreign',
  'dns-foreign-alone',
  'dns-near',
  'dns-near-alone',
] as const satisfies readonly SpellKind[];

type Met = Pick<Spell, 'kind' | 'chance'> & Partial<Spell>;

const SERVICES = ['elasticloadbalancing', 'rds', 'dynamodb', 'ec2'] as const;
const LOOKS = ['PlanTargets', 'PlanTargets', 'WatchTargets', 'FindBindings'] as const;
const LACKING = [
  'elasticloadbalancing:RegisterTargets',
  'elasticloadbalancing:DeregisterTargets',
  'ec2:DescribeNetworkInterfaces',
] as const;
const CHANCES = [0.1, 0.3, 0.6, 1] as const;

/** What a family does to what follows targets; the others meet it anyhow, or not at all. */
const OF_FAMILIES: Readonly<Partial<Record<FaultFamily, (random: Random) => Met>>> = {
  throttles: (random) => ({ kind: 'throttle', on: pick(random, SERVICES), chance: pick(random, CHANCES) }),
  errors: (random) => ({
    kind: pick(random, ['error-before', 'error-after']),
    on: pick(random, SERVICES),
    chance: pick(random, CHANCES),
  }),
  timeouts: (random) => ({
    kind: pick(random, ['hang-before', 'hang-after']),
    on: pick(random, LOOKS),
    chance: pick(random, [0.1, 0.3]),
  }),
  kills: (random) => ({
    kind: pick(random, ['kill-before', 'kill-after']),
    on: pick(random, LOOKS),
    chance: pick(random, CHANCES),
  }),
  memory: (random) => ({ kind: 'out-of-memory', on: pick(random, LOOKS), chance: 1 }),
  stops: (random) => ({ kind: 'stop', on: 'refresh-targets', chance: pick(random, [0.02, 0.1, 0.3]) }),
  denied: (random) => ({ kind: 'denied', on: pick(random, LACKING), chance: 1 }),
  down: (random) => ({ kind: 'down', chance: 1, lasts: random.between(120_000, 1_200_000) }),
};

/** What goes wrong with what follows targets, and with the names of their sources. */
export const estateSpells = (random: Random, { span, families, sources, moments }: EstateCourse): readonly Step[] => {
  const steps: Step[] = [];
  if (families.includes('dns') && happens(random, 0.5)) {
    for (let left = pick(random, [1, 1, 2]); left > 0; left -= 1) {
      const kind = pick(random, NAMES_AIL);
      steps.push(spellNear(random, moments, span, { kind, chance: 1, on: pick(random, sources) }));
    }
  }
  for (let left = pick(random, [0, 1, 1, 2]); left > 0 && families.length > 0; left -= 1) {
    const family = pick(random, families);
    const spell = OF_FAMILIES[family]?.(random);
    if (spell === undefined) continue;
    const met = spellNear(random, moments, span, spell);
    steps.push(met);
    if (family === 'stops' && happens(random, 0.6)) {
      const at = Math.min(span - 5, met.at + met.lasts + random.between(1_000, 300_000));
      steps.push({ deed: 'redrive', when: { at } });
    }
  }
  return steps;
};
