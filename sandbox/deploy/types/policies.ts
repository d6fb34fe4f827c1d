import { checkPolicy, readPolicy } from '../../iam/policy.ts';

/**
 * A policy of the template as the text that services take, checked: an operator or key that the sandbox cannot judge stops
 * the deployment here, and not at the first call that meets it.
 *
 * @param where what the policy belongs to: `of queue Intake`.
 */
export const policyText = (document: unknown, where: string): string => {
  checkPolicy(readPolicy(document, where), where);
  return jsonText(document);
};

/** A text as it is, and anything else as its JSON: `60` for a number, `true`, an object's or a list's JSON. */
export const jsonText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
