import type * as v from 'valibot';
import { registryKey } from '../../functions/registry/keys.ts';
import type { CustomerSchema, EntitlementSchema } from '../../functions/registry/schemas.ts';
import type { Stage } from './stage.ts';

/** A customer of the stories, with the accounts that it connects from. */
interface StoryCustomer {
  readonly customer: v.InferOutput<typeof CustomerSchema>;
  readonly accounts: readonly string[];
  readonly maxEndpoints: number;
}

/** The customers that stories and a fresh sandbox know. 333333333333 is an allowed principal that nobody registered. */
const CUSTOMERS: readonly StoryCustomer[] = [
  {
    customer: { customerId: 'acme', name: 'Acme Corporation', contact: 'net@acme.example', status: 'active' },
    accounts: ['222222222222'],
    maxEndpoints: 3,
  },
  {
    customer: { customerId: 'globex', name: 'Globex', contact: 'it@globex.example', status: 'suspended' },
    accounts: ['444444444444'],
    maxEndpoints: 3,
  },
  {
    customer: { customerId: 'initech', name: 'Initech', contact: 'ops@initech.example', status: 'active' },
    accounts: ['555555555555'],
    maxEndpoints: 3,
  },
  {
    customer: { customerId: 'umbrella', name: 'Umbrella', contact: 'noc@umbrella.example', status: 'active' },
    accounts: ['666666666666'],
    maxEndpoints: 1,
  },
];

/** Enters the service and its customers into the registry, entry by entry. */
export const registerCustomers = async (stage: Stage, serviceId: string): Promise<void> => {
  await stage.register(registryKey.service(serviceId), { serviceId, origin: 'created' });
  for (const { customer, accounts, maxEndpoints } of CUSTOMERS) {
    const { customerId } = customer;
    const entitlement: v.InferOutput<typeof EntitlementSchema> = {
      customerId,
      serviceId,
      maxEndpoints,
      approval: 'automatic',
    };
    await stage.register(registryKey.customer(customerId), { ...customer });
    await stage.register(registryKey.entitlement(serviceId, customerId), { ...entitlement });
    for (const account of accounts) {
      await stage.register(registryKey.match(serviceId, 'account', account, customerId), { customerId });
    }
  }
};
