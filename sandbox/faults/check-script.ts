import type { Cloud } from '../cloud.ts';
import { type CallFault, type Fault, faultWords } from './fault.ts';

/** A script of faults that can't be played. Its message lists every reason. */
export class FaultScriptError extends Error {
  override readonly name = 'FaultScriptError';

  constructor(reasons: readonly string[]) {
    super(`The script of faults can't be played: ${reasons.join(' ')}`);
  }
}

const KINDS: Readonly<Record<Fault['kind'], true>> = {
  'error-before': true,
  'lost-reply': true,
  throttle: true,
  'kill-before': true,
  'kill-after': true,
  delay: true,
  'stop-at-state': true,
};

/** `ec2:AcceptVpcEndpointConnections` -> its two parts. */
export const partsOf = (on: string): { readonly service: string; readonly action: string } => {
  const colon = on.indexOf(':');
  return { service: on.slice(0, Math.max(colon, 0)), action: on.slice(colon + 1) };
};

const problemsOfAction = ({ on }: CallFault, cloud: Cloud): readonly string[] => {
  const { service, action } = partsOf(on);
  if (cloud.action(service, action) !== undefined) return [];
  const found = cloud.services().find(({ name }) => name === service);
  if (found !== undefined) {
    return [`There is no action ${action} in ${service}, which has: ${Object.keys(found.actions).sort().join(', ')}.`];
  }
  const names = cloud.services().map(({ name }) => name);
  return [`'${on}' names no service: write SERVICE:Action with one of ${names.sort().join(', ')}.`];
};

const problemsOf = (fault: Fault, cloud: Cloud): readonly string[] => {
  const { kind, nth = 1 } = fault;
  if (!Object.hasOwn(KINDS, kind)) return [`'${kind}' is no kind of fault: ${Object.keys(KINDS).join(', ')}.`];
  const problems: string[] = [];
  if (nth !== 'every' && !(Number.isInteger(nth) && nth >= 1)) {
    problems.push(`${kind} at ${fault.on}: nth is ${nth}, and must be 1 for the next one, 2, ... or 'every'.`);
  }
  if (kind === 'delay' && !(fault.milliseconds >= 0)) {
    problems.push(`${faultWords(fault)}: milliseconds is ${fault.milliseconds}, and must be 0 or more.`);
  }
  if (kind === 'stop-at-state') {
    if (fault.on === '') problems.push('stop-at-state: on is empty, and must be the name of a state.');
    return problems;
  }
  return [...problems, ...problemsOfAction(fault, cloud)];
};

/**
 * Looks over a script before anything of it is played. State machines may be made later, so states' names are not looked up: what
 * never came is in `Injection.waiting`.
 *
 * @throws FaultScriptError naming each action, kind or number that makes no sense.
 */
export const checkScript = (faults: readonly Fault[], cloud: Cloud): void => {
  const problems = faults.flatMap((fault) => problemsOf(fault, cloud));
  if (problems.length > 0) throw new FaultScriptError(problems);
};
