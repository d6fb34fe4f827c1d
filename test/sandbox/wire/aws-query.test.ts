import { describe, expect, it } from 'vitest';
import { FIRST_ID, failing, form, send, worldOf } from './world.ts';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

describe('an awsQuery request', () => {
  it('of SNS names list items member and map entries entry', async () => {
    const { handler, asked } = worldOf({ sns: { CreateTopic: {} } });
    const body = [
      'Action=CreateTopic&Version=2010-03-31&Name=requests',
      'Attributes.entry.1.key=KmsMasterKeyId&Attributes.entry.1.value=alias%2Fk',
      'Attributes.entry.2.key=DisplayName&Attributes.entry.2.value=',
      'Tags.member.1.Key=team&Tags.member.1.Value=a+b&Unheard=of',
    ].join('&');
    await send(handler, form('sns', body));
    expect(asked[0]?.input).toEqual({
      Name: 'requests',
      Attributes: { KmsMasterKeyId: 'alias/k', DisplayName: '' },
      Tags: [{ Key: 'team', Value: 'a b' }],
    });
  });

  it('of an old SQS client is flattened, with its own names', async () => {
    const { handler, asked } = worldOf({ sqs: { SendMessage: {}, ReceiveMessage: {} } });
    const queue = 'QueueUrl=http%3A%2F%2F127.0.0.1%3A4599%2F123456789012%2Fintake';
    const attribute =
      'MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=Binary&MessageAttribute.1.Value.BinaryValue=AQID';
    await send(
      handler,
      form('sqs', `Action=SendMessage&Version=2012-11-05&${queue}&MessageBody=hi&DelaySeconds=3&${attribute}`),
    );
    await send(handler, form('sqs', `Action=ReceiveMessage&${queue}&AttributeName.1=All&MaxNumberOfMessages=10`));
    const QueueUrl = 'http://127.0.0.1:4599/123456789012/intake';
    expect(asked.map(({ input }) => input)).toEqual([
      {
        QueueUrl,
        MessageBody: 'hi',
        DelaySeconds: 3,
        MessageAttributes: { n: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) } },
      },
      // The model gives the old and the new member one name on the wire; SQS reads both as the same wish.
      { QueueUrl, AttributeNames: ['All'], MessageSystemAttributeNames: ['All'], MaxNumberOfMessages: 10 },
    ]);
  });

  it.each([
    [
      'sns',
      'Publish&TopicArn=t',
      'ValidationError',
      "1 validation error detected: Value null at 'message' failed to satisfy constraint: Member must not be null",
    ],
    ['sqs', 'SendMessage&QueueUrl=u', 'MissingParameter', 'The request must contain the parameter MessageBody.'],
    [
      'sqs',
      'ReceiveMessage&QueueUrl=u&WaitTimeSeconds=long',
      'MalformedInput',
      'Value long for parameter WaitTimeSeconds is not a number.',
    ],
    [
      'sns',
      'CreateTopic&Name=x&Attributes.entry.1.value=v',
      'MalformedInput',
      'Value  for parameter Attributes.entry.1 is not an entry with a key.',
    ],
    ['sts', 'Whoami', 'InvalidAction', 'The action Whoami is not valid for this web service.'],
  ])('%s refuses %s with %s', async (service, action, code, message) => {
    const { handler } = worldOf({
      sns: { Publish: {}, CreateTopic: {} },
      sqs: { SendMessage: {}, ReceiveMessage: {} },
    });
    const { status, text } = await send(handler, form(service, `Action=${action}`));
    expect(status).toBe(400);
    expect(text).toContain(`<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`);
  });
});

describe('an awsQuery answer', () => {
  it('wraps its result and says the request id last', async () => {
    const caller = { UserId: 'U', Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/operator' };
    const { handler } = worldOf({ sts: { GetCallerIdentity: caller } });
    const { headers, text } = await send(handler, form('sts', 'Action=GetCallerIdentity&Version=2011-06-15'));
    expect(headers['content-type']).toBe('text/xml;charset=UTF-8');
    expect(text).toBe(
      `${HEAD}<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
        '<UserId>U</UserId><Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/operator</Arn>' +
        `</GetCallerIdentityResult><ResponseMetadata><RequestId>${FIRST_ID}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    );
  });

  it('to an old SQS client has flattened lists and maps', async () => {
    const message = {
      MessageId: 'm',
      Body: '{"a":"<b>"}',
      Attributes: { SentTimestamp: '5', ApproximateReceiveCount: '1' },
    };
    const { handler } = worldOf({ sqs: { ReceiveMessage: { Messages: [message, { MessageId: 'n' }] } } });
    const { text } = await send(handler, form('sqs', 'Action=ReceiveMessage&QueueUrl=u'));
    expect(text).toBe(
      `${HEAD}<ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ReceiveMessageResult>` +
        '<Message><MessageId>m</MessageId><Body>{&quot;a&quot;:&quot;&lt;b&gt;&quot;}</Body>' +
        '<Attribute><Name>SentTimestamp</Name><Value>5</Value></Attribute>' +
        '<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute></Message>' +
        `<Message><MessageId>n</MessageId></Message></ReceiveMessageResult>` +
        `<ResponseMetadata><RequestId>${FIRST_ID}</RequestId></ResponseMetadata></ReceiveMessageResponse>`,
    );
  });

  it('without a result has none', async () => {
    const { handler } = worldOf({ sqs: { DeleteMessage: undefined } });
    const { text } = await send(handler, form('sqs', 'Action=DeleteMessage&QueueUrl=u&ReceiptHandle=r'));
    expect(text).toContain('/2012-11-05/"><ResponseMetadata>');
  });

  it('of an error uses the query name and status of a modelled one', async () => {
    const { handler } = worldOf({
      sqs: { GetQueueUrl: failing('QueueDoesNotExist', 'No such queue.') },
      sns: { GetTopicAttributes: failing('NotFoundException', 'Topic does not exist') },
    });
    const queue = await send(handler, form('sqs', 'Action=GetQueueUrl&QueueName=q'));
    expect(queue.status).toBe(400);
    expect(queue.text).toBe(
      `${HEAD}<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type>` +
        '<Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>No such queue.</Message></Error>' +
        `<RequestId>${FIRST_ID}</RequestId></ErrorResponse>`,
    );
    const topic = await send(handler, form('sns', 'Action=GetTopicAttributes&TopicArn=t'));
    expect(topic.status).toBe(404);
    expect(topic.text).toContain('<Code>NotFound</Code>');
  });
});
