import * as v from 'valibot';
import type { DnsRecord } from '../../functions/domain/dns-record.ts';
import { AS_ENTERED } from '../../functions/domain/failover-state.ts';
import { RecordId } from '../../functions/registry/dns-records.ts';
import { createAction, Reason, type Refused, refused } from '../action.ts';
import { noRecord, readEntry } from '../dns-records.ts';
import { type Promotion, readPromotions } from '../promotions.ts';
import { Weights } from '../record-options.ts';
import type { Standby } from '../services.ts';
import { standbyOf } from '../standby.ts';
import {
  type FailoverEnded,
  type FailoverInput,
  type FailoverPlanned,
  type FailoverRun,
  runFailover,
} from '../update-failover.ts';

const flag = v.exactOptional(v.literal(true));
const Whole = v.strictObject({ recordId: RecordId, reason: Reason, force: flag, dryRun: flag });

/** A run came to its end. */
export interface FailoverRan {
  readonly outcome: 'ran';
  readonly recordId: string;
  readonly action: FailoverInput['action'];
  readonly ended: FailoverEnded;
  /** Seconds from the word in the ledger until clients were seen to follow it; absent where they were not. */
  readonly confirmedAfter?: number;
  readonly executionArn: string;
}

/** What a run would do at this moment. Nothing was done. */
export interface FailoverPlan {
  readonly outcome: 'planned';
  readonly recordId: string;
  readonly action: FailoverInput['action'];
  readonly planned: FailoverPlanned;
}

/** It waits for somebody to promote and to fence; nothing was flipped yet. */
export interface FailoverWaits {
  readonly outcome: 'waiting';
  readonly recordId: string;
  readonly promotion: Promotion;
}

/** It goes on without us. */
export interface FailoverRuns {
  readonly outcome: 'running';
  readonly recordId: string;
  readonly executionArn: string;
}

/** What a person is told of a command that starts `update-failover`. */
export type FailoverTold = FailoverRan | FailoverPlan | FailoverWaits | FailoverRuns;

/** Seconds that a person waits: clients follow within CONFIRMED_WITHIN, a zone may be in the hands of others for ten minutes. */
export const PATIENCE = 900;

/** Has clients answered with the secondary, and keeps it so. @throws BadInput; NoStandby; `Malformed`; NotFollowed; what AWS throws. */
export const failover = createAction(Whole, async ({ recordId, ...rest }, services) =>
  act({ recordId, action: 'failover', ...rest }, standbyOf(services)),
);

/** Has clients answered with the primary again. @throws as {@link failover}. */
export const failback = createAction(Whole, async ({ recordId, ...rest }, services) =>
  act({ recordId, action: 'failback', ...rest }, standbyOf(services)),
);

/** Sets the weights of sides, of which those that are not named keep theirs; or has all of them as entered again. @throws as {@link failover}. */
export const shift = createAction(
  v.pipe(
    v.strictObject({
      ...{ recordId: RecordId, reason: Reason, dryRun: flag },
      weights: v.exactOptional(Weights),
      asEntered: flag,
    }),
    v.check(
      ({ weights, asEntered }) => (weights === undefined) === (asEntered === true),
      'one of weights and as-entered is needed',
    ),
  ),
  async ({ recordId, weights, asEntered: _said, ...rest }, services) =>
    act({ recordId, action: 'shift', weights: weights ?? AS_ENTERED, ...rest }, standbyOf(services)),
);

/** Brings the record sets in line with the entry. @throws as {@link failover}. */
export const converge = createAction(
  v.strictObject({ recordId: RecordId, dryRun: flag }),
  async ({ recordId, ...rest }, services) => act({ recordId, action: 'converge', ...rest }, standbyOf(services)),
);

const act = async (input: FailoverInput, standby: Standby): Promise<FailoverTold | Refused> => {
  const { recordId, action } = input;
  const { read } = await readEntry(recordId, standby);
  if (read.kind !== 'found') return refused(noRecord(recordId, read));
  const by = action === 'converge' ? {} : { by: await standby.caller() };
  let promotion: Promotion | undefined;
  const isWaiting = async (executionArn: string): Promise<boolean> => {
    promotion = (await readPromotions(recordId, standby)).find(({ execution }) => execution === executionArn);
    return promotion !== undefined;
  };
  const run = await runFailover(
    { ...input, ...by },
    { patience: PATIENCE, ...(isPromoted(read.entry, action) ? { isEnough: isWaiting } : {}) },
    standby,
  );
  return run.kind === 'running' && promotion !== undefined
    ? { outcome: 'waiting', recordId, promotion }
    : toldOf(recordId, action, run);
};

/** Whether a run may stand still until a person comes. */
const isPromoted = ({ routing }: DnsRecord, action: FailoverInput['action']): boolean =>
  routing.kind === 'failover' && routing.promotes === true && action !== 'converge';

/** What a run came to, as a person is told it. */
export const toldOf = (
  recordId: string,
  action: FailoverInput['action'],
  run: FailoverRun,
): FailoverRan | FailoverPlan | FailoverRuns | Refused => {
  switch (run.kind) {
    case 'failed':
      return refused(run.because);
    case 'running':
      return { outcome: 'running', recordId, executionArn: run.executionArn };
    case 'planned':
      return run.planned.step === 'refuse'
        ? refused(`It would not be done: ${run.planned.because}.`)
        : { outcome: 'planned', recordId, action, planned: run.planned };
    case 'ended': {
      const { ended, executionArn } = run;
      if (ended.outcome === 'refused') return refused(`It was not done: ${ended.because.replace(/\.$/, '')}.`);
      const seconds = confirmedAfter(ended);
      const confirmed = seconds === undefined ? {} : { confirmedAfter: seconds };
      return { outcome: 'ran', recordId, action, ended, ...confirmed, executionArn };
    }
  }
};

const confirmedAfter = ({ outcome, situation: { state, now } }: FailoverEnded): number | undefined => {
  const word =
    outcome === 'failed-over' ? state.engaged?.at : outcome === 'failed-back' ? state.released?.at : undefined;
  return word === undefined ? undefined : Math.max(0, Math.round((Date.parse(now) - Date.parse(word)) / 1000));
};
