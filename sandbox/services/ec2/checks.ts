import { ec2Errors } from './errors.ts';

/** The value, or AWS's `MissingParameter` where it is absent or empty. */
export const required = (value: string | undefined, parameter: string): string => {
  if (value === undefined || value === '') throw ec2Errors.missing(parameter);
  return value;
};

/** The list, or AWS's `MissingParameter` where it is absent or empty. */
export const requiredList = (values: readonly string[] | undefined, parameter: string): readonly string[] => {
  if (values === undefined || values.length === 0) throw ec2Errors.missing(parameter);
  return values;
};

/** What an id looks like, and the code for one that does not. */
const SHAPES = {
  vpc: 'InvalidVpcID.Malformed',
  subnet: 'InvalidSubnetID.Malformed',
  sg: 'InvalidGroupId.Malformed',
  vpce: 'InvalidVpcEndpointId.Malformed',
  'vpce-svc': 'InvalidVpcEndpointServiceIdId.Malformed',
  'vpce-nfn': 'InvalidConnectionNotification',
  eni: 'InvalidNetworkInterfaceID.Malformed',
} as const;

/**
 * The id itself, checked by shape: `PREFIX-` and 8 or 17 hexadecimal digits (EC2's short and long form).
 *
 * @throws AwsError the kind's own `Malformed` code.
 */
export const shaped = (kind: keyof typeof SHAPES, id: string): string => {
  if (!new RegExp(`^${kind}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) throw ec2Errors.malformed(SHAPES[kind], kind, id);
  return id;
};

/** One of the allowed words, else `InvalidParameterValue`. */
export const oneOf = <T extends string>(value: string, allowed: readonly T[], parameter: string): T => {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw ec2Errors.invalidValue(parameter, value, `Expected one of: ${allowed.join(', ')}.`);
  return found;
};

/** JSON whose keys are sorted at every depth: equal requests give equal texts. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
