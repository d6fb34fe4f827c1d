import { describe, expect, it } from 'vitest';
import type { PrincipalsReport } from '../../functions/domain/principals-report.ts';
import { registryKey } from '../../functions/registry/keys.ts';
import { adoptPrincipal } from '../../ops/actions/adopt-principal.ts';
import { OPERATOR } from '../../sandbox/cloud.ts';
import type { Fault } from '../../sandbox/faults/fault.ts';
import { injectFaults } from '../../sandbox/faults/inject.ts';
import { createSimulatedWorld, type SimulatedOptions } from '../../sandbox/simulated.ts';
import { registerCustomer } from '../../sandbox/stories/customers.ts';
import { Stage } from '../../sandbox/stories/stage.ts';
import { assembly } from '../support/assembly.ts';
import { logicalIdOf } from '../support/changed-assembly.ts';
import { brokenAssembly, wholeTemplate } from './broken-assembly.ts';

const [TYRELL, WONKA] = ['777777777777', '888888888888'] as const;
const arn = (account: string) => `arn:aws:iam::${account}:root`;
/** What `infra/config.ts` allows: CloudFormation's, not ours. */
const OF_THE_STACK = ['222222222222', '333333333333', '444444444444', '555555555555', '666666666666'].map(arn);
const ROLE = 'ConvergePrincipalsRole';
const TEN_MINUTES = 10 * 60_000;

type Ended = PrincipalsReport | { readonly errorType: string };

/** What a scene may do. */
interface Scene {
  readonly stage: Stage;
  readonly serviceId: string;
  /** Calls the deployed function, as the workflow does. */
  readonly converge: () => Promise<Ended>;
  /** Who may create endpoints, but for {@link OF_THE_STACK}, which must all be there. */
  readonly allowed: () => Promise<readonly string[]>;
  /** A person changes EC2 by hand. */
  readonly byHand: (change: 'AddAllowedPrincipals' | 'RemoveAllowedPrincipals', principal: string) => Promise<void>;
  readonly untag: () => Promise<void>;
  /** Enters a customer with an entitlement, or takes its entitlement away. */
  readonly enter: (customerId: string, account: string) => Promise<void>;
  readonly withdraw: (customerId: string) => Promise<void>;
  readonly fault: (...faults: readonly Fault[]) => () => void;
}

/** Plays a scene in a world of its own, with the service registered. */
const inWorld = async <T>(
  scene: (scene: Scene) => Promise<T>,
  options: Partial<Pick<SimulatedOptions, 'assembly' | 'ec2'>> = {},
): Promise<T> => {
  const world = await createSimulatedWorld({ assembly: assembly(), seed: 1, ...options });
  const { cloud, deployment } = world;
  const stage = new Stage(world);
  // Here it is the test that calls it.
  await stage.sweepEvery('rate(365 days)');
  cloud.intercept((each, next) =>
    each.principal.arn.includes('SweepPipe') ? Promise.reject(new Error('no sweep')) : next(),
  );
  const call = (service: string, action: string, input: object) =>
    cloud.invoke({ service, action, input, principal: OPERATOR });
  const play = async (): Promise<T> => {
    // The sweep that the deployment brings finds a registry without services.
    await stage.clock.sleep(60_000);
    const { serviceId } = await stage.endpointService('orders');
    await stage.register(registryKey.service(serviceId), { serviceId, origin: 'created' });
    const FunctionName = deployment.resources.get(
      logicalIdOf(wholeTemplate(), 'ConvergePrincipalsFunction'),
    )?.physicalId;
    return scene({
      stage,
      serviceId,
      async converge() {
        const Payload = Buffer.from(JSON.stringify({ serviceId }));
        const { Payload: said } = (await call('lambda', 'Invoke', { FunctionName, Payload })) as {
          Payload: Uint8Array;
        };
        return JSON.parse(Buffer.from(said).toString()) as Ended;
      },
      async allowed() {
        const listed: string[] = [];
        let NextToken: string | undefined;
        do {
          const page = (await call('ec2', 'DescribeVpcEndpointServicePermissions', {
            ServiceId: serviceId,
            NextToken,
          })) as { AllowedPrincipals: readonly { Principal: string }[]; NextToken?: string };
          listed.push(...page.AllowedPrincipals.map(({ Principal }) => Principal));
          ({ NextToken } = page);
        } while (NextToken !== undefined);
        const gone = OF_THE_STACK.filter((each) => !listed.includes(each));
        if (gone.length > 0) throw new Error(`Principals of the stack are gone: ${gone.join(', ')}`);
        return listed.filter((each) => !OF_THE_STACK.includes(each)).sort();
      },
      async byHand(change, principal) {
        await call('ec2', 'ModifyVpcEndpointServicePermissions', { ServiceId: serviceId, [change]: [principal] });
      },
      async untag() {
        await call('ec2', 'DeleteTags', { Resources: [serviceId], Tags: [{ Key: 'privatelink-concierge' }] });
      },
      async enter(customerId, account) {
        const customer = { customerId, name: customerId, status: 'active' } as const;
        await registerCustomer(stage, serviceId, { customer, accounts: [account] });
      },
      async withdraw(customerId) {
        await stage.unregister(registryKey.entitlement(serviceId, customerId));
      },
      fault(...faults) {
        const injection = injectFaults(world, faults);
        return () => {
          if (injection.waiting.length > 0) throw new Error('The fault did not happen.');
          injection.stop();
        };
      },
    });
  };
  let isOver = false;
  const playing = play().finally(() => {
    isOver = true;
  });
  playing.catch(() => undefined);
  await world.clock.run(() => isOver);
  await world.host.close();
  return playing;
};

describe('converge-principals, deployed', () => {
  it('a customer comes and goes - its principal too; what is foreign stays', () =>
    inWorld(async ({ converge, allowed, byHand, enter, withdraw }) => {
      await byHand('AddAllowedPrincipals', arn(WONKA));
      await enter('tyrell', TYRELL);
      expect(await converge()).toMatchObject({ outcome: 'converged', added: [arn(TYRELL)] });
      expect(await allowed()).toEqual([arn(TYRELL), arn(WONKA)]);
      expect(await converge()).toMatchObject({ outcome: 'nothing' });

      await withdraw('tyrell');
      expect(await converge()).toMatchObject({ outcome: 'converged', removed: [arn(TYRELL)] });
      expect(await allowed()).toEqual([arn(WONKA)]);

      // Whoever puts it back does so in spite of us.
      await byHand('AddAllowedPrincipals', arn(TYRELL));
      expect(await converge()).toMatchObject({ outcome: 'nothing' });
      expect(await allowed()).toEqual([arn(TYRELL), arn(WONKA)]);
    }));

  it('somebody removes it twice - it is contested, until a person adopts it', () =>
    inWorld(async ({ stage, serviceId, converge, allowed, byHand, enter }) => {
      await enter('tyrell', TYRELL);
      for (const outcome of ['converged', 'converged', 'contested']) {
        expect(await converge()).toMatchObject({ outcome });
        await byHand('RemoveAllowedPrincipals', arn(TYRELL));
        await stage.clock.sleep(TEN_MINUTES);
      }
      expect(await allowed()).toEqual([]);

      await stage.operate(adoptPrincipal, { serviceId, account: TYRELL, reason: 'The script is stopped.' });
      expect(await converge()).toMatchObject({ outcome: 'converged', added: [arn(TYRELL)] });
      expect(await allowed()).toEqual([arn(TYRELL)]);
    }));

  it('what was there before is adopted - removed, since nobody registered it', () =>
    inWorld(async ({ stage, serviceId, converge, allowed, byHand }) => {
      await byHand('AddAllowedPrincipals', arn(WONKA));
      await stage.operate(adoptPrincipal, { serviceId, account: WONKA, reason: 'They left.' });

      expect(await converge()).toMatchObject({ outcome: 'converged', removed: [arn(WONKA)] });
      expect(await allowed()).toEqual([]);
    }));

  it('EC2 lists in pages, and there are more customers than go into a call', () =>
    inWorld(
      async ({ converge, allowed, enter }) => {
        const accounts = Array.from({ length: 60 }, (_, index) => String(700_000_000_000 + index));
        for (const account of accounts) await enter(`customer-${account}`, account);

        expect(await converge()).toMatchObject({ outcome: 'converged', counts: { added: 60 } });
        expect(await allowed()).toEqual(accounts.map(arn));
        expect(await converge()).toMatchObject({ outcome: 'nothing' });
      },
      { ec2: { defaultPage: 7 } },
    ));

  it('two runs at once - one goes on, the other says so', () =>
    inWorld(async ({ converge, allowed, enter }) => {
      await enter('tyrell', TYRELL);
      const ended = await Promise.all([converge(), converge()]);

      expect(ended.map((each) => ('outcome' in each ? each.outcome : each.errorType)).sort()).toEqual([
        'converged',
        'overtaken',
      ]);
      expect(await allowed()).toEqual([arn(TYRELL)]);
      expect(await converge()).toMatchObject({ outcome: 'nothing' });
    }));

  it('the service is not tagged as ours - denied, and nothing is done', () =>
    inWorld(async ({ converge, allowed, enter, untag }) => {
      await untag();
      await enter('tyrell', TYRELL);

      expect(await converge()).toMatchObject({ errorType: 'Denied' });
      expect(await allowed()).toEqual([]);
    }));

  it.each([
    'ec2:DescribeVpcEndpointServicePermissions',
    'ec2:ModifyVpcEndpointServicePermissions',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
  ])('it may not do %s, and what goes with it - denied, and nothing is done', (action) => {
    const directory = brokenAssembly(({ Resources }) => {
      const [, policy] = Object.entries(Resources).find(([id]) => id.startsWith(`${ROLE}DefaultPolicy`)) ?? [];
      const statements = policy?.Properties.PolicyDocument?.Statement ?? [];
      const index = statements.findIndex(({ Action }) => [Action].flat().includes(action));
      if (index < 0) throw new Error(`No statement allows ${action}.`);
      statements.splice(index, 1);
    });
    return inWorld(
      async ({ converge, allowed, enter }) => {
        await enter('tyrell', TYRELL);

        expect(await converge()).toMatchObject({ errorType: 'Denied' });
        expect(await allowed()).toEqual([]);
      },
      { assembly: directory },
    );
  });

  it.each<Fault>(
    (['kill-before', 'kill-after'] as const).flatMap((kind) => [
      { kind, on: 'dynamodb:UpdateItem', nth: 1, by: ROLE },
      { kind, on: 'ec2:ModifyVpcEndpointServicePermissions', nth: 1, by: ROLE },
      { kind, on: 'ec2:ModifyVpcEndpointServicePermissions', nth: 2, by: ROLE },
      { kind, on: 'dynamodb:UpdateItem', nth: 2, by: ROLE },
    ]),
  )('$kind at $on, number $nth - the next run ends it, and accuses nobody', (fault) =>
    inWorld(async ({ stage, converge, allowed, enter, withdraw, ...scene }) => {
      await enter('wonka', WONKA);
      await converge();
      await stage.clock.sleep(TEN_MINUTES);
      await withdraw('wonka');
      await enter('tyrell', TYRELL);
      const end = scene.fault(fault);
      expect(await converge()).toMatchObject({ errorType: 'Runtime.ExitError' });
      end();
      await stage.clock.sleep(TEN_MINUTES);

      await converge();
      expect(await allowed()).toEqual([arn(TYRELL)]);
      expect(await converge()).toMatchObject({ outcome: 'nothing' });
      // Were it taken for reverted, or forgotten, one removal more would be contested, or this would not be removed.
      await scene.byHand('RemoveAllowedPrincipals', arn(TYRELL));
      await stage.clock.sleep(TEN_MINUTES);
      expect(await converge()).toMatchObject({ outcome: 'converged', added: [arn(TYRELL)] });
      await withdraw('tyrell');
      expect(await converge()).toMatchObject({ outcome: 'converged', removed: [arn(TYRELL)] });
    }),
  );
});
