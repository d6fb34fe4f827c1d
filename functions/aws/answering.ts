import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { ANSWER_BUCKET, type AnswerCall, groupAnswers, type Judged, judgeAnswer } from '../domain/answers.ts';
import { explainEnding } from '../domain/ending.ts';
import { logger } from '../runtime/handler.ts';
import type { AskedByMessage } from './answer-queue.ts';
import { emptyBucket, takeFromBucket } from './bucket.ts';
import { eachAtOnce } from './chunks.ts';
import { answerConnections, readConnections, type Unsuccessful } from './connections.ts';
import { isThrottled } from './errors.ts';
import { readStandings, type Standing } from './standings.ts';
import { isAwaited, type TaskAnswer } from './task-tokens.ts';

/** What answers are given with. */
export interface AnsweringServices {
  readonly ec2: EC2Client;
  readonly dynamo: DynamoDBClient;
  readonly sfn: SFNClient;
  readonly ledger: string;
  readonly region: string;
  /** How many endpoints one Accept or Reject takes: AWS documents no limit. */
  readonly endpointsPerAnswer: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What becomes of a message. */
export type Fate =
  /** Its workflow hears the end, or that it is to decide or to ask again. */
  | { readonly is: 'told'; readonly asked: AskedByMessage; readonly answer: TaskAnswer }
  /** Nobody waits for it any more. */
  | { readonly is: 'dropped'; readonly asked: AskedByMessage }
  /** It stays for another look. `callsWaiting`: how many calls wait for a token of the bucket, its own among them; 0 = it waits for EC2. */
  | { readonly is: 'left'; readonly asked: AskedByMessage; readonly callsWaiting: number };

/** EC2 was told, and what came of it can be seen at once; or it said that it did not act. */
interface Answered {
  readonly is: 'answered';
  readonly asked: AskedByMessage;
  readonly failure?: Unsuccessful;
}

/** Milliseconds after which no further call is begun: the function has a minute. */
const ENOUGH = 35_000;

/**
 * Looks at all of them in one read; answers those that wait for it, as far as the account's buckets allow; and looks once more at what it
 * rejected, or what EC2 did not act on. It tells nobody.
 */
export const answerBatch = async (
  batch: readonly AskedByMessage[],
  services: AnsweringServices,
): Promise<readonly Fate[]> => {
  const enough = services.now() + ENOUGH;
  const fates: Fate[] = [];
  const waiting: AskedByMessage[] = [];
  for (const each of await orAllAlike(batch, () => look(batch, services))) {
    if (each.is === 'to-answer') waiting.push(each.asked);
    else fates.push(isFate(each) ? each : fateOf(each));
  }
  const calls = groupAnswers(waiting, services.endpointsPerAnswer);
  const answered: Answered[] = [];
  for (const verdict of ['accept', 'reject'] as const) {
    const wanted = calls.filter((call) => call.verdict === verdict);
    for (const each of await answerCalls(wanted, verdict, { ...services, enough })) {
      if (each.is === 'answered') answered.push(each);
      else fates.push(each);
    }
  }
  const failures = new Map(answered.map(({ asked, failure }) => [asked, failure]));
  const again = answered.map(({ asked }) => asked);
  for (const each of await orAllAlike(again, () => look(again, services))) {
    fates.push(isFate(each) ? each : fateOf(each, failures.get(each.asked)));
  }
  return fates;
};

const isFate = (each: Judged<AskedByMessage> | Fate): each is Fate =>
  each.is === 'told' || each.is === 'dropped' || each.is === 'left';

/** What failed for all of them is the fate of each: AWS says "not now", and they are left; or a name that their workflows know. */
const orAllAlike = async <T>(
  asked: readonly AskedByMessage[],
  act: () => Promise<readonly T[]>,
): Promise<readonly (T | Fate)[]> => {
  if (asked.length === 0) return [];
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    logger.warn('answers put off or failed', { endpoints: asked.map(({ endpointId }) => endpointId), error });
    if (isThrottled(error)) return asked.map((each) => left(each));
    return asked.map((each) => ({ is: 'told', asked: each, answer: { error: error.name, cause: error.message } }));
  }
};

const left = (asked: AskedByMessage, callsWaiting = 0): Fate => ({ is: 'left', asked, callsWaiting });

/** Judges each by what EC2 lists now. */
const look = async (asked: readonly AskedByMessage[], { ec2, region, now }: AnsweringServices) => {
  const unique = (values: readonly string[]) => [...new Set(values)].sort();
  const connections = await readConnections(ec2, {
    endpointIds: unique(asked.map(({ endpointId }) => endpointId)),
    serviceIds: unique(asked.map(({ serviceId }) => serviceId)),
    region,
  });
  const moment = new Date(now()).toISOString();
  const judged = asked.map((each) => judgeAnswer(each, connections, moment));
  for (const { is, asked: each, ...more } of judged) {
    const { serviceId, endpointId, verdict } = each;
    logger.debug('answer looked at', { serviceId, endpointId, verdict, is, ...more });
  }
  return judged;
};

/**
 * What follows from a look.
 *
 * @param failure - what EC2 said just before, where it did not act: the workflow keeps it, and asks again.
 */
const fateOf = (judged: Judged<AskedByMessage>, failure?: Unsuccessful): Fate => {
  const { asked } = judged;
  const { endpointId } = asked;
  const said = failure === undefined ? {} : { unsuccessful: `${failure.code}: ${failure.message}` };
  const told = (output: object): Fate => ({ is: 'told', asked, answer: { output: { ...output, ...said } } });
  switch (judged.is) {
    case 'settled':
      return told(settled(endpointId, judged));
    case 'absent':
      return told({ isSettled: false, isListed: false, because: `${endpointId} is still not listed` });
    case 'overdue': {
      const because = `${endpointId} is still ${judged.connection.state}`;
      return told({ isSettled: false, isListed: true, isOverdue: true, because });
    }
    case 'superseded':
      return told({ isSettled: false, isSuperseded: true, because: `${endpointId}: ${judged.because}` });
    case 'under-way':
    case 'to-answer':
      if (failure === undefined) return left(asked);
      return told({ isSettled: false, isListed: true, because: `${endpointId} is still ${judged.connection.state}` });
  }
};

/** What `Record` and `Publish` say of an end. */
const settled = (endpointId: string, { outcome, connection }: Extract<Judged, { readonly is: 'settled' }>) => ({
  isSettled: true,
  outcome,
  // Absent where EC2 no longer lists the connection.
  ...(connection === undefined ? {} : { state: connection.state }),
  dnsNames: connection?.dnsNames ?? [],
  // Why it ended otherwise than planned.
  ...(outcome === 'accepted' || outcome === 'rejected' ? {} : { ending: explainEnding(outcome, endpointId) }),
});

/** Makes as many of the calls as the bucket and the time allow, the first ones first; the rest is left. */
const answerCalls = async (
  calls: readonly AnswerCall<AskedByMessage>[],
  verdict: AnswerCall['verdict'],
  services: AnsweringServices & { readonly enough: number },
): Promise<readonly (Fate | Answered)[]> => {
  const { dynamo, ledger, now, enough } = services;
  const bucket = { ledger, kind: verdict, size: ANSWER_BUCKET };
  const all = calls.flatMap(({ asked }) => asked);
  const came = await orAllAlike(all, async () => {
    const tokens = await takeFromBucket(dynamo, bucket, calls.length, now);
    const fates: (Fate | Answered)[] = [];
    for (const [index, call] of calls.entries()) {
      if (index >= tokens || now() > enough) fates.push(...call.asked.map((each) => left(each, calls.length - index)));
      else fates.push(...(await orAllAlike(call.asked, () => answer(call, bucket, services))));
    }
    return fates;
  });
  return came;
};

/**
 * Just before the call: does anybody wait for it, has its run the request in hand still, do mode, pause and place stand as they did when it was
 * decided, and did nobody call to look again?
 *
 * @throws `Throttled`, `Denied`, `Malformed`, and EC2's own errors for an unknown service.
 */
const answer = async (
  { serviceId, verdict, asked }: AnswerCall<AskedByMessage>,
  bucket: Parameters<typeof emptyBucket>[1],
  { ec2, dynamo, sfn, ledger, now }: AnsweringServices,
): Promise<readonly (Fate | Answered)[]> => {
  const awaited = await eachAtOnce(asked, ({ token }) => isAwaited(sfn, token));
  const standings = await readStandings(dynamo, ledger, asked);
  const checked = asked.map((each, index): Fate | Answered => {
    if (awaited[index] !== true) return { is: 'dropped', asked: each };
    const because = supersededBecause(each, standings[index]);
    return because === undefined ? { is: 'answered', asked: each } : fateOf({ is: 'superseded', asked: each, because });
  });
  const endpointIds = checked.flatMap((each) => (each.is === 'answered' ? [each.asked.endpointId] : []));
  if (endpointIds.length === 0) return checked;
  const failures = await answerConnections(ec2, verdict, serviceId, [...new Set(endpointIds)]).catch(
    async (error: unknown) => {
      // Ours was fuller than EC2's own: somebody else answers too.
      if (isThrottled(error)) await emptyBucket(dynamo, bucket, now);
      throw error;
    },
  );
  logger.info('connections answered', { serviceId, verdict, endpointIds, failures });
  return checked.map((each) => {
    if (each.is !== 'answered') return each;
    // EC2 need not say of which endpoint it speaks.
    const failure = failures.find(({ endpointId }) => ['', each.asked.endpointId].includes(endpointId));
    if (failure !== undefined) return { ...each, failure };
    // An accepted endpoint is pending for a while: reading it at once would tell nothing.
    return verdict === 'accept' ? left(each.asked) : each;
  });
};

const supersededBecause = (
  { verdict, modesVersion, wakes, execution }: AskedByMessage,
  standing: Standing | undefined,
): string | undefined => {
  if (standing?.modesVersion !== modesVersion) return "the service's mode was changed since it was decided";
  if (standing.wakes !== wakes) return 'there is something to look at since it was decided';
  // A run that was stopped, and redriven after another one took over, goes on where it was.
  if (execution !== undefined && standing.holder !== execution) return 'another run has the request in hand';
  return verdict === 'accept' && !standing.hasPlace ? 'it has no place any more' : undefined;
};
