import { SERVICE } from './requests.ts';
import type { Stage } from './stage.ts';
import type { CaseResult, Story } from './story.ts';

/** The bucket of Accept, of the whole account. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html */
const [CAPACITY, REFILL_PER_SECOND] = [10, 1];
const MINUTE = 60_000;

/** Many customers ask at once, spread evenly over the services. */
const atOnce = (requests: number, services: number): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    const { serviceId } = await stage.endpointService(SERVICE);
    const crowd = stage.crowd(services);
    const ids = await crowd.services(serviceId, services);
    const asked = Array.from({ length: requests }, (_, index) => ids[index % ids.length] ?? '');
    const accounts = await crowd.customers(asked);
    // The Concierge itself allows them to create endpoints; then its sweeps find nothing more to do.
    while (!(await crowd.arePrincipalsThere(asked))) await stage.clock.sleep(MINUTE);
    await stage.clock.sleep(10 * MINUTE);

    const { available, lastAccept, lastAvailable, acceptCalls, ec2Calls, throttled } = await crowd.ask(asked, accounts);
    const accepted = (await stage.heard('Connection Accepted')).filter(({ customerId }) =>
      String(customerId).startsWith(crowd.prefix),
    );
    const allowed = Math.max(0, services - CAPACITY) / REFILL_PER_SECOND;
    return {
      actual: `${available} available, ${new Set(accepted.map(({ vpcEndpointId }) => vpcEndpointId)).size} told`,
      reasons: [
        `last Accept after ${lastAccept} s where EC2's limit allows ${allowed} s`,
        `all available after ${lastAvailable} s`,
        `${acceptCalls} Accept calls`,
        `${throttled} of ${ec2Calls} EC2 calls throttled`,
      ],
    };
  };
};

/** @param requests - how many at once; `services` - over how many services in the second case. */
export const burst = (requests: number, services: number): Story => ({
  name: 'burst',
  title: `${requests} customers ask at the same moment, with EC2's documented limits in force`,
  prepare: (stage) => stage.openPortal(),
  cases: [
    {
      name: `${requests} on one service`,
      who: `${requests} customers`,
      expected: `${requests} available, ${requests} told`,
      play: atOnce(requests, 1),
    },
    {
      name: `${requests} over ${services} services`,
      who: `${requests} customers`,
      expected: `${requests} available, ${requests} told`,
      play: atOnce(requests, services),
    },
  ],
});
