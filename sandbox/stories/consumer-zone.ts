import { HOME_REGION, PROVIDER_ACCOUNT, STANDBY_REGION } from '../cloud.ts';
import { OTHER_VPC } from '../services/ec2/subnets.ts';
import type { World } from '../world.ts';
import { invoke } from './balancer.ts';
import type { Answered, RegionPair } from './region-pair.ts';
import type { Stage } from './stage.ts';

/** Whose zone and endpoints they are. */
const CONSUMER = '222222222222';
const EXTERNAL_ID = 'acme-7f3b';
/** The consumer's VPCs: clients are in that of the home region. */
const VPCS: Readonly<Record<string, string>> = {
  [HOME_REGION]: 'vpc-0c0a5a0c0a5a0c0a5',
  [STANDBY_REGION]: 'vpc-0c0a5b0c0a5b0c0a5',
};
/** Longer than an alarm, Route 53 and every cache take together, in milliseconds. */
const WITHIN = 15 * 60_000;

/** How the consumer's role is made, and how our entry names it. */
export interface ConsumerRole {
  /** Who may take it. @default the provider's account */
  readonly trusts?: string;
  /** What our entry gives. @default the id that the role asks for; `null` = none */
  readonly externalId?: string | null;
  /** Whether the consumer lets our VPC in the other region see the zone, so that we look there. @default false */
  readonly isSeen?: boolean;
}

/** A customer with endpoints of a service in two regions, and a private zone of its own, which we may write by its role. */
export class ConsumerZone {
  /** What its clients ask for. */
  readonly name: string;
  readonly zoneId: string;
  readonly #world: World;
  readonly #endpoints: Readonly<Record<string, EndpointName>>;

  private constructor(
    world: World,
    parts: Pick<ConsumerZone, 'name' | 'zoneId'> & { readonly endpoints: Readonly<Record<string, EndpointName>> },
  ) {
    this.#world = world;
    this.name = parts.name;
    this.zoneId = parts.zoneId;
    this.#endpoints = parts.endpoints;
  }

  /** Makes all of it, and puts the record's entry into our registry. */
  static async make(world: World, stage: Stage, pair: RegionPair, role: ConsumerRole = {}): Promise<ConsumerZone> {
    const endpoints: Record<string, EndpointName> = {};
    for (const region of [HOME_REGION, STANDBY_REGION]) {
      endpoints[region] = await makeEndpoint(world, stage, region, pair.loadBalancerOf(region));
    }
    const domain = `${pair.recordId}.acme.internal`;
    const { HostedZone } = (await invoke(
      world,
      HOME_REGION,
      'route53',
      'CreateHostedZone',
      { Name: domain, CallerReference: domain, VPC: { VPCRegion: HOME_REGION, VPCId: VPCS[HOME_REGION] } },
      CONSUMER,
    )) as { HostedZone: { Id: string } };
    const zoneId = HostedZone.Id.replace('/hostedzone/', '');
    const zone = new ConsumerZone(world, { name: `db.${domain}`, zoneId, endpoints });
    if (role.isSeen === true) await letUsSee(world, zoneId);
    const RoleName = `PrivateLinkConcierge-${pair.recordId}`;
    await makeRole(world, RoleName, zoneId, role.trusts ?? `arn:aws:iam::${PROVIDER_ACCOUNT}:root`);
    const { externalId = EXTERNAL_ID } = role;
    await pair.put({
      ...pair.failoverEntry({ primary: zone.#alias(HOME_REGION), secondary: zone.#alias(STANDBY_REGION) }),
      zoneId,
      name: zone.name,
      client: { side: 'consumer', customerId: 'acme' },
      seenFrom: role.isSeen === true ? 'vpc' : 'nowhere',
      role: {
        roleArn: `arn:aws:iam::${CONSUMER}:role/${RoleName}`,
        ...(externalId === null ? {} : { externalId }),
      },
    });
    return zone;
  }

  /** Whose answer a client in the consumer's VPC gets: its endpoint's in the home region, or in the other. @param vpcId - where another client is. */
  answered(vpcId = VPCS[HOME_REGION]): Answered {
    const addressesOf = (name: string): string => {
      const answer = this.#world.dns.resolve(name, 'A', vpcId);
      return answer.code === 'NOERROR' ? answer.records.map(({ address }) => address).join(' ') : '';
    };
    const answer = addressesOf(this.name);
    if (answer === '') return 'nobody';
    if (answer === addressesOf(this.#of(HOME_REGION).DnsName)) return 'primary';
    return answer === addressesOf(this.#of(STANDBY_REGION).DnsName) ? 'secondary' : 'neither';
  }

  /** Waits until a client of the consumer's is answered so. @returns how many seconds it took. */
  async untilAnswered(side: Answered): Promise<number> {
    const { clock } = this.#world;
    const begun = clock.now();
    while (this.answered() !== side) {
      if (clock.now() - begun > WITHIN) throw new Error(`nothing came of: the consumer is answered with the ${side}`);
      await clock.sleep(1_000);
    }
    return Math.round((clock.now() - begun) / 1_000);
  }

  /** How many record sets the zone has beside those that it began with, as its owner sees it. */
  async written(): Promise<number> {
    const { ResourceRecordSets } = (await invoke(
      this.#world,
      HOME_REGION,
      'route53',
      'ListResourceRecordSets',
      { HostedZoneId: this.zoneId },
      CONSUMER,
    )) as { ResourceRecordSets: readonly { Type: string }[] };
    return ResourceRecordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA').length;
  }

  #of(region: string): EndpointName {
    const found = this.#endpoints[region];
    if (found === undefined) throw new Error(`The consumer has no endpoint in ${region}.`);
    return found;
  }

  #alias(region: string): object {
    const { DnsName, HostedZoneId } = this.#of(region);
    return { kind: 'alias', dnsName: DnsName, zoneId: HostedZoneId };
  }
}

/** An endpoint's regional name, as its owner is told it. */
interface EndpointName {
  readonly DnsName: string;
  readonly HostedZoneId: string;
}

interface DescribedEndpoint {
  readonly VpcEndpointId: string;
  readonly State: string;
  readonly DnsEntries: readonly [EndpointName];
}

/** A service of a region, open to the consumer, and its endpoint there, available. */
const makeEndpoint = async (
  world: World,
  stage: Stage,
  region: string,
  loadBalancerArn: string,
): Promise<EndpointName> => {
  const { ServiceConfiguration } = (await invoke(world, region, 'ec2', 'CreateVpcEndpointServiceConfiguration', {
    NetworkLoadBalancerArns: [loadBalancerArn],
    AcceptanceRequired: false,
  })) as { ServiceConfiguration: { ServiceId: string; ServiceName: string } };
  await invoke(world, region, 'ec2', 'ModifyVpcEndpointServicePermissions', {
    ServiceId: ServiceConfiguration.ServiceId,
    AddAllowedPrincipals: [`arn:aws:iam::${CONSUMER}:root`],
  });
  const asConsumer = (action: string, input: object) => invoke(world, region, 'ec2', action, input, CONSUMER);
  const { VpcEndpoint } = (await asConsumer('CreateVpcEndpoint', {
    VpcEndpointType: 'Interface',
    ServiceName: ServiceConfiguration.ServiceName,
    VpcId: VPCS[region],
    SubnetIds: ['subnet-0c0a5a0c0a5a0c0a5'],
  })) as { VpcEndpoint: DescribedEndpoint };
  return stage.until(`an endpoint of the consumer's in ${region}`, async () => {
    const { VpcEndpoints } = (await asConsumer('DescribeVpcEndpoints', {
      VpcEndpointIds: [VpcEndpoint.VpcEndpointId],
    })) as { VpcEndpoints: readonly [DescribedEndpoint] };
    const [{ State, DnsEntries }] = VpcEndpoints;
    return State === 'available' ? DnsEntries[0] : undefined;
  });
};

/** The consumer authorizes our VPC, and we associate it. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs-different-accounts.html */
const letUsSee = async (world: World, zoneId: string): Promise<void> => {
  const input = { HostedZoneId: zoneId, VPC: { VPCRegion: STANDBY_REGION, VPCId: OTHER_VPC } };
  await invoke(world, HOME_REGION, 'route53', 'CreateVPCAssociationAuthorization', input, CONSUMER);
  await invoke(world, HOME_REGION, 'route53', 'AssociateVPCWithHostedZone', input);
};

/** The consumer's role: it writes its one zone, and asks for an external id. */
const makeRole = async (world: World, RoleName: string, zoneId: string, trusts: string): Promise<void> => {
  const asConsumer = (action: string, input: object) => invoke(world, HOME_REGION, 'iam', action, input, CONSUMER);
  await asConsumer('CreateRole', {
    RoleName,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: trusts },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } },
        },
      ],
    }),
  });
  await asConsumer('PutRolePolicy', {
    RoleName,
    PolicyName: 'WritesTheZone',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['route53:ListResourceRecordSets', 'route53:ChangeResourceRecordSets'],
          Resource: `arn:aws:route53:::hostedzone/${zoneId}`,
        },
        { Effect: 'Allow', Action: 'route53:GetChange', Resource: 'arn:aws:route53:::change/*' },
      ],
    }),
  });
};
