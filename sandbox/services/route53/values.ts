import { isIPv4, isIPv6 } from 'node:net';
import { txtStrings } from '../../dns/txt.ts';
import { InvalidName, normalName } from './names.ts';

/** How a sentence about a value begins: https://github.com/gomodules/dns/issues/7 */
const invalid = (code: string, words: string, value: string): string =>
  `Invalid Resource Record: FATAL problem: ${code} (${words}) encountered with '${value}'`;

const domainName = (text: string, value: string): string | undefined => {
  try {
    normalName(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidName)) throw error;
    return `Invalid Resource Record: ${error.message.replace(/'[^']*'$/, () => `'${value}'`)}`;
  }
};

const isNumber = (text: string | undefined, most: number): boolean =>
  text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= most;

const UINT16 = 65_535;
const LONGEST_STRING = 255;
const text = (value: string): string | undefined => {
  const strings = txtStrings(value);
  if (strings === undefined) {
    return invalid('InvalidCharacterString', 'Value should be enclosed in quotation marks', value);
  }
  // https://github.com/boto/boto3/issues/1462
  return strings.some((one) => one.length > LONGEST_STRING)
    ? invalid('CharacterStringTooLong', 'Value is too long', value)
    : undefined;
};

const fieldsOf = (value: string): readonly string[] => value.trim().split(/\s+/);

const mailExchange = (value: string): string | undefined => {
  const [preference, host, ...more] = fieldsOf(value);
  if (host === undefined || more.length > 0) {
    return invalid('MXRRDATANotTwoFields', "MX record doesn't have 2 fields", value);
  }
  if (!isNumber(preference, UINT16)) return invalid('MXRRDATAInvalidPreference', 'Preference is not valid', value);
  return domainName(host, value);
};

const service = (value: string): string | undefined => {
  const [priority, weight, port, host, ...more] = fieldsOf(value);
  if (host === undefined || more.length > 0) {
    return invalid('SRVRRDATANotFourFields', "SRV record doesn't have 4 fields", value);
  }
  const numbers = [priority, weight, port].every((one) => isNumber(one, UINT16));
  return numbers ? domainName(host, value) : invalid('SRVRRDATAInvalidField', 'A field is not valid', value);
};

const host = (value: string): string | undefined => domainName(value, value);

/** What is wrong with a value of each type; types that are not here are kept as they come. */
const CHECKS: Readonly<Record<string, (value: string) => string | undefined>> = {
  A: (value) =>
    isIPv4(value) ? undefined : invalid('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address', value),
  AAAA: (value) =>
    isIPv6(value) && !value.includes('%')
      ? undefined
      : invalid('AAAARRDATAIllegalIPv6Address', 'Value is not a valid IPv6 address', value),
  CNAME: host,
  NS: host,
  PTR: host,
  TXT: text,
  SPF: text,
  MX: mailExchange,
  SRV: service,
};

/** Types of which a set has one value. */
const SINGLE: readonly string[] = ['CNAME', 'SOA'];
/** See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html, records in a record set. */
const MOST_VALUES = 400;

/**
 * What is wrong with the values of a record set, in Route 53's words, a sentence each.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
 */
export const valueComplaints = (type: string, name: string, values: readonly string[]): readonly string[] => {
  const check = Object.hasOwn(CHECKS, type) ? CHECKS[type] : undefined;
  const complaints = values.flatMap((value) => check?.(value) ?? []);
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  return [
    ...complaints,
    ...(twice === undefined ? [] : [`Duplicate Resource Record: '${twice}'`]),
    ...(SINGLE.includes(type) && values.length > 1
      ? [`RRSet of type ${type} with DNS name ${name} must contain exactly one resource record`]
      : []),
    // https://github.com/rancher/rancher/issues/10253, when it was 100
    ...(values.length > MOST_VALUES ? [`Cannot have more than ${MOST_VALUES} records in a RRSet.`] : []),
  ];
};
