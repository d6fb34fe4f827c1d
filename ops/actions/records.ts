import * as v from 'valibot';
import type { DnsRecord } from '../../functions/domain/dns-record.ts';
import { type FailoverState, isArmed, type Word } from '../../functions/domain/failover-state.ts';
import { type Mode, modesInForce, type Pause, withPauseOfAll } from '../../functions/domain/mode.ts';
import { plainText } from '../../functions/domain/text.ts';
import { RecordId, recordFrom, stateReading } from '../../functions/registry/dns-records.ts';
import { ALL_SERVICES, RECORDS, registryKey } from '../../functions/registry/keys.ts';
import { createAction, type Refused, refused } from '../action.ts';
import { type Item, readPartition } from '../bindings.ts';
import {
  noRecord,
  type RecordDecision,
  readableRecords,
  readEntries,
  readEntry,
  readLastDecision,
} from '../dns-records.ts';
import { readModes } from '../modes.ts';
import { type Promotion, readPromotions } from '../promotions.ts';
import type { Standby } from '../services.ts';
import { standbyOf } from '../standby.ts';
import { runFailover, type ShownSituation } from '../update-failover.ts';

/** A record, and what became of it. */
export interface RecordStanding
  extends Pick<DnsRecord, 'recordId' | 'serviceId' | 'zoneId' | 'name' | 'type' | 'routing'> {
  readonly armedAt?: string;
  readonly engaged?: Word;
  readonly released?: Word;
  /** Weights that a person set in place of the entry's. */
  readonly weights?: Readonly<Record<string, number>>;
  readonly last?: RecordDecision;
}

/** How far the Concierge goes by itself with the records of a service. */
export interface DnsStanding {
  readonly serviceId: string;
  readonly mode: Mode;
  /** Of the service, or of everything. */
  readonly paused?: Pause;
}

/** All records. All of it is plain text, whoever wrote it. */
export interface Records {
  readonly outcome: 'listed';
  /** Those that can be read, in the order of their ids. */
  readonly records: readonly RecordStanding[];
  readonly services: readonly DnsStanding[];
  readonly problems: readonly { readonly name: string; readonly problem: string }[];
}

/** One record, as a run saw it just now. */
export interface RecordShown {
  readonly outcome: 'shown';
  readonly recordId: string;
  readonly situation: ShownSituation;
  readonly last?: RecordDecision;
  /** Runs that wait for somebody to promote, or waited. */
  readonly promotions: readonly Promotion[];
}

/** Seconds that a person waits for a look: alarms of a region that is gone take some. */
const PATIENCE = 120;

/**
 * Lists records with what became of each, or shows one as a run of `update-failover` sees it now, which calls Route 53 for nothing.
 *
 * @throws BadInput; NoStandby; `Malformed`; NotFollowed; what AWS throws.
 */
export const records = createAction(
  v.strictObject({ recordId: v.exactOptional(RecordId) }),
  async ({ recordId }, services): Promise<Records | RecordShown | Refused> => {
    const standby = standbyOf(services);
    return recordId === undefined ? list(standby) : show(recordId, standby);
  },
);

const show = async (recordId: string, standby: Standby): Promise<RecordShown | Refused> => {
  const { read } = await readEntry(recordId, standby);
  if (read.kind !== 'found') return refused(noRecord(recordId, read));
  const [run, last, promotions] = await Promise.all([
    runFailover({ recordId, action: 'status' }, { patience: PATIENCE }, standby),
    readLastDecision(recordId, standby),
    readPromotions(recordId, standby),
  ]);
  if (run.kind === 'failed') return refused(run.because);
  if (run.kind !== 'planned') return refused(`It could not be seen in time: ${run.executionArn} still looks.`);
  const { situation } = run.planned;
  return { outcome: 'shown', recordId, situation, ...(last === undefined ? {} : { last }), promotions };
};

const list = async (standby: Standby): Promise<Records> => {
  const [entries, states] = await Promise.all([
    readEntries(standby),
    readPartition(standby.tables.ledger, RECORDS, standby),
  ]);
  const problems = [...problemsAmong(entries)];
  const all = readableRecords(entries);
  const standings: RecordStanding[] = [];
  for (const { recordId, serviceId, zoneId, name, type, routing } of all) {
    const state = stateReading(recordId, states.get(registryKey.record(recordId).sk));
    if (state.kind === 'unreadable') problems.push({ name: recordId, problem: plainText(state.problem, 400) });
    const last = await readLastDecision(recordId, standby);
    standings.push({
      ...{ recordId, serviceId, zoneId, name, type, routing },
      ...(state.kind === 'found' ? shownOf(state.entry, routing) : {}),
      ...(last === undefined ? {} : { last }),
    });
  }
  const services = [...new Set(all.map(({ serviceId }) => serviceId))].sort();
  return { outcome: 'listed', records: standings, services: await standingsOf(services, standby), problems };
};

/** What people are shown of what the ledger knows, as plain text. */
export const shownOf = (state: FailoverState, routing: DnsRecord['routing']) => ({
  ...(state.armedAt !== undefined && routing.kind === 'failover' && isArmed(state, routing)
    ? { armedAt: state.armedAt }
    : {}),
  ...wordsOf(state),
});

const wordsOf = ({ engaged, released, weights }: FailoverState) => ({
  ...(engaged === undefined ? {} : { engaged: plainWord(engaged) }),
  ...(released === undefined ? {} : { released: plainWord(released) }),
  ...(weights === undefined ? {} : { weights }),
});

const plainWord = ({ by, reason, at }: Word): Word => ({
  by: plainText(by, 300),
  reason: plainText(reason, 500),
  at: plainText(at, 40),
});

const standingsOf = async (serviceIds: readonly string[], standby: Standby): Promise<readonly DnsStanding[]> => {
  const all = await readModes(ALL_SERVICES, standby);
  const standings: DnsStanding[] = [];
  for (const serviceId of serviceIds) {
    const set = withPauseOfAll(await readModes(serviceId, standby), all);
    const paused = set.paused === undefined ? {} : { paused: plainWord(set.paused) };
    standings.push({ serviceId, mode: modesInForce(set, undefined).dns, ...paused });
  }
  return standings;
};

/** Entries that can't be read. */
export const problemsAmong = (entries: ReadonlyMap<string, Item>): Records['problems'] =>
  [...entries].flatMap(([sk, item]) => {
    const read = recordFrom(item);
    if (read.kind !== 'unreadable') return [];
    const name = plainText(sk, 80);
    // It begins with the name.
    return [{ name, problem: `nothing is done for it: ${plainText(read.problem, 400).replace(`${name}: `, '')}` }];
  });
