import type { DnsRecord, FailoverRouting, RecordValue, Routing } from '../functions/domain/dns-record.ts';
import { valuesOf } from '../functions/domain/dns-record.ts';
import { isArmed, type Word } from '../functions/domain/failover-state.ts';
import { plainText } from '../functions/domain/text.ts';
import type { RecordAdopted } from './actions/adopt-record.ts';
import type { FailoverTold } from './actions/fail-over.ts';
import type { PromotionTold } from './actions/promoted.ts';
import type { Recorded } from './actions/record.ts';
import type { RecordShown, RecordStanding, Records } from './actions/records.ts';
import type { Unrecorded } from './actions/unrecord.ts';
import { cutTo, tableOf, WIDTH, wrap } from './lines.ts';
import { setLine, tellRun, tellTold } from './tell-failover.ts';

/** `by ARN since TIME: "reason"`, plain. */
export const wordOf = ({ by, reason, at }: Word): string =>
  `by ${plainText(by, 300)} since ${plainText(at, 40)}: "${plainText(reason, 500)}"`;

/** `alias of lb.example.com`, `10.0.0.1, 10.0.0.2`, `port 5432 of orders-tg`. */
const textOf = (value: RecordValue): string => {
  if (value.kind === 'alias') return `alias of ${value.dnsName}`;
  return value.kind === 'addresses'
    ? value.addresses.join(', ')
    : `port ${value.port} of ${value.targetGroupArn.split('/')[1] ?? value.targetGroupArn}`;
};

/** How a record answers, in a word. */
export const kindOf = (routing: Routing): string =>
  routing.kind === 'failover' && routing.engages === 'manual-armed' ? 'manual' : routing.kind;

const setMode = (serviceId: string): string =>
  `"set-mode --service ${serviceId} --effect dns --mode enforce --reason ..."`;

/** Where a region is gone with its alarm, only the answer says that it was left. */
const unlatchedWords = ({ engages }: FailoverRouting): string =>
  engages === 'manual-armed' ? '' : ', and one for a region that is gone is not held: clients go back when it does';

/** What a person reads of a record that was put into the registry. */
export const tellRecorded = ({ outcome, record, by, unchecked, shifted, run }: Recorded): string =>
  [
    `${record.recordId} is ${outcome}, by ${by}.`,
    ...(unchecked === undefined ? [] : [`Nobody looked whether ${record.zoneId} has room for the name: ${unchecked}.`]),
    ...(shifted === undefined
      ? []
      : [
          `A shift holds over the entry's weights: ${weightsIn(shifted)}. To end it: "shift --record ${record.recordId} --as-entered --reason ...".`,
        ]),
    tellRun(record.recordId, 'converge', run),
    ...(record.routing.kind === 'failover' && record.seenFrom === undefined
      ? [
          `Nobody can look from where its client is (--seen-from): a failover will be unconfirmed${unlatchedWords(record.routing)}.`,
        ]
      : []),
  ]
    .map((line) => wrap(line))
    .join('\n');

/** What a person reads of a record that was taken away, and of what it wrote. */
export const tellUnrecorded = ({ recordId, by, engaged, run }: Unrecorded): string =>
  [
    `${recordId} is taken away, by ${by}. Nobody keeps its name right any more.`,
    ...(engaged === undefined ? [] : [`It was failed over, ${wordOf(engaged)}.`]),
    ...(run === undefined ? ['Nothing was ever written for it.'] : removalLines(run)),
  ]
    .map((line) => wrap(line))
    .join('\n');

const removalLines = (run: NonNullable<Unrecorded['run']>): readonly string[] => {
  const later = 'It is tried again every quarter of an hour; at once by the same command.';
  if (run.kind === 'running') return [`What it wrote goes, by itself: ${run.executionArn}`];
  if (run.kind === 'failed') return [`What it wrote is still there. ${run.because}`, later];
  const { outcome, because, changes } = run.ended;
  return outcome === 'removed'
    ? [`What it wrote is gone: ${because}.`, ...changes.map(setLine)]
    : [`What it wrote is still there: ${because}.`, later];
};

const weightsIn = (weights: Readonly<Record<string, number>>): string =>
  Object.entries(weights)
    .map(([side, weight]) => `${side} ${weight}`)
    .join(', ');

/** What is so of a failover record, in two words; `-` for any other. */
export const nowOf = ({
  routing,
  armedAt,
  engaged,
  released,
}: Pick<RecordStanding, 'routing' | 'armedAt' | 'engaged' | 'released'>): string => {
  if (routing.kind !== 'failover') return '-';
  if (engaged !== undefined) return 'failed over';
  if (released !== undefined) return 'going back';
  return armedAt === undefined ? 'not armed' : 'armed';
};

/** An id that is longer is shown whole by `--json`. */
const WIDEST_ID = 26;

/** What a person reads of records: a line each of 80 columns; then who failed which over, and what keeps the Concierge from acting. */
export const tellRecords = (result: Records | RecordShown): string => {
  if (result.outcome === 'shown') return tellShown(result);
  const { records, services, problems } = result;
  const lines = [
    ...records.flatMap(notesOn),
    ...services.flatMap(({ serviceId, mode, paused }) => [
      ...(paused === undefined ? [] : [`${serviceId} is paused ${wordOf(paused)}.`]),
      ...(mode === 'enforce'
        ? []
        : [`The mode of dns of ${serviceId} is ${mode}: nothing is written by itself. ${setMode(serviceId)}`]),
    ]),
    ...problems.map(({ name, problem }) => `${name}: ${problem}.`),
  ].map((line) => wrap(line, 2));
  if (records.length === 0) return ['There are no records.', ...lines].join('\n');
  const rows = records.map((each) => [
    cutTo(each.recordId, WIDEST_ID),
    kindOf(each.routing),
    each.name,
    nowOf(each),
    each.last?.outcome ?? '-',
  ]);
  const headings = ['record', 'kind', 'name', 'now', 'last'];
  const widthOf = (column: number): number => Math.max(...[headings, ...rows].map((row) => row[column]?.length ?? 0));
  const room = WIDTH - [0, 1, 3, 4].reduce((sum, column) => sum + widthOf(column) + 2, 0);
  return [
    tableOf(
      headings,
      rows.map((row) => row.map((cell, column) => (column === 2 ? cutTo(cell, room) : cell))),
    ),
    ...lines,
  ].join('\n');
};

const notesOn = ({ recordId, engaged, released, weights, last }: RecordStanding): readonly string[] => [
  ...(engaged === undefined ? [] : [`${recordId}: failed over ${wordOf(engaged)}.`]),
  ...(released === undefined ? [] : [`${recordId}: failed back ${wordOf(released)}, and not seen yet.`]),
  ...(weights === undefined ? [] : [`${recordId}: shifted to ${weightsIn(weights)}.`]),
  ...(last?.outcome === 'unconfirmed' ? [`${recordId}: unconfirmed at ${last.at}: ${last.because}.`] : []),
];

const since = ({ state, since: at }: { readonly state: string; readonly since?: string | undefined }): string =>
  `${state}${at === undefined ? '' : ` since ${at}`}`;

const failoverLines = (
  { routing, ...record }: DnsRecord,
  { state, health, readiness, answered }: RecordShown['situation'],
) => {
  if (routing.kind !== 'failover') return [];
  const { engaged, released, armedAt } = state;
  const isReady = isArmed(state, routing);
  const latch =
    engaged === undefined
      ? released === undefined
        ? 'not failed over'
        : `failed back ${wordOf(released)}, and not seen yet`
      : `failed over ${wordOf(engaged)}`;
  const from = record.seenFrom ?? 'nowhere';
  return [
    ['now', `${isReady ? `armed since ${armedAt}` : 'not armed: its primary was never seen well'}; ${latch}`],
    ['health', `${plainText(routing.health.name, 255)} in ${routing.health.region}: ${since(health)}`],
    ...(routing.readiness === undefined
      ? []
      : [
          [
            'readiness',
            `${plainText(routing.readiness.name, 255)} in ${routing.readiness.region}: ${since(readiness)}`,
          ],
        ]),
    ['answer', from === 'nowhere' ? 'nobody can look from where its client is' : `${answered}, seen from ${from}`],
  ];
};

/** A word for each line, and what it is about beside it. */
const LABEL = 11;

const tellShown = ({ recordId, situation, last, promotions }: RecordShown): string => {
  const { record, state, mode, paused } = situation;
  const lines = [
    ['record', `${recordId}, ${kindOf(record.routing)}, of ${record.serviceId}`],
    ['name', `${record.name}, ${record.type}, in ${record.zoneId}`],
    ['client', record.client.side === 'provider' ? 'provider' : `consumer ${record.client.customerId}`],
    ...valuesOf(record).map(([side, value]) => [side, textOf(value)]),
    ...(record.routing.kind === 'weighted'
      ? [
          [
            'weights',
            weightsIn({
              ...Object.fromEntries(Object.entries(record.routing.sides).map(([side, { weight }]) => [side, weight])),
              ...state.weights,
            }),
          ],
        ]
      : []),
    ...failoverLines(record, situation),
    ['mode', mode],
    ...(paused === undefined ? [] : [['paused', wordOf(paused)]]),
    ...(state.adopted === undefined ? [] : [['adopted', wordOf(state.adopted)]]),
    ...(last === undefined
      ? []
      : [['last', `${last.action} ${last.outcome} at ${last.at} by ${last.by}: ${last.because}`]]),
    ...promotions.map(({ action, askedBy, askedAt }) => [
      'promotion',
      `a ${action} asked for it at ${askedAt}, by ${askedBy}: "promoted --record ${recordId}" once it is done`,
    ]),
  ];
  return lines
    .map(([label = '', text = '']) => wrap(`${cutTo(label, LABEL).padEnd(LABEL)} ${text}`, LABEL + 1))
    .join('\n');
};

/** What a person reads of a record that was handed over. */
export const tellAdoptedRecord = ({ recordId, adopted, run }: RecordAdopted): string =>
  [
    `What the zone had under the name of ${recordId} is the Concierge's now, by ${adopted.by}.`,
    tellRun(recordId, 'converge', run),
  ]
    .map((line) => wrap(line))
    .join('\n');

/** What a person reads of a failover, a failback, a shift or a converge. */
export const tellFailover = (told: FailoverTold): string => tellTold(told);

/** What a person reads of a promotion, and of the run that waited for it. */
export const tellPromotion = (told: PromotionTold): string =>
  told.outcome === 'given-up'
    ? wrap(
        `It was said that ${told.recordId} can't be promoted, by ${told.by}: "${told.reason}". Nothing was flipped. Told: ${told.told.join(', ')}.`,
      )
    : tellTold(told);
