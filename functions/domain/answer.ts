import type { ConnectionState } from './connection.ts';

/** What an answer came to. `overtaken`: somebody else answered otherwise; `failed`: AWS gave the endpoint up. */
export type AnswerOutcome = 'accepted' | 'rejected' | 'gone' | 'overtaken' | 'failed';

/** What an answer ends: a request that waits, or a connection that lives, which can only be rejected. */
export type Ends = 'request' | 'connection';

/** The next step towards an answer: make the call, look again later, or nothing more. */
export type AnswerStep =
  | { readonly step: 'answer' }
  | { readonly step: 'wait' }
  | { readonly step: 'settled'; readonly outcome: AnswerOutcome };

/** With the workflow's waits of 20 seconds, a minute: as long as it waits for a young connection to appear. */
const ABSENCES_UNTIL_GONE = 3;

const settled = (outcome: AnswerOutcome): AnswerStep => ({ step: 'settled', outcome });

/**
 * Judges by the connection's state alone, so that it may be asked again at any time: after a lost reply, a second run, or an
 * `Unsuccessful` item whose code AWS does not document.
 *
 * @param state - the state just read; `undefined` where EC2 does not list the connection.
 * @param absences - how many looks in a row, up to now, found it not listed: one may be late, several are not.
 */
export const nextAnswerStep = (
  verdict: 'accept' | 'reject',
  state: ConnectionState | undefined,
  absences: number,
  ends: Ends = 'request',
): AnswerStep => {
  const cutsOff = verdict === 'reject' && ends === 'connection';
  switch (state) {
    case 'pendingAcceptance':
      // It was decided on a connection that lives: what shows a request is an old list.
      return cutsOff ? { step: 'wait' } : { step: 'answer' };
    case 'pending':
      if (cutsOff) return { step: 'answer' };
      return verdict === 'accept' ? { step: 'wait' } : settled('overtaken');
    case 'available':
      if (cutsOff) return { step: 'answer' };
      return settled(verdict === 'accept' ? 'accepted' : 'overtaken');
    case 'rejected':
      return settled(verdict === 'reject' ? 'rejected' : 'overtaken');
    case undefined:
      return absences < ABSENCES_UNTIL_GONE ? { step: 'wait' } : settled('gone');
    case 'deleting':
    case 'deleted':
    case 'expired':
      return settled('gone');
    case 'failed':
      return settled('failed');
    case 'partial':
    case 'unknown':
      return { step: 'wait' };
  }
};
