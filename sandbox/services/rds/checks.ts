import { rdsErrors } from './errors.ts';
import type { RdsModel } from './model.ts';

/** The engine families of proxies, and the port that a proxy of each listens on; it cannot be chosen. */
export const PORTS: ReadonlyMap<string, number> = new Map([
  ['MYSQL', 3306],
  ['POSTGRESQL', 5432],
  ['SQLSERVER', 1433],
]);

/**
 * A name in the form in which RDS keeps it: lower case.
 *
 * @throws AwsError `InvalidParameterValue` unless it begins with a letter, has letters, digits and single hyphens only, and
 * 63 characters at most. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBProxy.html
 */
export const checkName = (name: string | undefined, parameter: string): string => {
  if (name === undefined || name.length > 63 || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/i.test(name)) {
    throw rdsErrors.invalid(
      `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  }
  return name.toLowerCase();
};

/**
 * The subnets, in at least two zones.
 *
 * @throws AwsError `InvalidSubnet`
 */
export const checkSubnets = (model: RdsModel, ids: readonly string[] = []): readonly string[] => {
  const zones = new Set(ids.map((id) => model.subnets.find(id).zone));
  if (zones.size < 2) throw rdsErrors.subnets();
  return [...new Set(ids)];
};
