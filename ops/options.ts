import * as v from 'valibot';
import { EFFECTS, MODES } from '../functions/domain/mode.ts';
import { Region } from '../functions/registry/schemas.ts';
import { check } from './action.ts';
import type { Place, Places } from './services.ts';

/** Each field of an action's input, by the option that gives it. */
export const OPTIONS = {
  serviceId: ['--service <id>', 'the endpoint service: vpce-svc-...'],
  endpointId: ['--endpoint <id>', "the customer's endpoint: vpce-..."],
  customerId: ['--customer <id>', 'the customer, as the registry has it'],
  account: ['--account <id>', "a customer's account: 12 digits"],
  all: ['--all', 'all services of the account and region'],
  effect: ['--effect <effect>', EFFECTS.join(', ')],
  mode: ['--mode <mode>', MODES.join(', ')],
  proposed: ['--proposed <answer>', 'what you saw proposed: accept or reject; refused where it is another by now'],
  count: ['--count <number>', 'how many entries you saw the registry to have'],
  reason: ['--reason <text>', 'why, for colleagues: 1 to 500 characters'],
  day: ['--day <date>', 'a day in UTC: 2026-11-23'],
  most: ['--most <number>', 'how many at the most'],
  bindingId: ['--binding <id>', 'a binding: lower-case letters, digits, hyphens'],
  targetGroupArn: ['--target-group <arn>', 'the target group; it carries the tag privatelink-concierge=managed'],
  port: ['--port <number>', "the targets' port"],
  proxyName: ['--proxy <name>', 'source: an RDS proxy'],
  endpointName: ['--proxy-endpoint <name>', "an endpoint of the proxy, where it isn't the default one"],
  instanceId: ['--instance <id>', 'source: an instance of RDS'],
  clusterId: ['--cluster <id>', 'source: a cluster of RDS, its writer'],
  isReader: ['--reader', "the cluster's reader endpoint"],
  hostName: ['--host <name>', 'source: any name in DNS'],
  addresses: ['--addresses <list>', 'source: fixed addresses, with commas between them'],
  family: ['--family <family>', 'ipv4 (the default), ipv6'],
  within: ['--within <list>', 'CIDR blocks within which an address is believed, with commas between them'],
  minHealthy: ['--min-healthy <number>', 'so many healthy targets remain whatever is removed (1)'],
  maxRemovalRatio: ['--max-removal-ratio <share>', 'what share of the targets one plan may remove (0.5)'],
  missesBeforeRemoval: ['--misses <number>', 'so many looks in a row must miss an address before its target goes (3)'],
  healthyWithinSeconds: ['--healthy-within <seconds>', 'a new target that is not healthy by then is withdrawn (600)'],
  waitForDraining: ['--wait-for-draining', 'a run ends only when what it removed has drained'],
  replace: ['--replace', 'it is there, and all of it is to be as you say now'],
  apply: ['--apply', 'do it, and wait for the end'],
  direct: ['--direct', 'from this machine and by your own rights, where no run can; --apply needs a --reason then'],
  resolver: ['--resolver <address>', "who is asked for names directly, where it isn't this machine's: 10.0.0.2"],
  address: ['--address <ip>', "a target's address"],
  recordId: ['--record <id>', 'a record: lower-case letters, digits, hyphens'],
  zoneId: ['--zone <id>', 'its hosted zone: Z...'],
  name: ['--name <name>', 'its name in DNS: db.orders.example.com'],
  type: ['--type <type>', 'A or AAAA'],
  client: ['--client <who>', 'who asks for the name: provider, or consumer:CUSTOMER'],
  ttl: ['--ttl <seconds>', 'how long resolvers keep addresses: 1 to 60 (30); an alias has its own'],
  seenFrom: [
    '--seen-from <where>',
    'from where we see what the client sees: anywhere, vpc (the standby region), nowhere (the default)',
  ],
  roleArn: ['--role <arn>', "who may write the zone, where it is another account's"],
  externalId: ['--external-id <id>', 'that role asks for it'],
  simple: ['--simple <value>', 'what it leads to: alias:DNSNAME:ZONEID, addresses:IP,IP or targets:ARN:PORT'],
  weighted: ['--weighted <side...>', 'SIDE=WEIGHT=VALUE, once for each side; weights from 0 to 255'],
  primary: ['--primary <value>', 'where it leads while the primary is well: a value as in --simple'],
  secondary: ['--secondary <value>', 'where it leads else'],
  health: ['--health <alarm>', 'says whether the primary is well: REGION/ALARM'],
  manual: ['--manual', "a sick primary is left by a person's word only"],
  readiness: ['--readiness <alarm>', 'says whether the secondary may take over: REGION/ALARM'],
  promotes: ['--promotes', 'somebody promotes and fences before a flip: see "promoted"; with --manual only'],
  healthyForSeconds: ['--healthy-for <seconds>', 'so long the primary is well before a failback without force (600)'],
  weights: ['--weights <list>', 'blue=80,green=20; sides that are not named keep theirs'],
  asEntered: ['--as-entered', 'in place of weights: as the entry has them, whatever was shifted'],
  force: ['--force', 'go over what bars it'],
  dryRun: ['--dry-run', 'say what would be done, and do nothing'],
  failed: ['--failed', "it can't be promoted: nothing is flipped"],
} satisfies Record<string, [flags: string, description: string]>;

/** A field of an action's input that an option gives. */
export type Field = keyof typeof OPTIONS;

/** The fields whose values are numbers. */
const NUMBERS: ReadonlySet<Field> = new Set([
  ...(['most', 'count', 'port', 'minHealthy', 'maxRemovalRatio'] as const),
  ...(['missesBeforeRemoval', 'healthyWithinSeconds', 'ttl', 'healthyForSeconds'] as const),
]);

/** The fields whose values are lists. */
const LISTS: ReadonlySet<Field> = new Set(['addresses', 'within']);

const StackName = v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, "not a stack's name"));

const Where = v.strictObject({
  stack: StackName,
  region: v.exactOptional(Region),
  standbyStack: v.exactOptional(StackName),
  standbyRegion: v.exactOptional(Region),
});

/** Which Concierge the options name. @throws BadInput. */
export const placesIn = (given: Given): Places => {
  const named = Object.keys(Where.entries).flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]]));
  const { stack, region, standbyStack, standbyRegion } = check(Where, Object.fromEntries(named));
  return {
    stack,
    ...(region === undefined ? {} : { region }),
    ...(standbyRegion === undefined
      ? {}
      : { standby: { stack: standbyStack ?? `${stack}Standby`, region: standbyRegion } }),
  };
};

type Value = string | true | readonly string[];

/** What was given, by the name that commander has for it. */
export type Given = Readonly<Record<string, Value | undefined>>;

/** `serviceId` is given as `--service`: what is written in the flags, and a problem with it, by the same name. */
export const nameOf = (field: string): string =>
  Object.hasOwn(OPTIONS, field) ? (/^--([a-z-]+)/.exec(OPTIONS[field as Field][0])?.[1] ?? field) : field;

/** Commander hands `--target-group` over as `targetGroup`. */
export const givenFor = (name: string, given: Given): Value | undefined =>
  given[name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];

/** The place that a command is about: what has a record is in the standby region. */
export const placeOf = (fields: readonly Field[], given: Given, { standby, ...home }: Places): Place =>
  standby !== undefined && (fields.includes('recordId') || given.effect === 'dns')
    ? { ...standby, isStandby: true }
    : home;

export const inputOf = (fields: readonly Field[], given: Given): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = givenFor(nameOf(field), given);
      return value === undefined ? [] : [[field, readValue(field, value)]];
    }),
  );

const readValue = (field: Field, value: Value): unknown => {
  if (NUMBERS.has(field)) return numberIn(value);
  return LISTS.has(field)
    ? String(value)
        .split(',')
        .map((each) => each.trim())
    : value;
};

/** A blank is no number, though JavaScript takes it for 0. */
const numberIn = (value: Value): number => (String(value).trim() === '' ? Number.NaN : Number(value));
