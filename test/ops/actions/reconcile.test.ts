import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../ops/actions/reconcile.ts';
import { awsError } from '../../functions/support.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../../support/builders.ts';
import { EXECUTION, ofAda, THE_WAKE, theSweep } from '../support.ts';

const INPUT = { serviceId: SERVICE_ID, endpointId: ENDPOINT_ID };

describe('reconcile', () => {
  it('one request - starts admit-connection with the two ids', async () => {
    const { services, wakes, dynamoMock } = ofAda();

    await expect(reconcile(INPUT, services)).resolves.toEqual({
      outcome: 'started',
      ...INPUT,
      executionArn: EXECUTION,
    });
    expect(wakes()).toEqual([THE_WAKE]);
    expect(dynamoMock.calls()).toEqual([]);
  });

  it.each([
    ['one service', { serviceId: SERVICE_ID }],
    ['everything', {}],
  ])('%s - starts reconcile with no more than that', async (_situation, input) => {
    const { services, wakes, dynamoMock } = ofAda();

    await expect(reconcile(input, services)).resolves.toEqual({
      outcome: 'started',
      ...input,
      executionArn: EXECUTION,
    });
    expect(wakes()).toEqual([theSweep(input)]);
    expect(dynamoMock.calls()).toEqual([]);
  });

  it('an endpoint without its service - BadInput, and nothing is started', async () => {
    const { services, wakes } = ofAda();

    await expect(reconcile({ endpointId: ENDPOINT_ID }, services)).rejects.toMatchObject({
      faults: [{ field: 'input', problem: 'an endpoint needs its service' }],
    });
    expect(wakes()).toEqual([]);
  });

  it('there is no such workflow - thrown as it is: nothing was recorded that could stand', async () => {
    const { services, sfnMock } = ofAda();
    sfnMock.on(StartExecutionCommand).rejects(awsError('StateMachineDoesNotExist'));

    await expect(reconcile(INPUT, services)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });

  it('an id that is none - BadInput', async () => {
    const { services, wakes } = ofAda();

    await expect(reconcile({ ...INPUT, endpointId: 'vpce-1' }, services)).rejects.toMatchObject({
      faults: [{ field: 'endpointId', problem: 'not an id of a VPC endpoint' }],
    });
    expect(wakes()).toEqual([]);
  });
});
