import { PROVIDER_ACCOUNT } from '../../cloud.ts';
import { invalidParameter } from './errors.ts';

/** A function as callers name it. */
export interface FunctionRef {
  readonly name: string;
  /** A version, an alias or `$LATEST`; undefined where none is named. */
  readonly qualifier: string | undefined;
}

const NAME =
  /^(?:arn:aws[\w-]*:lambda:(?<region>[\w-]+):(?<arnAccount>\d{12}):function:|(?<account>\d{12}):function:)?(?<name>[\w-]{1,64})(?::(?<qualifier>\$LATEST|[\w-]{1,128}))?$/;

/**
 * Reads a function's name, partial ARN or ARN, each with or without a qualifier: `f`, `f:live`,
 * `123456789012:function:f`, `arn:aws:lambda:us-west-2:123456789012:function:f:3`.
 *
 * @param here - the region that is asked.
 * @throws AwsError `InvalidParameterValueException` for what is none of these, for two different qualifiers, and for a
 * function of another account, which has none here, or region, whose functions are that region's to call.
 */
export const readFunctionName = (here: string, text: string | undefined, qualifier?: string): FunctionRef => {
  const groups = NAME.exec(text ?? '')?.groups;
  if (groups?.name === undefined) throw invalidParameter(`'${text}' is not the name or ARN of a function.`);
  const account = groups.arnAccount ?? groups.account ?? PROVIDER_ACCOUNT;
  const region = groups.region ?? here;
  if (account !== PROVIDER_ACCOUNT || region !== here) {
    throw invalidParameter(`Functions live in ${here} of account ${PROVIDER_ACCOUNT}; '${text}' would be elsewhere.`);
  }
  if (groups.qualifier !== undefined && qualifier !== undefined && groups.qualifier !== qualifier) {
    throw invalidParameter('The derived qualifier from the function name does not match the specified qualifier.');
  }
  return { name: groups.name, qualifier: groups.qualifier ?? qualifier };
};

/** `functionArn('us-west-2', { name: 'f', qualifier: '3' })` -> `arn:aws:lambda:us-west-2:123456789012:function:f:3` */
export const functionArn = (region: string, { name, qualifier }: FunctionRef): string =>
  `arn:aws:lambda:${region}:${PROVIDER_ACCOUNT}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
