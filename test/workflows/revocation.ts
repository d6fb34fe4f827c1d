import { decideRevocation, type RevocationSituation } from '../../functions/domain/decide-revocation.ts';
import type { Force, PastDecision } from '../../functions/domain/history.ts';
import { planEnding } from '../../functions/domain/plan.ts';
import { planRevocation } from '../../functions/domain/plan-revocation.ts';
import { aCandidate, aConnection, aCustomer, aSituation, ENDPOINT_ID, found } from '../support/builders.ts';
import { BASIS, executing, payload, REJECTED, type Script } from './admission.ts';

/** Executes `revoke-connection` on virtual time, its tasks answered by a script. */
export const revoke = executing('revoke-connection.asl.json', {
  DecideRevocation: 'decide-revocation:3',
  AnswerQueue: 'https://sqs.us-west-2.amazonaws.com/123456789012/answers',
  Ledger: 'ledger-table',
  Bus: 'concierge-bus',
});

/** Who forces a disconnection, and why. */
export const FORCE = { by: 'arn:aws:iam::123456789012:user/ada', reason: 'abuse' } as const satisfies Force;
/** The day on which every execution of the tests is counted. */
export const DAY = '2026-11-23';

const suspended = aCandidate({
  customer: found(aCustomer({ status: 'suspended' })),
  places: { taken: 1, mine: true },
});
const accepted: readonly (PastDecision & { customerId: string })[] = [
  { generation: 1, outcome: 'accepted', code: 'entitled', verdict: 'accept', customerId: 'acme' },
];
const LAST = { outcome: { S: 'accepted' }, code: { S: 'entitled' }, generation: { N: '1' }, customerId: { S: 'acme' } };

/** What `Decide` returns of a live connection of acme, which is suspended: cut it off, as the domain plans it. */
export const revocation = (
  situation: Partial<RevocationSituation> = {},
  { force, max = 10, modesVersion = 4, wakes = 0 }: RevocationOptions = {},
) => {
  const { modes: _ofTheDoor, ...asked } = aSituation({
    connection: aConnection({ state: 'available' }),
    candidates: [suspended],
  });
  const whole = { ...asked, mode: 'enforce', isOurs: true, ...(force === undefined ? {} : { force }), ...situation };
  const { candidates, connection } = whole;
  const decided = decideRevocation(whole as RevocationSituation);
  const plan = planRevocation(decided, { decisions: accepted, candidates, force, max });
  const item = { pk: { S: 'the record' }, sk: { S: 'that Decide made' }, code: { S: plan.code } };
  return {
    need: 'revocation',
    generation: 2,
    told: 1,
    wakes,
    modesVersion,
    basis: BASIS,
    day: DAY,
    last: LAST,
    connection,
    plan: { ...plan, item },
  };
};

interface RevocationOptions {
  readonly force?: Force;
  readonly max?: number;
  readonly modesVersion?: number;
  /** How often the run was called to look again. */
  readonly wakes?: number;
}

/** What `Decide` returns where nothing is to be cut off. */
export const kept = (because = 'keep, entitled: every rule passed', rest: object = {}) => ({
  need: 'nothing',
  because,
  told: 1,
  wakes: 0,
  modesVersion: 4,
  basis: BASIS,
  last: LAST,
  connection: aConnection({ state: 'available' }),
  ...rest,
});

/** What `Decide` returns where a run of ours cut it off and died. */
export const unrecorded = (customerId = 'acme') => ({
  need: 'record',
  generation: 2,
  told: 1,
  wakes: 0,
  last: LAST,
  connection: aConnection({ state: 'rejected' }),
  plan: {
    ...planEnding('revoked', ENDPOINT_ID, { verdict: 'reject', customerId, generation: 2 }),
    item: { pk: { S: 'the record' } },
  },
});

/** A connection that is cut off, the reply of every task on its way. */
export const REVOKE: Script = {
  'Take the admission': [{}],
  Decide: [payload(revocation())],
  'Open the day': [{}],
  'Count it': [{}],
  'Note the intent': [{}],
  Answer: [payload(REJECTED)],
  'Give the place back': [{}],
  Record: [{}],
  Publish: [{ FailedEntryCount: 0 }],
  'Release the admission': [{}],
  'Record the failure': [{}],
};
