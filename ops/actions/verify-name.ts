import {
  DescribeVpcEndpointServiceConfigurationsCommand,
  StartVpcEndpointServicePrivateDnsVerificationCommand,
} from '@aws-sdk/client-ec2';
import * as v from 'valibot';
import { plainText } from '../../functions/domain/text.ts';
import { ServiceId } from '../../functions/registry/schemas.ts';
import { createAction, type Refused, refused } from '../action.ts';
import type { Services } from '../services.ts';

const Input = v.strictObject({
  serviceId: ServiceId,
  /** Starts it though nobody here sees the TXT record: DNS may show us another side than AWS. */
  force: v.exactOptional(v.literal(true)),
});

/** Customers may use the private name. `unchanged`: they could before. */
export interface NameVerified {
  readonly outcome: 'verified' | 'unchanged';
  readonly serviceId: string;
  readonly privateName: string;
}

/** EC2 has not made up its mind yet. */
export interface NamePending {
  readonly outcome: 'pending';
  readonly serviceId: string;
  readonly privateName: string;
}

/** What EC2 says of a service's private DNS name, plain for people. */
interface PrivateName {
  readonly privateName: string;
  readonly state: string;
  /** The TXT record's first label: `_6e86v84tqgqubxbwii1m`. */
  readonly label: string;
  readonly value: string;
}

/** In seconds: between two looks, until a `failed` is no leftover of before, and until nobody waits any longer. AWS publishes no number. */
const TIMES = { interval: 10, fresh: 60, patience: 600 } as const;

/**
 * Has EC2 verify that a service's private DNS name is the provider's to give, once the TXT record for it is seen in public DNS. Writes into no zone:
 * who may write the public one is not who runs the Concierge.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StartVpcEndpointServicePrivateDnsVerification.html
 * @throws BadInput; what AWS throws.
 */
export const verifyName = createAction(
  Input,
  async ({ serviceId, force }, services): Promise<NameVerified | NamePending | Refused> => {
    const before = await read(serviceId, services);
    if (before === undefined) {
      return refused(
        `${serviceId} has no private DNS name. Give it one in EC2: modify-vpc-endpoint-service-configuration --private-dns-name.`,
      );
    }
    const { privateName } = before;
    if (before.state === 'verified') return { outcome: 'unchanged', serviceId, privateName };
    if (force !== true && !(await isSeen(before, services))) return refused(wantedOf(before));

    await services.ec2.send(new StartVpcEndpointServicePrivateDnsVerificationCommand({ ServiceId: serviceId }));
    for (let waited = 0; waited <= TIMES.patience; waited += TIMES.interval) {
      const now = await read(serviceId, services);
      if (now?.state === 'verified') return { outcome: 'verified', serviceId, privateName };
      if (now?.state === 'failed' && waited >= TIMES.fresh) {
        return refused(`EC2 did not find what it looked for. ${wantedOf(now)}`);
      }
      await services.wait(TIMES.interval * 1_000);
    }
    return { outcome: 'pending', serviceId, privateName };
  },
);

const read = async (serviceId: string, { ec2 }: Services): Promise<PrivateName | undefined> => {
  const { ServiceConfigurations: [found] = [] } = await ec2.send(
    new DescribeVpcEndpointServiceConfigurationsCommand({ ServiceIds: [serviceId] }),
  );
  const { PrivateDnsName: name, PrivateDnsNameConfiguration: of } = found ?? {};
  if (name === undefined || name === '' || of?.Name === undefined || of.Value === undefined) return undefined;
  return {
    privateName: plainText(name, 255),
    state: plainText(String(of.State), 40),
    label: plainText(of.Name, 255),
    value: plainText(of.Value, 255),
  };
};

/**
 * Where the TXT record may be: beneath the private name or a domain above it, down to two labels. AWS's pages say "the domain", and not which.
 *
 * @returns `['_x.api.example.com', '_x.example.com']` of `*.api.example.com`.
 */
const placesOf = ({ privateName, label }: PrivateName): readonly string[] => {
  const labels = privateName.replace(/^\*\./, '').split('.');
  const first = label.split('.')[0] ?? label;
  return labels.slice(0, Math.max(labels.length - 1, 1)).map((_, at) => [first, ...labels.slice(at)].join('.'));
};

const isSeen = async (name: PrivateName, { lookUpTxt }: Services): Promise<boolean> => {
  for (const place of placesOf(name)) if ((await lookUpTxt(place)).includes(name.value)) return true;
  return false;
};

const wantedOf = (name: PrivateName): string =>
  `Public DNS must have a TXT record "${name.value}" at ${placesOf(name).join(' or ')}, and nobody sees it from here. Put it there, wait for its TTL, and give the command again; --force has EC2 look all the same.`;
