import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { registryKey } from '../../../functions/registry/keys.ts';
import { claimEndpoint } from '../../../ops/actions/claim-endpoint.ts';
import { awsError, callsOf, item, REGISTRY_ITEMS, TABLES } from '../../functions/support.ts';
import { ENDPOINT_ID, NOW, SERVICE_ID } from '../../support/builders.ts';
import { ADA, BOB, EXECUTION, ofAda, THE_WAKE } from '../support.ts';

const INPUT = { serviceId: SERVICE_ID, endpointId: ENDPOINT_ID, customerId: 'acme' };

const key = (customerId: string) => registryKey.match(SERVICE_ID, 'endpoint', ENDPOINT_ID, customerId);
const claim = (customerId: string) =>
  item(key(customerId), { customerId, claimedBy: BOB, claimedAt: '2026-11-20T09:00:00.000Z' });

const world = ({
  entitlement = REGISTRY_ITEMS.entitlement,
  claims = [],
}: {
  entitlement?: ReturnType<typeof item> | null;
  claims?: ReturnType<typeof item>[];
}) => {
  const ada = ofAda();
  ada.dynamoMock
    .on(GetItemCommand)
    .resolves(entitlement === null ? {} : { Item: entitlement })
    .on(QueryCommand)
    .resolves({ Items: claims })
    .on(PutItemCommand)
    .resolves({});
  return ada;
};

describe('claim-endpoint', () => {
  it('an endpoint that nobody claimed - the claim with who entered it, then the request is woken', async () => {
    const { services, dynamoMock, wakes } = world({});

    await expect(claimEndpoint(INPUT, services)).resolves.toEqual({
      outcome: 'claimed',
      ...INPUT,
      executionArn: EXECUTION,
    });
    expect(callsOf(dynamoMock)).toEqual([
      [
        'GetItem',
        {
          TableName: TABLES.registry,
          Key: marshall(registryKey.entitlement(SERVICE_ID, 'acme')),
          ConsistentRead: true,
        },
      ],
      [
        'Query',
        {
          TableName: TABLES.registry,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: marshall({
            ':pk': `SERVICE#${SERVICE_ID}`,
            ':prefix': `MATCH#endpoint#${ENDPOINT_ID}#`,
          }),
        },
      ],
      [
        'PutItem',
        {
          TableName: TABLES.registry,
          Item: item(key('acme'), { customerId: 'acme', claimedBy: ADA, claimedAt: NOW }),
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      ],
    ]);
    expect(wakes()).toEqual([THE_WAKE]);
  });

  it('the customer claimed it before - nothing is written, and the request is woken again', async () => {
    const { services, writes, wakes } = world({ claims: [claim('acme')] });

    await expect(claimEndpoint(INPUT, services)).resolves.toMatchObject({ outcome: 'claimed-before' });
    expect(writes()).toEqual([]);
    expect(wakes()).toEqual([THE_WAKE]);
  });

  it('somebody entered the same claim in this moment, or our reply was lost - it is claimed, and woken', async () => {
    const ada = world({});
    ada.dynamoMock.on(PutItemCommand).rejects(awsError('ConditionalCheckFailedException'));

    await expect(claimEndpoint(INPUT, ada.services)).resolves.toMatchObject({ outcome: 'claimed-before' });
    expect(ada.wakes()).toEqual([THE_WAKE]);
  });

  it.each([
    ['claims', [claim('globex')]],
    ['and this customer claim', [claim('acme'), claim('globex')]],
  ])('another customer %s it - refused with who and when', async (_situation, claims) => {
    const { services, writes, wakes } = world({ claims });

    await expect(claimEndpoint(INPUT, services)).resolves.toEqual({
      outcome: 'refused',
      because: `${ENDPOINT_ID} is claimed by globex already (entered by ${BOB} at 2026-11-20T09:00:00.000Z). If it belongs to acme, delete that claim first: pk SERVICE#${SERVICE_ID}, sk MATCH#endpoint#${ENDPOINT_ID}#globex.`,
    });
    expect([writes(), wakes()]).toEqual([[], []]);
  });

  it('another customer claims it, entered by hand - refused without who and when', async () => {
    const { services } = world({ claims: [item(key('globex'), { customerId: 'globex' })] });

    await expect(claimEndpoint(INPUT, services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining('is claimed by globex already. If'),
    });
  });

  it('a customer without an entitlement - refused with what to enter', async () => {
    const { services, writes, wakes } = world({ entitlement: null });

    await expect(claimEndpoint(INPUT, services)).resolves.toEqual({
      outcome: 'refused',
      because: `acme is not entitled to ${SERVICE_ID}, so a claim would change nothing. Enter the entitlement into ${TABLES.registry} first: pk SERVICE#${SERVICE_ID}, sk ENTITLEMENT#acme, with customerId, serviceId, maxEndpoints and approval.`,
    });
    expect([writes(), wakes()]).toEqual([[], []]);
  });

  it('an entitlement that can not be read - refused with what is wrong', async () => {
    const entitlement = item(registryKey.entitlement(SERVICE_ID, 'acme'), {
      customerId: 'acme',
      serviceId: SERVICE_ID,
    });
    const { services, writes } = world({ entitlement });

    await expect(claimEndpoint(INPUT, services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringMatching(/^The entitlement of acme can't be read: maxEndpoints: /),
    });
    expect(writes()).toEqual([]);
  });

  it('the claim is written and the wake fails - NotWoken with the cause', async () => {
    const ada = world({});
    ada.sfnMock.on(StartExecutionCommand).rejects(awsError('AccessDeniedException'));

    await expect(claimEndpoint(INPUT, ada.services)).rejects.toMatchObject({
      name: 'NotWoken',
      cause: { name: 'AccessDeniedException' },
    });
    expect(ada.writes()).toHaveLength(1);
  });

  it.each([
    ['an endpoint that is none', { endpointId: SERVICE_ID }, 'endpointId'],
    ['a customer whose id would break a key', { customerId: 'acme#globex' }, 'customerId'],
  ])('%s - BadInput', async (_situation, changes, field) => {
    const { services, dynamoMock } = ofAda();

    await expect(claimEndpoint({ ...INPUT, ...changes }, services)).rejects.toMatchObject({ faults: [{ field }] });
    expect(dynamoMock.calls()).toEqual([]);
  });
});
