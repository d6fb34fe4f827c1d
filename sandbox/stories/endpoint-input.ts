import { CreateVpcEndpointCommand } from '@aws-sdk/client-ec2';

/** A customer's wish for an endpoint, in a network of its account that is made up. */
export const createEndpointOf = (account: string, ServiceName: string): CreateVpcEndpointCommand =>
  new CreateVpcEndpointCommand({
    VpcEndpointType: 'Interface',
    ServiceName,
    VpcId: `vpc-0${account.slice(0, 7)}`,
    SubnetIds: [`subnet-0${account.slice(0, 7)}`],
    SecurityGroupIds: [`sg-0${account.slice(0, 7)}`],
  });
