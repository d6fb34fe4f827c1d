import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { tellBus } from '../../../functions/aws/bus.ts';
import { awsError, callsOf, strictEvents } from '../support.ts';

const US = { bus: 'concierge-bus', source: 'privatelink-concierge' };
const told = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ detailType: 'Target Drift Detected', detail: { index } }));
const entry = (index: number) => ({
  EventBusName: 'concierge-bus',
  Source: 'privatelink-concierge',
  DetailType: 'Target Drift Detected',
  Detail: `{"index":${index}}`,
});

describe('tellBus', () => {
  it('nothing to tell - no call', async () => {
    const { events, eventsMock } = strictEvents();

    await tellBus(events, US, []);

    expect(callsOf(eventsMock)).toEqual([]);
  });

  it('twenty-one events - ten in a call, each once, in order', async () => {
    const { events, eventsMock } = strictEvents();
    eventsMock.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] });

    await tellBus(events, US, told(21));

    expect(callsOf(eventsMock)).toEqual(
      [[0, 10] as const, [10, 20] as const, [20, 21] as const].map(([from, to]) => [
        'PutEvents',
        { Entries: Array.from({ length: to - from }, (_, index) => entry(from + index)) },
      ]),
    );
  });

  it('a call is taken, and one of its entries is not - that is no success', async () => {
    const { events, eventsMock } = strictEvents();
    eventsMock.on(PutEventsCommand).resolves({
      FailedEntryCount: 1,
      Entries: [{ EventId: 'e' }, { ErrorCode: 'InternalFailure', ErrorMessage: 'not now' }],
    });

    await expect(tellBus(events, US, told(2))).rejects.toMatchObject({
      name: 'Throttled',
      message: 'tell the bus: InternalFailure: not now',
    });
  });

  it.each([
    ['ThrottlingException', 'Throttled'],
    ['AccessDeniedException', 'Denied'],
    ['ResourceNotFoundException', 'ResourceNotFoundException'],
  ])('EventBridge says %s - thrown as %s', async (code, name) => {
    const { events, eventsMock } = strictEvents();
    eventsMock.on(PutEventsCommand).rejects(awsError(code));

    await expect(tellBus(events, US, told(1))).rejects.toMatchObject({ name });
  });
});
