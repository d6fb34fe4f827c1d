import { marshall } from '@aws-sdk/util-dynamodb';
import type { Plan } from '../domain/plan.ts';
import { ledgerKey } from '../registry/keys.ts';
import type { RecordedDecision } from './ledger.ts';

/** What a decision is about. */
export interface Decided {
  readonly serviceId: string;
  readonly vpcEndpointId: string;
  readonly generation: number;
  /** The connection as it was read. */
  readonly before: unknown;
}

/** A plan, with what the workflow puts into the ledger for it, in DynamoDB's form. */
export type RecordedPlan<P = Plan> = P & { readonly item: Record<string, unknown> };

/** Adds the part of the ledger's record that is known before the answer: who, what, why rule by rule, before, plan. */
export const withRecord = <P extends Pick<Plan, 'verdict' | 'code' | 'sentence' | 'action' | 'rules'> & Partial<Plan>>(
  plan: P,
  about: Decided,
): RecordedPlan<P> => {
  const { customerId, verdict, code, sentence, action, proposed, rules, hold, forced } = plan;
  const { serviceId, vpcEndpointId, generation } = about;
  const said = { customerId, verdict, code, sentence, action, proposed, until: hold?.until, rules };
  const who = { forcedBy: forced?.by, forcedBecause: forced?.reason };
  const key = ledgerKey.decision(serviceId, vpcEndpointId, generation);
  return { ...plan, item: marshall({ ...key, ...about, ...said, ...who }, { removeUndefinedValues: true }) };
};

/** What a sweep wants to know of a decision, in DynamoDB's form: the admission carries it. */
export const summaryOf = ({
  outcome,
  code,
  generation,
  recordedAt,
  customerId,
}: RecordedDecision): Record<string, unknown> =>
  marshall({ outcome, code, generation, recordedAt, customerId }, { removeUndefinedValues: true });
