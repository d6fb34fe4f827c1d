import * as v from 'valibot';
import { malformed } from '../functions/domain/errors.ts';
import type { AS_ENTERED } from '../functions/domain/failover-state.ts';
import { MODES } from '../functions/domain/mode.ts';
import { plainText } from '../functions/domain/text.ts';
import { DnsRecordSchema, SideName, StateSchema } from '../functions/registry/dns-records.ts';
import { parseWith, problemOf } from '../functions/registry/schemas.ts';
import { type Ending, follow } from './follow.ts';
import type { Standby } from './services.ts';
import { start } from './wake.ts';

const plain = (maximum: number) =>
  v.pipe(
    v.string(),
    v.transform((text) => plainText(text, maximum)),
  );

const AlarmSchema = v.object({ state: plain(20), since: v.exactOptional(plain(40)) });

const SituationSchema = v.object({
  record: DnsRecordSchema,
  state: StateSchema,
  mode: v.picklist(MODES),
  paused: v.exactOptional(v.object({ by: plain(300), reason: plain(500), at: plain(40) })),
  health: AlarmSchema,
  readiness: AlarmSchema,
  /** Which side DNS answers with where we can look. */
  answered: plain(20),
  now: plain(40),
});

/** What a run saw when it last looked. */
export type ShownSituation = v.InferOutput<typeof SituationSchema>;

const ChangeSchema = v.object({
  action: plain(10),
  set: v.object({ name: plain(300), type: plain(10), setIdentifier: v.exactOptional(plain(128)) }),
});

/** A record set that a run created or deleted, or would. */
export type ShownChange = v.InferOutput<typeof ChangeSchema>;

const EndedSchema = v.object({
  outcome: plain(20),
  because: plain(1000),
  changes: v.exactOptional(v.array(ChangeSchema), []),
  situation: SituationSchema,
});

const ZoneSchema = v.object({
  because: plain(1000),
  plan: v.exactOptional(v.object({ kind: plain(20), changes: v.exactOptional(v.array(ChangeSchema), []) })),
  foreign: v.exactOptional(plain(500)),
  doubt: v.exactOptional(plain(500)),
  withheld: v.exactOptional(plain(500)),
  /** Sides whose targets could not be read. */
  silent: v.exactOptional(v.array(SideName), []),
});

const PlannedSchema = v.object({
  step: plain(20),
  because: plain(1000),
  /** What the step does, where it writes. */
  situation: SituationSchema,
  zone: v.exactOptional(ZoneSchema),
});

/** What a run of `update-failover` gave out at its end. */
export type FailoverEnded = v.InferOutput<typeof EndedSchema>;
/** What one would do. */
export type FailoverPlanned = v.InferOutput<typeof PlannedSchema>;

/** How a run went; its output is plain text, whoever wrote what stands in it. */
export type FailoverRun = { readonly executionArn: string } & (
  | { readonly kind: 'ended'; readonly ended: FailoverEnded }
  | { readonly kind: 'planned'; readonly planned: FailoverPlanned }
  | { readonly kind: 'failed'; readonly because: string }
  | { readonly kind: 'running' }
);

/** What is asked of the workflow, beside the record. */
export interface FailoverInput {
  readonly recordId: string;
  readonly action: 'converge' | 'remove' | 'status' | 'failover' | 'failback' | 'shift';
  readonly by?: string;
  readonly reason?: string;
  readonly force?: true;
  readonly weights?: Readonly<Record<string, number>> | typeof AS_ENTERED;
  readonly dryRun?: true;
}

/**
 * Starts `update-failover` and follows it.
 *
 * @param patience - seconds after which nobody waits any longer.
 * @param isEnough - whether to stop looking earlier: asked between two looks.
 * @throws `Malformed` for an output that is none of ours; NotFollowed; what AWS throws.
 */
export const runFailover = async (
  input: FailoverInput,
  { patience, isEnough }: { readonly patience: number; readonly isEnough?: (executionArn: string) => Promise<boolean> },
  standby: Standby,
): Promise<FailoverRun> => {
  const executionArn = await start(await standby.updateFailover(), input, standby);
  return endedOf(input, await follow(executionArn, patience, standby, isEnough), executionArn);
};

const RemovedSchema = v.object({
  outcome: plain(20),
  because: plain(1000),
  changes: v.exactOptional(v.array(ChangeSchema), []),
});

/** What became of a record whose entry is gone. */
export type RemovalRun = { readonly executionArn: string } & (
  | { readonly kind: 'ended'; readonly ended: v.InferOutput<typeof RemovedSchema> }
  | { readonly kind: 'failed'; readonly because: string }
  | { readonly kind: 'running' }
);

/** Has what a record wrote taken away, and follows that. @throws as {@link runFailover}. */
export const runRemoval = async (recordId: string, patience: number, standby: Standby): Promise<RemovalRun> => {
  const input: FailoverInput = { recordId, action: 'remove' };
  const executionArn = await start(await standby.updateFailover(), input, standby);
  const ending = await follow(executionArn, patience, standby);
  if (ending.kind === 'running') return { kind: 'running', executionArn };
  return ending.kind === 'failed'
    ? { kind: 'failed', because: failed(recordId, ending, executionArn), executionArn }
    : { kind: 'ended', ended: outputOf(RemovedSchema, ending.output, executionArn), executionArn };
};

/** What an execution of `update-failover` came to. @throws `Malformed` for an output that is none of ours. */
export const endedOf = (
  input: Pick<FailoverInput, 'recordId' | 'action' | 'dryRun'>,
  ending: Ending,
  executionArn: string,
): FailoverRun => {
  if (ending.kind === 'running') return { kind: 'running', executionArn };
  if (ending.kind === 'failed') {
    return { kind: 'failed', because: failed(input.recordId, ending, executionArn), executionArn };
  }
  const isPlan = input.dryRun === true || input.action === 'status';
  return isPlan
    ? { kind: 'planned', planned: outputOf(PlannedSchema, ending.output, executionArn), executionArn }
    : { kind: 'ended', ended: outputOf(EndedSchema, ending.output, executionArn), executionArn };
};

const outputOf = <T>(schema: v.GenericSchema<unknown, T>, output: unknown, executionArn: string): T => {
  const parsed = parseWith(schema, output);
  if (parsed.success) return parsed.output;
  throw malformed(
    `What the run gave out can't be read: ${problemOf(parsed.issues)} (${plainText(executionArn, 300)}). Is this program as new as the stack?`,
  );
};

/** What to do about a run that failed, where we know. */
const adviceOn = ({ error, cause }: Failure): string | undefined => {
  if (error === 'UnsafePlan') return 'See docs/runbook.md#a-record-that-is-foreign.';
  if (error === 'NotPromoted') return 'See docs/runbook.md#promotion.';
  if (error === 'Throttled' || error === 'NotSettled') return 'Give the command again in some minutes.';
  return /NoSuchHostedZone|No hosted zone found/.test(`${error} ${cause}`) ? 'Is the zone right?' : undefined;
};

type Failure = Extract<Ending, { kind: 'failed' }>;

const failed = (recordId: string, failure: Failure, executionArn: string): string => {
  const { error, cause } = failure;
  const why = cause === '' ? error : `${error}: ${cause.replace(/\.$/, '')}`;
  const advice = adviceOn(failure);
  return `The run for ${recordId} failed: ${why} (${plainText(executionArn, 300)}).${advice === undefined ? '' : ` ${advice}`}`;
};
