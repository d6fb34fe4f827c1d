import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../sandbox/cloud.ts';
import { createSimulatedWorld } from '../../../sandbox/simulated.ts';
import { writeAssembly } from '../deploy/support/assembly.ts';

const CODE = `const { resolve4 } = require('node:dns/promises');
exports.handler = ({ host }) => resolve4(host).catch(({ code }) => code);`;

const TEMPLATE = {
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    Look: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'look',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { S3Bucket: 'cdk-hnb659fds-assets-123456789012-us-west-2', S3Key: 'look.zip' },
      },
    },
  },
};

describe('a deployed function of a simulated world', () => {
  it('finds what the world’s options and its DNS say', async () => {
    const assembly = writeAssembly({ Concierge: TEMPLATE }, [{ hash: 'look', path: 'asset.look' }]);
    writeFileSync(join(assembly, 'asset.look', 'index.js'), CODE);
    const world = await createSimulatedWorld({ assembly, seed: 1, rds: { nodes: 3 }, dns: { answerSize: 2 } });
    const done = <T>(work: Promise<T>): Promise<T> => {
      let isOver = false;
      const ended = work.finally(() => {
        isOver = true;
      });
      return world.clock.run(() => isOver).then(() => ended);
    };
    const call = (service: string, action: string, input: object): Promise<Record<string, unknown>> =>
      done(world.cloud.invoke({ service, action, input, principal: OPERATOR })) as Promise<Record<string, unknown>>;
    const look = async (host: string): Promise<unknown> => {
      const { Payload } = await call('lambda', 'Invoke', {
        FunctionName: 'look',
        Payload: Buffer.from(JSON.stringify({ host })),
      });
      return JSON.parse(Buffer.from(Payload as Uint8Array).toString());
    };
    const { DBProxy } = await call('rds', 'CreateDBProxy', {
      DBProxyName: 'orders',
      EngineFamily: 'MYSQL',
      RoleArn: 'arn:aws:iam::123456789012:role/proxy',
      VpcSubnetIds: ['subnet-0000000000000000a', 'subnet-0000000000000000b'],
    });
    const { Endpoint: host } = DBProxy as { Endpoint: string };
    await done(world.clock.sleep(600_000));
    expect(await look(host)).toEqual(['10.0.0.4', '10.0.1.4']);
    world.dns.ail(host, { kind: 'servfail' });
    expect(await look(host)).toBe('ESERVFAIL');
    expect(world.proxies.nodes('orders').map(({ zone }) => zone)).toEqual(['us-west-2a', 'us-west-2b', 'us-west-2a']);
    await world.host.close();
  });

  it('looks names up from the VPC of the subnets in its template, once it is deployed', async () => {
    const look = TEMPLATE.Resources.Look;
    const VpcConfig = { SubnetIds: ['subnet-0c33c0c33c0c33c0c'], SecurityGroupIds: ['sg-0e55e0e55e0e55e0e'] };
    const placed = { ...look, Properties: { ...look.Properties, FunctionName: 'placed', VpcConfig } };
    const assembly = writeAssembly({ Concierge: { Resources: { ...TEMPLATE.Resources, Placed: placed } } }, [
      { hash: 'look', path: 'asset.look' },
    ]);
    writeFileSync(join(assembly, 'asset.look', 'index.js'), CODE);
    const world = await createSimulatedWorld({ assembly, seed: 1 });
    const done = async <T>(work: Promise<T>): Promise<T> => {
      let isOver = false;
      const ended = work.finally(() => {
        isOver = true;
      });
      await world.clock.run(() => isOver);
      return ended;
    };
    const call = (service: string, action: string, input: object): Promise<unknown> =>
      done(world.cloud.invoke({ service, action, input, principal: OPERATOR }));
    const VPC = { VPCRegion: 'us-west-2', VPCId: 'vpc-0ddddddddddddddddd'.slice(0, 21) };
    await call('route53', 'CreateHostedZone', { Name: 'example.internal', CallerReference: 'one', VPC });
    const ask = async (FunctionName: string): Promise<unknown> => {
      const Payload = Buffer.from(JSON.stringify({ host: 'example.internal' }));
      const answer = (await call('lambda', 'Invoke', { FunctionName, Payload })) as { Payload: Uint8Array };
      return JSON.parse(Buffer.from(answer.Payload).toString());
    };
    // The zone is there for whoever is in its VPC, with no address at its top.
    expect([await ask('look'), await ask('placed')]).toEqual(['ENOTFOUND', 'ENOTFOUND']);
    world.subnets.define({ id: 'subnet-0c33c0c33c0c33c0c', vpcId: VPC.VPCId });
    const { SubnetIds, SecurityGroupIds } = VpcConfig;
    const FunctionName = 'placed';
    await call('lambda', 'UpdateFunctionConfiguration', { FunctionName, VpcConfig: { SubnetIds, SecurityGroupIds } });
    expect([await ask('look'), await ask('placed')]).toEqual(['ENOTFOUND', 'ENODATA']);
    await world.host.close();
  });
});
