import {
  DescribeVpcEndpointServiceConfigurationsCommand,
  StartVpcEndpointServicePrivateDnsVerificationCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { verifyName } from '../../../ops/actions/verify-name.ts';
import { callsOf } from '../../functions/support.ts';
import { SERVICE_ID } from '../../support/builders.ts';
import { ofAda } from '../support.ts';

const INPUT = { serviceId: SERVICE_ID };
const VALUE = 'vpce:l6p0ERxlTt45jevFwOCp';
const WANTED = `Public DNS must have a TXT record "${VALUE}" at _6e86.api.example.com or _6e86.example.com, and nobody sees it from here. Put it there, wait for its TTL, and give the command again; --force has EC2 look all the same.`;

/** A service whose private name is in these states, one look after the other, and public DNS with this TXT. */
const world = (
  states: readonly string[],
  txt: Readonly<Record<string, readonly string[]>> = {},
  name = '*.api.example.com',
) => {
  const ada = ofAda();
  const described = ada.ec2Mock.on(DescribeVpcEndpointServiceConfigurationsCommand, { ServiceIds: [SERVICE_ID] });
  const replies = states.map((State) => ({
    ServiceConfigurations: [
      {
        PrivateDnsName: name,
        PrivateDnsNameConfiguration: { State: State as 'verified', Type: 'TXT', Name: '_6e86', Value: VALUE },
      },
    ],
  }));
  for (const reply of replies.slice(0, -1)) described.resolvesOnce(reply);
  described.resolves(replies.at(-1) ?? { ServiceConfigurations: [{}] });
  ada.ec2Mock.on(StartVpcEndpointServicePrivateDnsVerificationCommand).resolves({ ReturnValue: true });
  const asked: string[] = [];
  const services = {
    ...ada.services,
    lookUpTxt: async (of: string) => {
      asked.push(of);
      return txt[of] ?? [];
    },
  };
  const starts = () => callsOf(ada.ec2Mock).filter(([command]) => command.startsWith('Start'));
  return { ...ada, services, asked, starts };
};

describe('verify-name', () => {
  it.each([
    ['beneath the private name', '_6e86.api.example.com'],
    ['beneath a domain above it', '_6e86.example.com'],
  ])('the TXT record is seen %s - started, and looked at until EC2 says so', async (_where, place) => {
    const { services, starts, waits } = world(['failed', 'failed', 'pendingVerification', 'verified'], {
      [place]: ['other', VALUE],
    });

    await expect(verifyName(INPUT, services)).resolves.toEqual({
      outcome: 'verified',
      serviceId: SERVICE_ID,
      privateName: '*.api.example.com',
    });
    expect(starts()).toEqual([['StartVpcEndpointServicePrivateDnsVerification', { ServiceId: SERVICE_ID }]]);
    expect(waits).toEqual([10_000, 10_000]);
  });

  it('the TXT record is not seen - what is wanted and where, and nothing is started', async () => {
    const { services, starts, asked } = world(['pendingVerification'], { '_6e86.example.com': ['vpce:another'] });

    await expect(verifyName(INPUT, services)).resolves.toEqual({ outcome: 'refused', because: WANTED });
    expect([starts(), asked]).toEqual([[], ['_6e86.api.example.com', '_6e86.example.com']]);
  });

  it('--force - EC2 looks all the same', async () => {
    const { services, starts } = world(['pendingVerification', 'verified']);

    await expect(verifyName({ ...INPUT, force: true }, services)).resolves.toMatchObject({ outcome: 'verified' });
    expect(starts()).toHaveLength(1);
  });

  it('EC2 does not find it - refused, once the failure is no leftover of before', async () => {
    const { services, waits } = world(['failed'], { '_6e86.example.com': [VALUE] });

    await expect(verifyName(INPUT, services)).resolves.toEqual({
      outcome: 'refused',
      because: `EC2 did not find what it looked for. ${WANTED}`,
    });
    expect(waits).toHaveLength(6);
  });

  it('EC2 takes longer than anybody waits - pending', async () => {
    const { services } = world(['pendingVerification'], { '_6e86.example.com': [VALUE] });

    await expect(verifyName(INPUT, services)).resolves.toMatchObject({ outcome: 'pending' });
  });

  it('it is verified - nothing is asked of DNS, and nothing started', async () => {
    const { services, starts, asked } = world(['verified']);

    await expect(verifyName(INPUT, services)).resolves.toMatchObject({ outcome: 'unchanged' });
    expect([starts(), asked]).toEqual([[], []]);
  });

  it('it has no private name - refused', async () => {
    await expect(verifyName(INPUT, world([]).services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining(`${SERVICE_ID} has no private DNS name.`),
    });
  });

  it('a service that is none - BadInput', async () => {
    await expect(verifyName({ serviceId: 'vpce-1' }, ofAda().services)).rejects.toMatchObject({
      faults: [{ field: 'serviceId' }],
    });
  });
});
