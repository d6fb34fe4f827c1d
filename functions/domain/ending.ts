import type { AnswerOutcome } from './answer.ts';

/** Why a request ended otherwise than decided: stable codes, as in `REASON_CODES`. */
export type EndingCode = 'answered' | 'endpoint-gone' | 'answered-by-others' | 'endpoint-failed';

/** An end that was not a verdict of ours, explained. */
export interface Ending {
  readonly code: EndingCode;
  readonly sentence: string;
}

/** Explains an outcome that no verdict explains, in a sentence that can be forwarded to the customer. */
export const explainEnding = (outcome: AnswerOutcome, endpointId: string): Ending => {
  switch (outcome) {
    case 'accepted':
    case 'rejected':
      return {
        code: 'answered',
        sentence: `We ${outcome} your endpoint ${endpointId} earlier; there is nothing for you to do.`,
      };
    case 'gone':
      return {
        code: 'endpoint-gone',
        sentence: `Your endpoint ${endpointId} was deleted before it was connected; create a new one if you still need it.`,
      };
    case 'overtaken':
      return {
        code: 'answered-by-others',
        sentence: `Your endpoint ${endpointId} was answered by a person here; ask us if the answer surprises you.`,
      };
    case 'failed':
      return {
        code: 'endpoint-failed',
        sentence: `AWS could not connect your endpoint ${endpointId}; delete it and create a new one.`,
      };
  }
};
