import { ConciergeError } from '../functions/domain/errors.ts';
import { plainText } from '../functions/domain/text.ts';
import { NotFollowed } from './follow.ts';
import { NoStandby } from './no-standby.ts';
import type { Place } from './services.ts';
import { NotWoken } from './wake.ts';

/** No such table, index or workflow. */
const MISSING: ReadonlySet<string> = new Set(['ResourceNotFoundException', 'StateMachineDoesNotExist']);

const DENIALS: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException']);

/** What the SDK throws where it finds no credentials. */
const NO_CREDENTIALS: ReadonlySet<string> = new Set(['CredentialsProviderError', 'TokenProviderError']);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html and the common errors of each service. */
const BAD_CREDENTIALS: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'MissingAuthenticationToken',
]);

/** How the socket says that nobody is there. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);

/**
 * Says in a sentence what a person can do about an error that was to be expected.
 *
 * @returns undefined for a surprise, which must look like one.
 */
export const explain = (error: unknown, place: Place): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  const { name } = error;
  const message = plainText(error.message, 1000);
  if (error instanceof NotWoken || error instanceof NotFollowed)
    return `${message}: ${explain(error.cause, place) ?? plainText(String(error.cause), 1000)}`;
  if (error instanceof ConciergeError || error instanceof NoStandby) return message;
  if (DENIALS.has(name)) return denialOf(message);
  if (MISSING.has(name)) return `${missingOf(message)} ${askFor(place)}`;
  if (NO_CREDENTIALS.has(name)) {
    return `There are no AWS credentials: set AWS_PROFILE, or sign in as you do for the AWS CLI. (${message})`;
  }
  if (BAD_CREDENTIALS.has(name)) return `AWS does not take these credentials: ${name}: ${message}`;
  if (/^Region (is missing|not accepted)/.test(message)) return 'Which region? Give --region, or set AWS_REGION.';
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (name === 'TimeoutError' || UNREACHABLE.has(String(code)))
    return `AWS can't be reached: ${message || String(code)}`;
  // A reply of AWS: its code says more than our stack trace.
  return $metadata?.httpStatusCode === undefined ? undefined : `AWS says ${name}: ${message}`;
};

/** AWS words it `User: ARN is not authorized to perform: ACTION on resource: ARN because POLICY`; which policy it was is worth knowing. */
const denialOf = (message: string): string => {
  const found = /^User: (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))?(.*)$/.exec(message);
  if (found === null) return `AWS denies it: ${message}`;
  const [, who, action, what, because = ''] = found;
  return `${who} may not ${action}${what === undefined ? '' : ` on ${what}`}${because}`;
};

/** Which options to look at again. */
const askFor = ({ stack, region, isStandby }: Place): string =>
  isStandby === true
    ? `Is --standby-stack ${stack} right, and --standby-region ${region}?`
    : `Is --stack ${stack} right, and the region?`;

const missingOf = (message: string): string =>
  message === '' ? 'There is no such thing.' : `${message.replace(/\.?$/, '')}.`;
