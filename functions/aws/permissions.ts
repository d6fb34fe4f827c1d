import {
  type EC2Client,
  ModifyVpcEndpointServicePermissionsCommand,
  paginateDescribeVpcEndpointServicePermissions,
} from '@aws-sdk/client-ec2';
import { malformed } from '../domain/errors.ts';
import { calling } from './errors.ts';

/** How many principals a call takes. AWS documents no limit: few enough for any that there may be, and for the bucket of 50 calls. */
export const PRINCIPALS_PER_CALL = 50;

/**
 * Reads who may create endpoints for a service, all pages: ARNs of accounts, users, roles, and `*` for everybody.
 *
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServicePermissions.html
 *
 * @throws `Throttled`, `Denied`, `Malformed`, and EC2's own errors for an unknown service.
 */
export const readAllowedPrincipals = async (ec2: EC2Client, serviceId: string): Promise<readonly string[]> => {
  const principals: string[] = [];
  await calling('describe allowed principals', async () => {
    const pages = paginateDescribeVpcEndpointServicePermissions({ client: ec2 }, { ServiceId: serviceId });
    for await (const { AllowedPrincipals = [] } of pages) {
      for (const { Principal } of AllowedPrincipals) {
        if (Principal === undefined)
          throw malformed('EC2 described an allowed principal without its name.', { serviceId });
        principals.push(Principal);
      }
    }
  });
  return principals;
};

/** A change of a service's allowed principals. */
export interface PrincipalsChange {
  readonly serviceId: string;
  readonly change: 'add' | 'remove';
  readonly arns: readonly string[];
  /** How many of them go into one call. */
  readonly perCall: number;
}

/**
 * Adds or removes allowed principals. What is there already, or gone, is no error; so a call may be made again. EC2 refuses a call as a
 * whole for one principal that it does not know: then each is tried alone, so that one wrong entry harms nobody else.
 *
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpointServicePermissions.html
 *
 * @returns those that EC2 refuses.
 * @throws `Throttled`, `Denied`, and EC2's own errors for an unknown service.
 */
export const changeAllowedPrincipals = async (
  ec2: EC2Client,
  { serviceId, change, arns, perCall }: PrincipalsChange,
): Promise<readonly string[]> => {
  const refused: string[] = [];
  for (let start = 0; start < arns.length; start += perCall) {
    const some = arns.slice(start, start + perCall);
    const principals = change === 'add' ? { AddAllowedPrincipals: some } : { RemoveAllowedPrincipals: some };
    try {
      await calling(`${change} allowed principals`, () =>
        ec2.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId: serviceId, ...principals })),
      );
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const [only, ...others] = some;
      if (only !== undefined && others.length === 0) refused.push(only);
      else refused.push(...(await changeAllowedPrincipals(ec2, { serviceId, change, arns: some, perCall: 1 })));
    }
  }
  return refused;
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
const isRefusal = (error: unknown): boolean => error instanceof Error && error.name === 'InvalidPrincipal';
