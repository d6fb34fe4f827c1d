import type { FaultFamily, Spell, SpellKind } from '../faults/spell.ts';
import { happens, pick } from '../properties/choices.ts';
import type { Step } from '../properties/history.ts';
import type { Random } from '../random.ts';

const SERVICES = ['ec2', 'dynamodb', 'lambda', 'states', 'sqs', 'events', 'sns'] as const;
const FUNCTIONS = [
  'DecideConnection',
  'DecideRevocation',
  'AnswerConnections',
  'ConvergePrincipals',
  'ReadRequests',
  'ListDifferences',
  'SettlePlace',
] as const;
const WORKFLOWS = ['admit-connection', 'revoke-connection', 'reconcile'] as const;
/** What a role may lose: each is a call that something hangs on. */
const PERMISSIONS = [
  'ec2:DescribeVpcEndpointConnections',
  'ec2:AcceptVpcEndpointConnections',
  'ec2:RejectVpcEndpointConnections',
  'ec2:ModifyVpcEndpointServicePermissions',
  'ec2:DescribeVpcEndpointServicePermissions',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
  'dynamodb:Scan',
  'dynamodb:UpdateItem',
  'dynamodb:PutItem',
  'sqs:SendMessage',
  'sqs:ReceiveMessage',
  'events:PutEvents',
  'states:StartExecution',
  'states:SendTaskSuccess',
  'states:SendTaskHeartbeat',
  'lambda:Invoke',
] as const;

/** Nothing is wrong for longer than this, in milliseconds: a week of one outage would show one thing. */
const LONGEST = 6 * 3_600_000;

/** From ten seconds to a quarter of the world, short ones as often as long ones. */
const durationFrom = (random: Random, span: number): number =>
  Math.round(10_000 * Math.exp(random.next() * Math.log(Math.min(span / 4, LONGEST) / 10_000)));

/** A world's length, and the moments at which people do something in it, both in milliseconds: faults are where something happens. */
interface Course {
  readonly span: number;
  readonly moments: readonly number[];
  /** How much more happens than in an hour: 1 and more. */
  readonly busyness: number;
}

const spell = (random: Random, { span, moments }: Course, kind: SpellKind, more: Partial<Spell> = {}): Spell => {
  const lasts = more.lasts ?? durationFrom(random, span);
  const near = pick(random, moments) + random.between(-5_000, 30_000) - (happens(random, 0.5) ? lasts >> 1 : 0);
  const at = Math.max(0, Math.min(near, span - lasts - 10));
  return { deed: 'spell', kind, at, chance: pick(random, [0.1, 0.3, 0.6, 1]), ...more, lasts };
};

/** An operator redrives what was stopped, some minutes later or not at all. */
const redriveAfter = (random: Random, { at, lasts }: Spell, span: number): readonly Step[] =>
  happens(random, 0.6)
    ? [{ deed: 'redrive', when: { at: Math.min(span - 5, at + lasts + random.between(1_000, 600_000)) } }]
    : [];

const losses = (random: Random, span: number): readonly Step[] => {
  const at = random.between(60_000, Math.round(span * 0.8));
  const later = Math.min(span - 10, at + random.between(30_000, 1_200_000));
  if (happens(random, 0.4)) return [{ deed: 'rewind', when: { at } }];
  return [
    { deed: 'lose', when: { at } },
    happens(random, 0.7) ? { deed: 'restore', when: { at: later } } : { deed: 'confirm', when: { at: later } },
  ];
};

/** What goes wrong of one family, once to three times in an hour's world. */
export const spellsFrom = (random: Random, family: FaultFamily, course: Course): readonly Step[] =>
  Array.from({ length: Math.round(pick(random, [1, 2, 3]) * course.busyness) }, () =>
    onceFrom(random, family, course),
  ).flat();

const onceFrom = (random: Random, family: FaultFamily, course: Course): readonly Step[] => {
  const of = (kinds: readonly SpellKind[], more?: Partial<Spell>): Spell =>
    spell(random, course, pick(random, kinds), more);
  switch (family) {
    case 'notices':
      return [of(['notice-lost', 'notice-twice', 'notice-late', 'notice-mangled'])];
    case 'events':
      return [of(['event-lost', 'event-twice', 'event-late'])];
    case 'redelivery':
      return [of(['delete-lost'])];
    case 'throttles':
      return [of(['throttle'], { on: pick(random, SERVICES) })];
    case 'errors':
      return [of(['error-before', 'error-after'], { on: pick(random, SERVICES) })];
    case 'timeouts':
      return [of(['hang-before', 'hang-after'], { on: pick(random, [...FUNCTIONS, 'ec2', 'dynamodb']) })];
    case 'unsuccessful':
      return [of(['unsuccessful'])];
    case 'stale':
      return [of(['index-lags'])];
    case 'partial':
      return [of(['in-pieces'])];
    case 'kills':
      return [of(['kill-before', 'kill-after'], happens(random, 0.5) ? { on: pick(random, FUNCTIONS) } : {})];
    case 'memory':
      return [of(['out-of-memory'], { on: pick(random, FUNCTIONS), chance: 1 })];
    case 'cold':
      return [of(['cold'])];
    case 'stops': {
      const stops = of(['stop'], { on: pick(random, WORKFLOWS), chance: pick(random, [0.02, 0.1, 0.3]) });
      return [stops, ...redriveAfter(random, stops, course.span)];
    }
    case 'skew':
      return [of(['skew'], { by: pick(random, [-5_000, -1_000, 1_000, 5_000]) })];
    case 'denied':
      return [of(['denied'], { on: pick(random, PERMISSIONS), chance: 1 })];
    case 'down':
      return [
        of(['down'], { chance: 1, lasts: random.between(60_000, Math.min(Math.round(course.span / 2), LONGEST)) }),
      ];
    case 'registry':
      return losses(random, course.span);
    case 'dns':
    case 'regions':
    case 'route53':
      // What is bound, and names over two regions, bring their own.
      return [];
    case 'deployment':
      return [{ deed: 'deploy', when: { at: random.between(0, Math.round(course.span * 0.9)) } }];
  }
};
