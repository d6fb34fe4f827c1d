import type { Message, ReceiveMessageResult } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMessagingWorld, queueUrl } from './messaging-world.ts';

const VISIBILITY = 30;

type Step =
  | { readonly do: 'send' }
  | { readonly do: 'receive'; readonly limit: number }
  | { readonly do: 'delete'; readonly which: number }
  | { readonly do: 'pass'; readonly seconds: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ do: 'send' }),
  fc.record({ do: fc.constant('receive' as const), limit: fc.integer({ min: 1, max: 10 }) }),
  fc.record({ do: fc.constant('delete' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
);

it('loses no message and shows none twice within its visibility time-out, whatever is done in whatever order', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const world = createMessagingWorld();
    const QueueUrl = queueUrl('jobs');
    await world.createQueue('jobs', { VisibilityTimeout: String(VISIBILITY) });
    const alive = new Set<string>();
    const hiddenUntil = new Map<string, number>();
    const latest = new Map<string, Message>();

    const receive = async (limit: number): Promise<Message[]> => {
      const input = { QueueUrl, MaxNumberOfMessages: limit };
      const messages = (await world.call<ReceiveMessageResult>('sqs', 'ReceiveMessage', input)).Messages ?? [];
      for (const message of messages) {
        const id = message.MessageId ?? '';
        expect(alive).toContain(id);
        expect(hiddenUntil.get(id) ?? 0).toBeLessThanOrEqual(world.clock.now());
        hiddenUntil.set(id, world.clock.now() + VISIBILITY * 1000);
        latest.set(id, message);
      }
      return messages;
    };

    for (const each of steps) {
      if (each.do === 'send') {
        const { MessageId } = await world.call<{ MessageId: string }>('sqs', 'SendMessage', {
          QueueUrl,
          MessageBody: 'x',
        });
        alive.add(MessageId);
      } else if (each.do === 'receive') {
        await receive(each.limit);
      } else if (each.do === 'pass') {
        await world.pass(each.seconds);
      } else {
        const message = [...latest.values()][each.which % Math.max(1, latest.size)];
        if (message === undefined) continue;
        await world.call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: message.ReceiptHandle });
        alive.delete(message.MessageId ?? '');
        latest.delete(message.MessageId ?? '');
      }
    }

    await world.pass(VISIBILITY);
    const left = new Set<string>();
    for (let found = await receive(10); found.length > 0; found = await receive(10)) {
      for (const { MessageId: id = '' } of found) left.add(id);
    }
    expect(left).toEqual(alive);
  });
  await fc.assert(property, { numRuns: 60, seed: 7 });
});
