import type { Modes } from '../functions/domain/mode.ts';
import { plainText } from '../functions/domain/text.ts';
import type { Status, StatusOfNames, StatusThere } from './actions/status.ts';
import { cutTo, tableOf } from './lines.ts';
import { isNotThere } from './standby.ts';
import { isPaused } from './tell-pause.ts';
import { kindOf, nowOf, wordOf } from './tell-records.ts';

/** What a person reads of what is in force: pauses, a freeze, modes that were set; then the standby region's, with its names. */
export const tellStatus = (result: Status): string => {
  const { standby } = result;
  return [
    ...(result.outcome === 'failed' ? [`At home nothing could be read: ${result.because}`] : linesOf(result, HOME)),
    ...(standby === undefined
      ? ['The standby region was not asked, since nobody named it (--standby-region, STANDBY_REGION).']
      : isNotThere(standby)
        ? [`In the standby region nothing could be read: ${standby.because}`]
        : ['', 'In the standby region:', ...linesOf(standby, ABROAD), ...namesOf(standby)]),
  ].join('\n');
};

interface Column {
  readonly heading: string;
  readonly effects: readonly (keyof Modes)[];
}

/** Effects that go together share a column: the table fits into 120 characters, and what differs is seen. */
const HOME: readonly Column[] = [
  { heading: 'accept', effects: ['accept'] },
  { heading: 'reject', effects: ['reject'] },
  { heading: 'revoke', effects: ['revoke'] },
  { heading: 'principals add/remove', effects: ['principals-add', 'principals-remove'] },
  { heading: 'targets add/remove', effects: ['targets-add', 'targets-remove'] },
];

/** `dns` is set there, and nowhere else. */
const ABROAD: readonly Column[] = [{ heading: 'dns', effects: ['dns'] }];

const linesOf = ({ paused, frozen, services, unreadable }: StatusThere, columns: readonly Column[]): string[] => {
  const lines = paused.map(({ serviceId, ...pause }) => isPaused(serviceId, pause));
  if (paused.length === 0) lines.push('Nothing is paused.');
  if (frozen !== undefined) {
    lines.push(
      `Nothing is removed since ${frozen.at}: ${frozen.because}. The registry had ${frozen.count} entries then. If that is right: "confirm-registry --count ${frozen.count}".`,
    );
  } else if (columns === HOME) lines.push('Nothing is frozen.');
  for (const { pk, sk, problem } of unreadable) lines.push(`The item ${pk}, ${sk} can't be read: ${problem}`);
  const set = services.filter(({ modes }) =>
    columns.some(({ effects }) => effects.some((effect) => modes[effect] !== undefined)),
  );
  if (set.length === 0) return [...lines, 'No modes were set.'];
  const rows = set.map(({ serviceId, modes }) => [serviceId, ...columns.map(({ effects }) => modesOf(effects, modes))]);
  return [...lines, tableOf(['service', ...columns.map(({ heading }) => heading)], rows)];
};

/** `enforce/observe`; one word where both are the same; `-` where none was set. */
const modesOf = (effects: readonly (keyof Modes)[], modes: Partial<Modes>): string =>
  [...new Set(effects.map((effect) => modes[effect] ?? '-'))].join('/');

/** An id or a name that is longer is shown whole by `--json`. */
const WIDEST = 40;

const namesOf = ({ records, dns, problems }: StatusOfNames): readonly string[] => [
  ...(records.length === 0
    ? ['There are no records.']
    : [
        tableOf(
          ['record', 'kind', 'now', 'name', 'dns'],
          records.map((each) => [
            cutTo(each.recordId, WIDEST),
            kindOf(each.routing),
            each.weights === undefined ? nowOf(each) : 'shifted',
            cutTo(each.name, WIDEST),
            dns.find(({ serviceId }) => serviceId === each.serviceId)?.mode ?? '-',
          ]),
        ),
      ]),
  ...records.flatMap(({ recordId, engaged, released }) => [
    ...(engaged === undefined ? [] : [`${recordId}: failed over ${wordOf(engaged)}.`]),
    ...(released === undefined ? [] : [`${recordId}: failed back ${wordOf(released)}, and not seen yet.`]),
  ]),
  ...problems.map(({ name, problem }) => `${plainText(name, 80)}: ${problem}.`),
];
