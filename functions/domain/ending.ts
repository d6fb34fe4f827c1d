import type { AnswerOutcome } from './answer.ts';

/** Why a request ended otherwise than decided: stable codes, as in `REASON_CODES`. */
export type EndingCode =
  | 'answered'
  | 'endpoint-gone'
  | 'answered-by-others'
  | 'endpoint-failed'
  | 'adopted'
  | 'disconnected';

/** How a request or a connection came to an end that the ledger has to explain. */
export type Ended = AnswerOutcome | 'adopted' | 'revoked';

/** An end that was not a verdict of ours, explained. */
export interface Ending {
  readonly code: EndingCode;
  readonly sentence: string;
  /** The part of the sentence that says what the customer can do. */
  readonly action: string;
}

/** Explains an outcome that no verdict explains, in a sentence that can be forwarded to the customer. */
export const explainEnding = (outcome: Ended, endpointId: string): Ending => {
  const explained = (code: EndingCode, what: string, action: string): Ending => ({
    code,
    sentence: `${what}; ${action}.`,
    action,
  });
  switch (outcome) {
    case 'accepted':
    case 'rejected':
      return explained(
        'answered',
        `We ${outcome} your endpoint ${endpointId} earlier`,
        'there is nothing for you to do',
      );
    case 'gone':
      return explained(
        'endpoint-gone',
        `Your endpoint ${endpointId} was deleted before it was connected`,
        'create a new one if you still need it',
      );
    case 'overtaken':
      return explained(
        'answered-by-others',
        `Your endpoint ${endpointId} was answered by a person here`,
        'ask us if the answer surprises you',
      );
    case 'adopted':
      return explained('adopted', `Your endpoint ${endpointId} is connected`, 'there is nothing for you to do');
    case 'revoked':
      return explained('disconnected', `We disconnected your endpoint ${endpointId}`, 'ask us why');
    case 'failed':
      return explained(
        'endpoint-failed',
        `AWS could not connect your endpoint ${endpointId}`,
        'delete it and create a new one',
      );
  }
};
