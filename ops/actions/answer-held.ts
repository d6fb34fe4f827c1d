import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import type { Answer } from '../../functions/domain/mode.ts';
import { plainText } from '../../functions/domain/text.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { EndpointId, ServiceId } from '../../functions/registry/schemas.ts';
import { createAction, Reason, type Refused, refused } from '../action.ts';
import { type PastDecision, readRequest, type Word } from '../request.ts';
import type { Services } from '../services.ts';
import { isWritten } from '../table.ts';
import { type RequestIds, wakeAfterwards } from '../wake.ts';

const PROPOSALS = ['accept', 'reject'] as const satisfies readonly Answer[];

const Input = v.strictObject({ serviceId: ServiceId, endpointId: EndpointId, reason: Reason });

const ApproveInput = v.strictObject({
  ...Input.entries,
  /** What the person saw proposed; absent = whatever is proposed. */
  proposed: v.exactOptional(v.picklist(PROPOSALS, `not one of ${PROPOSALS.join(', ')}`)),
});

/** What was said is in the ledger. `said-before`: it was already, word for word and by the same person. */
export interface Said extends Word {
  readonly outcome: 'said' | 'said-before';
  readonly serviceId: string;
  readonly endpointId: string;
  /** What an approval releases. */
  readonly proposed?: PastDecision['proposed'];
  /** The execution that looks at the request now. */
  readonly executionArn: string;
}

/**
 * Says yes to what a held request proposes, which may be its rejection. It releases what the rules let pass; it overrides none of them.
 * Given what the person saw proposed, it is refused where something else is by now.
 *
 * @throws BadInput; `Malformed` for a record that we did not write; `NotWoken`; what AWS throws.
 */
export const approve = createAction(ApproveInput, (input, services) => answer('approve', input, services));

/** Says no to a held request: it is rejected. @throws as {@link approve}. */
export const deny = createAction(Input, (input, services) => answer('deny', input, services));

const answer = async (
  word: Word['answer'],
  { serviceId, endpointId, reason, proposed: seen }: v.InferOutput<typeof ApproveInput>,
  services: Services,
): Promise<Said | Refused> => {
  const request = { serviceId, endpointId };
  const { decisions, words } = await readRequest(request, services);
  const held = decisions.at(-1);
  if (held?.outcome !== 'held') return refused(notHeld(held, request));
  const objection = objectionTo(word, held, request);
  if (objection !== undefined) return refused(objection);

  const { generation, proposed } = held;
  if (seen !== undefined && proposed !== seen) {
    return refused(
      `What is proposed for ${endpointId} is by now ${proposed}, not ${seen} (${held.code}, decided at ${held.recordedAt}). Look again: "held --service ${serviceId}".`,
    );
  }
  const by = await services.caller();
  const mine: Word = { answer: word, generation, by, reason, saidAt: services.now().toISOString() };
  const said = (outcome: Said['outcome'], as: Word, executionArn: string): Said => ({
    outcome,
    ...request,
    ...as,
    ...(proposed === undefined ? {} : { proposed }),
    executionArn,
  });
  const earlier = wordOn(generation, words);
  if (earlier === undefined && (await isWritten(() => put(request, mine, services)))) {
    return said('said', mine, await wakeAfterwards(request, services));
  }
  const theirs = earlier ?? wordOn(generation, (await readRequest(request, services)).words);
  // The same person, the same words: a reply was lost, or the request was not woken.
  if (theirs?.answer === word && theirs.by === by && theirs.reason === reason) {
    const outcome = theirs.saidAt === mine.saidAt ? 'said' : 'said-before';
    return said(outcome, theirs, await wakeAfterwards(request, services));
  }
  return refused(saidAlready(theirs, request));
};

const wordOn = (generation: number, words: readonly Word[]): Word | undefined =>
  words.find((word) => word.generation === generation);

/** Nothing in it may be named as the indexes over decisions are: they hold decisions only. */
const put = (request: RequestIds, word: Word, { dynamo, tables }: Services): Promise<unknown> =>
  dynamo.send(
    new PutItemCommand({
      TableName: tables.ledger,
      Item: marshall({ ...ledgerKey.approval(request.serviceId, request.endpointId, word.generation), ...word }),
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );

const reconcileWords = ({ serviceId, endpointId }: RequestIds): string =>
  `reconcile --service ${serviceId} --endpoint ${endpointId}`;

const notHeld = (last: PastDecision | undefined, request: RequestIds): string => {
  const { endpointId } = request;
  if (last === undefined) {
    return `Nothing was decided of ${endpointId} yet. If it waits and its notice got lost, "${reconcileWords(request)}" has it looked at.`;
  }
  const { outcome, recordedAt, verdict, code } = last;
  if (outcome === 'observed') {
    const effect = verdict === 'reject' ? 'reject' : 'accept';
    return `${endpointId} is not held: it was only observed at ${recordedAt} (${verdict}, ${code}), since the mode of ${effect} was observe. Answer it in EC2, or set the mode to propose or enforce and then "${reconcileWords(request)}".`;
  }
  if (outcome === 'adopted') {
    return `${endpointId} is not held: it was connected before the Concierge first saw it, at ${recordedAt}.`;
  }
  return `${endpointId} is not held: it was ${outcome === 'gone' || outcome === 'failed' ? `found ${outcome}` : outcome} at ${recordedAt} (${code}).`;
};

const objectionTo = (word: Word['answer'], held: PastDecision, request: RequestIds): string | undefined => {
  if (word === 'deny') {
    return held.proposed === 'reject'
      ? `What is proposed for ${request.endpointId} is the rejection: approve it, or change the registry and then "${reconcileWords(request)}".`
      : undefined;
  }
  return held.proposed === undefined
    ? `${request.endpointId} is held for ${held.code}, and an approval overrides no rule. "${plainText(held.sentence, 500)}" Change the registry and then "${reconcileWords(request)}", or deny it.`
    : undefined;
};

const saidAlready = (word: Word | undefined, { endpointId }: RequestIds): string => {
  if (word === undefined) return `Somebody answered for ${endpointId} in this moment. Look again.`;
  const done = word.answer === 'approve' ? 'approved' : 'denied';
  return `${plainText(word.by, 300)} ${done} ${endpointId} already at ${word.saidAt}: "${plainText(word.reason, 500)}". The first word counts.`;
};
