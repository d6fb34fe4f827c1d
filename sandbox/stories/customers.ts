import type * as v from 'valibot';
import { registryKey } from '../../functions/registry/keys.ts';
import type { CustomerSchema, EntitlementSchema } from '../../functions/registry/schemas.ts';
import type { Stage } from './stage.ts';

/** A customer as it is entered: who it is, the accounts that it connects from, what it may do. */
export interface CustomerEntry {
  readonly customer: v.InferOutput<typeof CustomerSchema>;
  readonly accounts: readonly string[];
  /** Where it differs from one endpoint, approved by nobody. */
  readonly entitlement?: Readonly<Partial<v.InferOutput<typeof EntitlementSchema>>>;
}

/** The customers that stories and a fresh sandbox know. 333333333333 is an allowed principal that nobody registered. */
const CUSTOMERS: readonly CustomerEntry[] = [
  {
    customer: { customerId: 'acme', name: 'Acme Corporation', contact: 'net@acme.example', status: 'active' },
    accounts: ['222222222222'],
    entitlement: { maxEndpoints: 5 },
  },
  {
    customer: { customerId: 'globex', name: 'Globex', contact: 'it@globex.example', status: 'suspended' },
    accounts: ['444444444444'],
    entitlement: { maxEndpoints: 5 },
  },
  {
    customer: { customerId: 'initech', name: 'Initech', contact: 'ops@initech.example', status: 'active' },
    accounts: ['555555555555'],
    entitlement: { maxEndpoints: 5 },
  },
  {
    customer: { customerId: 'umbrella', name: 'Umbrella', contact: 'noc@umbrella.example', status: 'active' },
    accounts: ['666666666666'],
    entitlement: { maxEndpoints: 1 },
  },
];

/** Enters one customer, entry by entry; what was entered of it before is replaced. */
export const registerCustomer = async (
  stage: Stage,
  serviceId: string,
  { customer, accounts, entitlement }: CustomerEntry,
): Promise<void> => {
  const { customerId } = customer;
  const entry: v.InferOutput<typeof EntitlementSchema> = {
    customerId,
    serviceId,
    maxEndpoints: 1,
    approval: 'automatic',
    ...entitlement,
  };
  await stage.register(registryKey.customer(customerId), { ...customer });
  await stage.register(registryKey.entitlement(serviceId, customerId), { ...entry });
  for (const account of accounts) {
    await stage.register(registryKey.match(serviceId, 'account', account, customerId), { customerId });
  }
};

/** Enters the service and its customers into the registry. */
export const registerCustomers = async (stage: Stage, serviceId: string): Promise<void> => {
  await stage.register(registryKey.service(serviceId), { serviceId, origin: 'created' });
  for (const customer of CUSTOMERS) await registerCustomer(stage, serviceId, customer);
};
