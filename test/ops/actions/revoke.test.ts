import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { revoke } from '../../../ops/actions/revoke.ts';
import { awsError, callsOf, item, TABLES } from '../../functions/support.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../../support/builders.ts';
import { ADA, EXECUTION, ofAda, theDisconnection } from '../support.ts';

const INPUT = { serviceId: SERVICE_ID, endpointId: ENDPOINT_ID, reason: 'They asked us to.' };
const KEY = ledgerKey.admission(SERVICE_ID, ENDPOINT_ID);

const world = (admission?: object) => {
  const ada = ofAda();
  ada.dynamoMock.on(GetItemCommand).resolves(admission === undefined ? {} : { Item: item(KEY, admission) });
  return ada;
};

describe('revoke', () => {
  it('the Concierge had it in hand - starts revoke-connection with who forces it and why', async () => {
    const { services, dynamoMock, wakes } = world({ told: 1 });

    await expect(revoke(INPUT, services)).resolves.toEqual({
      outcome: 'started',
      ...INPUT,
      by: ADA,
      executionArn: EXECUTION,
    });
    expect(callsOf(dynamoMock)).toEqual([
      ['GetItem', { TableName: TABLES.ledger, Key: marshall(KEY), ConsistentRead: true }],
    ]);
    expect(wakes()).toEqual([theDisconnection({ by: ADA, reason: INPUT.reason })]);
  });

  it('nobody ever had it in hand - refused, and nothing is started', async () => {
    const { services, wakes } = world();

    await expect(revoke(INPUT, services)).resolves.toEqual({
      outcome: 'refused',
      because: `The Concierge never had ${ENDPOINT_ID} of ${SERVICE_ID} in hand, so there is nothing that it could revoke. Are both ids right? If it was connected before the Concierge came, "reconcile --service ${SERVICE_ID} --endpoint ${ENDPOINT_ID}" makes it known.`,
    });
    expect(wakes()).toEqual([]);
  });

  it('it can not be started - thrown as it is: nothing was recorded that could stand', async () => {
    const { services, sfnMock } = world({});
    sfnMock.on(StartExecutionCommand).rejects(awsError('AccessDeniedException'));

    await expect(revoke(INPUT, services)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it.each([
    ['no reason', { reason: ' ' }, 'reason'],
    ['an endpoint that is none', { endpointId: 'vpce-1' }, 'endpointId'],
  ])('%s - BadInput, and nothing is asked of AWS', async (_situation, changes, field) => {
    const { services, dynamoMock, wakes } = ofAda();

    await expect(revoke({ ...INPUT, ...changes }, services)).rejects.toMatchObject({ faults: [{ field }] });
    expect([dynamoMock.calls(), wakes()]).toEqual([[], []]);
  });
});
