import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { registryKey } from '../../functions/registry/keys.ts';
import { item, TABLES } from '../functions/support.ts';
import { aCustomer, anEntitlement, aService, OWNER, SERVICE_ID } from '../support/builders.ts';
import { hostileText } from './hostile.ts';

/** An item as DynamoDB has it. */
export type Stored = Readonly<Record<string, AttributeValue>>;

/** A second customer of the service, and a second service, to whom nothing may happen. */
export const GLOBEX_ACCOUNT = '333333333333';
export const OTHER_SERVICE = 'vpce-svc-0fedcba9876543210';

const entriesOf = (serviceId: string, customerId: string, account: string) => ({
  customer: item(registryKey.customer(customerId), aCustomer({ customerId })),
  entitlement: item(registryKey.entitlement(serviceId, customerId), anEntitlement({ customerId, serviceId })),
  match: item(registryKey.match(serviceId, 'account', account, customerId), { customerId }),
});

/** What acme's entries are before somebody writes them wrongly. */
export const ACME = entriesOf(SERVICE_ID, 'acme', OWNER);
export const SERVICE = item(registryKey.service(SERVICE_ID), aService());
/** Everybody else's. */
export const OTHERS: readonly Stored[] = [
  ...Object.values(entriesOf(SERVICE_ID, 'globex', GLOBEX_ACCOUNT)),
  ...Object.values(entriesOf(OTHER_SERVICE, 'initech', '444444444444')),
  item(registryKey.service(OTHER_SERVICE), { ...aService(), serviceId: OTHER_SERVICE }),
];

const digits = fc.oneof(
  fc.constantFrom('0', '1', '-1', '2', '1.5', '-0.000001', '31', '9007199254740993', '99999999999999999999.5'),
  fc.stringMatching(/^-?[1-9]\d{0,37}$/),
  fc.stringMatching(/^-?[1-9]\d{15,37}\.\d[1-9]$/),
  // DynamoDB's greatest.
  fc.constant(`9.9999999999999999999999999999999999999E+125`),
);
const known = fc.constantFrom(
  ...['acme', 'globex', SERVICE_ID, OTHER_SERVICE, 'active', 'suspended', 'automatic', 'manual', 'keep', 'revoke'],
  ...['us-west-2', 'created', 'imported', 'accept', 'hold', '2026-11-23T12:00:00Z', '2027-02-30T00:00:00Z'],
);
const text = fc.oneof(known, hostileText);

/** Any value of any of DynamoDB's types. */
const value: fc.Arbitrary<AttributeValue> = fc.letrec<{ any: AttributeValue }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    text.map((S) => ({ S })),
    digits.map((N) => ({ N })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant<AttributeValue>({ NULL: true }),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => ({ B: new Uint8Array(bytes) })),
    fc.array(text, { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
    fc.array(digits, { minLength: 1, maxLength: 3 }).map((NS) => ({ NS })),
    fc.array(tie('any'), { maxLength: 3 }).map((L) => ({ L })),
    fc.array(fc.tuple(text, tie('any')), { maxLength: 3 }).map((entries) => ({ M: ownEntries(entries) })),
  ),
})).any;

/** `__proto__` is a name like any other, to DynamoDB. */
const ownEntries = (entries: readonly (readonly [string, AttributeValue])[]): Record<string, AttributeValue> =>
  Object.fromEntries(entries);

const attribute = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...['customerId', 'serviceId', 'name', 'contact', 'status', 'regions', 'maxEndpoints', 'from', 'until'],
      ...['whenEnded', 'approval', 'origin', 'holdDays', 'remindDays', 'maxRevocations', 'maxRevokedShare', 'verdicts'],
    ),
  },
  { weight: 1, arbitrary: hostileText.filter((name) => name !== '' && name !== 'pk' && name !== 'sk') },
);

/** An entry that somebody wrote by hand: some attributes left out, some set to anything. The key stays, for by it the entry is found. */
export const spoiled = (entry: Stored): fc.Arbitrary<Stored> =>
  fc
    .tuple(
      fc.array(fc.tuple(attribute, value), { minLength: 1, maxLength: 3 }),
      fc.subarray(Object.keys(entry).filter((name) => name !== 'pk' && name !== 'sk')),
      fc.boolean(),
    )
    .map(([set, dropped, isDropping]) => {
      const left = Object.entries(entry).filter(([name]) => !(isDropping && dropped.includes(name)));
      return ownEntries([...left, ...set]);
    });

/** An item at a key that nobody looks for: what an import, or a slip of the hand, leaves in the table. */
export const stray: fc.Arbitrary<Stored> = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(`SERVICE#${SERVICE_ID}`, 'CUSTOMER#acme', 'SERVICE#', 'CUSTOMER#', 'SERVICE'),
      hostileText.filter((each) => each !== ''),
    ),
    fc.oneof(
      fc.constantFrom('ENTITLEMENT#', 'MATCH#', 'MATCH#account#', 'MATCH#account##', 'MATCH#endpoint#x', 'ADMISSION'),
      hostileText.map((each) => `ENTITLEMENT#stray${each}`),
      hostileText.map((each) => `MATCH#account#999999999999#${each}`),
      hostileText.map((each) => `SERVICE${each}.`),
    ),
    fc.array(fc.tuple(attribute, value), { maxLength: 3 }),
  )
  .map(([pk, sk, set]) => ownEntries([...set, ['pk', { S: pk }], ['sk', { S: sk }]]));

interface Asked {
  readonly ExpressionAttributeValues: Readonly<Record<string, { readonly S: string }>>;
  readonly RequestItems: Readonly<Record<string, { readonly Keys: readonly Stored[] }>>;
}

/** A registry that holds these, beside a ledger in which nothing is. No mock: one for each of a million cases is never freed. */
export const registryOf = (items: readonly Stored[]): DynamoDBClient => {
  const answers: Readonly<Record<string, (asked: Asked) => object>> = {
    QueryCommand: ({ ExpressionAttributeValues: asked }) => ({
      Items: items.filter(
        ({ pk, sk }) => pk?.S === asked[':pk']?.S && (sk?.S ?? '').startsWith(asked[':prefix']?.S ?? ''),
      ),
    }),
    BatchGetItemCommand: ({ RequestItems }) => {
      const keys = RequestItems[TABLES.registry]?.Keys ?? [];
      const found = items.filter(({ pk, sk }) => keys.some((key) => key.pk?.S === pk?.S && key.sk?.S === sk?.S));
      return { Responses: { [TABLES.registry]: found, [TABLES.ledger]: [] } };
    },
    DescribeTableCommand: () => ({ Table: { TableId: 'table-1' } }),
    ScanCommand: () => ({ Items: [...items] }),
  };
  const send = async (command: { readonly input: unknown }): Promise<object> => {
    const answer = answers[command.constructor.name];
    if (answer === undefined) throw new Error(`The test expects no ${command.constructor.name}.`);
    return answer(command.input as Asked);
  };
  return Object.assign(Object.create(DynamoDBClient.prototype) as DynamoDBClient, { send });
};
