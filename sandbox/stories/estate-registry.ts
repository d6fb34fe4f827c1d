import { BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { registryKey } from '../../functions/registry/keys.ts';
import { CUSTOMERS, customerAccount, type OldService, SHARED_ACCOUNT } from './estate-before.ts';
import type { Stage } from './stage.ts';

/** The most that one BatchWriteItem takes. */
const BATCH = 25;
/** Both have the account {@link SHARED_ACCOUNT}. */
const SHARERS = ['hooli', 'hooli-labs'] as const;

type Entry = Readonly<Record<string, unknown>>;

const customerId = (customer: number): string => `customer-${customer}`;

/** Nobody may be disconnected for what the registry says of them: the Concierge did not let them in. */
const isSuspended = (customer: number): boolean => customer % 50 === 7;
const hasEnded = (customer: number): boolean => customer % 50 === 9;

const customers = (): readonly Entry[] => [
  ...Array.from({ length: CUSTOMERS }, (_, customer) => ({
    ...registryKey.customer(customerId(customer)),
    customerId: customerId(customer),
    name: `Customer ${customer}`,
    status: isSuspended(customer) ? 'suspended' : 'active',
  })),
  ...SHARERS.map((id) => ({ ...registryKey.customer(id), customerId: id, name: id, status: 'active' })),
];

const entitled = (serviceId: string, id: string, account: string, terms: Entry): readonly Entry[] => [
  { ...registryKey.entitlement(serviceId, id), serviceId, customerId: id, approval: 'automatic', ...terms },
  { ...registryKey.match(serviceId, 'account', account, id), customerId: id },
];

/** The entries of one service: without an origin, as of a service that was there before. */
const entriesOf = ({ serviceId, endpoints }: OldService): readonly Entry[] => {
  const accounts = new Set(endpoints.map(({ account }) => account));
  const own = Array.from({ length: CUSTOMERS }, (_, customer) => customer).filter((customer) =>
    accounts.has(customerAccount(customer)),
  );
  return [
    { ...registryKey.service(serviceId), serviceId },
    ...own.flatMap((customer) =>
      entitled(serviceId, customerId(customer), customerAccount(customer), {
        // Some have more endpoints than they may: what is there has a place all the same.
        maxEndpoints: customer % 10 === 3 ? 1 : 3,
        ...(hasEnded(customer) ? { until: '2026-06-30T00:00:00Z', whenEnded: 'revoke' } : {}),
      }),
    ),
    ...(accounts.has(SHARED_ACCOUNT)
      ? SHARERS.flatMap((id) => entitled(serviceId, id, SHARED_ACCOUNT, { maxEndpoints: 3 }))
      : []),
  ];
};

/** Writes the registry of the estate, batch after batch: the services first, so that for a while nobody is entitled to any. @returns how many entries it has. */
export const importRegistry = async (stage: Stage, services: readonly OldService[]): Promise<number> => {
  const entries = services.flatMap(entriesOf);
  const isService = ({ sk }: Entry): boolean => sk === 'SERVICE';
  const ordered = [...entries.filter(isService), ...customers(), ...entries.filter((entry) => !isService(entry))];
  const TableName = stage.output('RegistryTable');
  for (let start = 0; start < ordered.length; start += BATCH) {
    const requests = ordered
      .slice(start, start + BATCH)
      .map((entry): WriteRequest => ({ PutRequest: { Item: marshall(entry) } }));
    await stage.onDynamo((dynamo) =>
      dynamo.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } })),
    );
    // As fast as a script writes: the first sweep comes in the middle of it.
    await stage.clock.sleep(150);
  }
  return ordered.length;
};
