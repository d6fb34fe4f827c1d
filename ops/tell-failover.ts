import { plainText } from '../functions/domain/text.ts';
import { isRefused } from './action.ts';
import { type FailoverRan, type FailoverTold, toldOf } from './actions/fail-over.ts';
import { wrap } from './lines.ts';
import type { FailoverInput, FailoverPlanned, FailoverRun, ShownChange, ShownSituation } from './update-failover.ts';

/** A record set that was created or deleted: a line. */
export const setLine = ({ action, set: { name, type, setIdentifier } }: ShownChange): string =>
  `  ${action === 'CREATE' ? 'create' : 'delete'}  ${name} ${type}${setIdentifier === undefined ? '' : ` (${setIdentifier})`}`;

/** What a person reads of a run that a command started beside something else. */
export const tellRun = (recordId: string, action: FailoverInput['action'], run: FailoverRun): string => {
  const told = toldOf(recordId, action, run);
  return isRefused(told) ? told.because : tellTold(told);
};

/** What a person reads of a run: what came of it, and what to do next. */
export const tellTold = (told: FailoverTold): string => {
  switch (told.outcome) {
    case 'running':
      return wrap(
        `It still runs, and goes on by itself: ${told.executionArn}\nWhat became of it: "records --record ${told.recordId}".`,
      );
    case 'waiting':
      return wrap(
        `Nothing is flipped yet: the ${told.promotion.action} of ${told.recordId} waits until somebody has promoted the side that takes over and fenced the other, an hour at the most.\nOnce that is done: "promoted --record ${told.recordId}". If it can't be done: "promoted --record ${told.recordId} --failed --reason ...".`,
      );
    case 'planned':
      return tellPlanned(told);
    case 'ran':
      return [
        ...sentencesOf(told).map((line) => wrap(line)),
        ...told.ended.changes.map((each) => wrap(setLine(each))),
      ].join('\n');
  }
};

const nameOf = ({ record }: ShownSituation): string => `dig +short ${record.name} ${record.type}`;

const sentencesOf = ({ recordId, action, ended, confirmedAfter }: FailoverRan): readonly string[] => {
  const { outcome, because, situation } = ended;
  const why = plainText(because, 500).replace(/\.$/, '');
  const seen = confirmedAfter === undefined ? '' : `, seen after ${confirmedAfter} s`;
  switch (outcome) {
    case 'failed-over':
      return [
        `${recordId} is failed over: clients get the secondary's answer${seen}.`,
        `It stays so, whatever the primary's health, until "failback --record ${recordId} --reason ...".`,
      ];
    case 'failed-back':
      return [`${recordId} is failed back: clients get the primary's answer${seen}.`];
    case 'unconfirmed':
      return [
        `The ${action} of ${recordId} holds, and nobody saw that clients follow: ${why}.`,
        `Look from where its client is: "${nameOf(situation)}". Then docs/runbook.md#unconfirmed.`,
      ];
    case 'shifted':
      return [`${recordId} is shifted: ${why}.`];
    case 'armed':
      return [`${recordId} is armed, and in line: ${why}.`];
    case 'converged':
      return [`${recordId} is in line: ${why}.`];
    case 'withheld':
      return [
        `Nothing was written into the zone for ${recordId}: ${why}.`,
        ...(situation.paused === undefined
          ? [
              `To have it written: "set-mode --service ${situation.record.serviceId} --effect dns --mode enforce --reason ...", then "converge --record ${recordId}".`,
            ]
          : ['To have it written: resume it.']),
      ];
    default:
      return [`${recordId}: ${outcome}: ${why}.`];
  }
};

const STEPS: Readonly<Record<string, string>> = {
  write: 'the word is written into the ledger',
  promote: 'somebody is asked to promote one side and to fence the other',
  converge: 'the zone is compared, and what differs is written',
  wait: 'it waits for clients to follow',
  done: 'nothing',
};

const tellPlanned = ({ recordId, action, planned }: Extract<FailoverTold, { outcome: 'planned' }>): string => {
  const { step, because, zone } = planned;
  return [
    `What a ${action} of ${recordId} would do now. Nothing was done.`,
    `first: ${STEPS[step] ?? step}: ${because}`,
    ...(zone === undefined || action === 'shift' ? [] : zoneLines(zone)),
  ]
    .map((line) => wrap(line))
    .join('\n');
};

const zoneLines = ({ plan, foreign, doubt, withheld }: NonNullable<FailoverPlanned['zone']>): readonly string[] => {
  if (foreign !== undefined) return [`The zone would not be touched: ${foreign}.`];
  if (doubt !== undefined) return [`The record would stay as it is: ${doubt}.`];
  const changes = plan?.changes ?? [];
  if (changes.length === 0) return ['The zone is in line.'];
  return [
    withheld === undefined ? 'In the zone:' : `In the zone, if it were not for this: ${withheld}.`,
    ...changes.map(setLine),
  ];
};
