import { ruleOn } from './decide-connection.ts';
import type { Force } from './history.ts';
import type { Mode } from './mode.ts';
import { closestMatches, endpointOf, found, RULES } from './rules.ts';
import type { Situation } from './situation.ts';
import { plainText } from './text.ts';
import { REASON_CODES, type RuleOutcome } from './verdict.ts';

/** What the question whether to disconnect depends on: a connection that lives, and everything that the door would ask about it. */
export interface RevocationSituation extends Omit<Situation, 'modes' | 'approval' | 'heldSince'> {
  /** How far the Concierge goes by itself in disconnecting. */
  readonly mode: Mode;
  /** Whether we accepted it, or a person said that it is ours: nobody else's connection is disconnected by itself. */
  readonly isOurs: boolean;
  /** A person disconnects it, whatever the registry says. */
  readonly force?: Force;
}

/** Why, as stable codes. `forced`: a person did. */
export const REVOCATION_CODES = [...REASON_CODES, 'forced'] as const;

/** One of {@link REVOCATION_CODES}. */
export type RevocationCode = (typeof REVOCATION_CODES)[number];

/** Whether a connection is to be cut off, explained. */
export interface Revocation {
  /** `observe`: it would be, and nobody acts. `propose`: it would be, if a person did it. `keep`: it stays. */
  readonly verdict: 'revoke' | 'propose' | 'observe' | 'keep';
  readonly code: RevocationCode;
  /** One sentence that can be forwarded to the customer as it is, with what to do. */
  readonly sentence: string;
  readonly action: string;
  readonly rules: readonly RuleOutcome[];
  /** The customer that it is matched to; absent where none or several are. */
  readonly customerId?: string;
}

/** A connection has its place and its approval: what is asked again is who it is and what was agreed. */
const ASKED_AGAIN = RULES.filter(({ name }) => !['denial', 'approval', 'quota'].includes(name));

/**
 * Decides whether a live connection is to be cut off. We disconnect whom we would turn away at the door, and whose contract ended where the
 * entitlement says so; whom we would only hold, we keep. Nobody is disconnected for lack of information, while the registry is not believed,
 * or during a pause.
 */
export const decideRevocation = (situation: RevocationSituation): Revocation => {
  const modes = { accept: 'enforce', reject: 'enforce' } as const;
  const { verdict, code, rules, because, todo } = ruleOn({ ...situation, modes }, ASKED_AGAIN);
  const matches = closestMatches(situation.candidates);
  const [match] = matches;
  const customerId = matches.length === 1 ? (match?.customerId ?? '') : '';
  // A door that is shut for new ones cuts off nobody who is entitled; what becomes of connections at a contract's end, the entitlement says.
  const isCutOff =
    code === 'contract-ended'
      ? found(match?.entitlement)?.whenEnded === 'revoke'
      : verdict === 'reject' && code !== 'entitled';
  const explain = (
    what: Revocation['verdict'],
    why: RevocationCode,
    added: RuleOutcome,
    reason = because ?? 'you asked for it',
    action = todo ?? 'ask us why',
  ): Revocation => ({
    verdict: what,
    code: why,
    sentence:
      what === 'keep'
        ? `Your ${endpointOf({ ...situation, modes })} stays connected; there is nothing for you to do.`
        : `We disconnected your ${endpointOf({ ...situation, modes })}: ${reason}; ${action}.`,
    action: what === 'keep' ? 'there is nothing for you to do' : action,
    rules: [...rules, added],
    ...(customerId === '' ? {} : { customerId }),
  });
  const kept = (rule: string, saw: string): Revocation => explain('keep', code, { rule, passed: false, saw });

  const { paused, force, distrust } = situation;
  if (paused !== undefined) return kept('pause', plainText(`paused by ${paused.by}: ${paused.reason}`, 500));
  if (force !== undefined) {
    const saw = plainText(`forced by ${force.by}: ${force.reason}`, 500);
    return explain('revoke', 'forced', { rule: 'force', passed: true, saw }, 'a person here ended it', 'ask us why');
  }
  if (!isCutOff) return kept('entitled', code === 'entitled' ? 'every rule passed' : `${code} keeps what is there`);
  if (distrust !== undefined) return kept('registry', distrust);
  if (!situation.isOurs) return kept('ownership', 'neither accepted by us nor said to be ours');
  const verdicts = { enforce: 'revoke', propose: 'propose', observe: 'observe' } as const;
  return explain(verdicts[situation.mode], code, {
    rule: 'mode',
    passed: situation.mode === 'enforce',
    saw: `revoke: ${situation.mode}`,
  });
};
