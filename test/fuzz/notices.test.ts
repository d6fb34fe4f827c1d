import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeVpcEndpointConnectionsCommand } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECTION_STATES } from '../../functions/domain/connection.ts';
import { type Notice, planNotices } from '../../functions/domain/notices.ts';
import { CONTEXT, described, strictDynamo, strictEc2, stubFunctionEnvironment, TABLES } from '../functions/support.ts';
import { aConnection, HOME_REGION, NOW } from '../support/builders.ts';
import { hostileJson, hostileText, mangled, PATIENCE, parsed, runs, UNPRINTABLE } from './hostile.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../functions/connections/read-requests.ts');

const hex = fc.oneof(fc.stringMatching(/^[0-9a-f]{17}$/), fc.stringMatching(/^[0-9a-f]{8}$/));
/** Few, so that notices speak of the same ones. */
const endpointId = fc.oneof(
  fc.constantFrom('vpce-0aaaaaaaaaaaaaaa1', 'vpce-0aaaaaaa', 'vpce-0bbbbbbbbbbbbbbb2'),
  hex.map((digits) => `vpce-${digits}`),
);
const serviceId = hex.map((digits) => `vpce-svc-${digits}`);
/** What looks like one. */
const almostAnId = fc.stringMatching(/^(vpce|vpce-svc|VPCE|vpce-svc-vpce)-[0-9a-fA-Fg]{7,19}$/);
const id = fc.oneof(endpointId, serviceId, almostAnId);

/** In a form that AWS might send: fields as a console shows them, in an envelope of SNS or of EventBridge, or in two. */
const real = fc
  .tuple(endpointId, serviceId, fc.constantFrom('Accept', 'Connect', 'Delete', 'Reject', 'Sing'), fc.nat({ max: 4 }))
  .map(([Endpoint, Service, Event, form]) => {
    const fields = JSON.stringify({ Event, Endpoint, Service, Time: NOW });
    const envelope = (Message: string): string => JSON.stringify({ Type: 'Notification', MessageId: 'm', Message });
    const texts = [
      fields,
      envelope(fields),
      envelope(envelope(fields)),
      JSON.stringify({
        detail: { Event, arn: `arn:aws:ec2:${HOME_REGION}:123456789012:vpc-endpoint/${Endpoint}`, Service },
      }),
      envelope(`An endpoint asks to connect (${Event}):\n${Endpoint}\n${Service}\n`),
    ];
    return texts[form] ?? fields;
  });

const body: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: real },
  { weight: 4, arbitrary: mangled(real) },
  { weight: 2, arbitrary: hostileText },
  { weight: 2, arbitrary: id.chain((each) => hostileJson(each)) },
  { weight: 2, arbitrary: fc.array(fc.oneof(id, hostileText), { maxLength: 30 }).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.tuple(id, hostileText).map(([each, text]) => `${text.repeat(300)}${each}${text}`) },
);
/** As the pipe reads them: ten at the most. */
const batch = fc
  .array(body, { minLength: 1, maxLength: 10 })
  .map((bodies) => bodies.map((each, index) => ({ messageId: `m-${index}`, body: each })));

const ENDPOINT = /^vpce-(?:[0-9a-f]{17}|[0-9a-f]{8})$/;
const SERVICE = /^vpce-svc-(?:[0-9a-f]{17}|[0-9a-f]{8})$/;
const LISTED_SERVICE = 'vpce-svc-0123456789abcdef0';

/** What EC2 says of the endpoints that it is asked for: one digit each, by which it is not listed, or in some state. */
const states = fc.array(fc.constantFrom(undefined, ...CONNECTION_STATES, 'unknown' as const), {
  minLength: 7,
  maxLength: 7,
});

describe('a batch of notices that anybody may have written', () => {
  it(
    'names no endpoint and no service that is not in a text, each in the shape of AWS',
    () => {
      const property = fc.property(batch, (notices) => {
        const { endpointIds, serviceIds } = planNotices(notices);
        for (const each of endpointIds) expect(each).toMatch(ENDPOINT);
        for (const each of serviceIds) expect(each).toMatch(SERVICE);
        for (const each of [...endpointIds, ...serviceIds])
          expect(notices.some((notice) => notice.body.includes(each))).toBe(true);
      });
      fc.assert(property, runs());
    },
    PATIENCE,
  );

  it(
    'is understood in whatever envelope a notice comes',
    () => {
      const property = fc.property(real, (text) => {
        const { endpointIds, serviceIds } = planNotices([{ messageId: 'm', body: text }]);

        expect([endpointIds.length, serviceIds.length]).toEqual([1, 1]);
      });
      fc.assert(property, runs());
    },
    PATIENCE,
  );

  it(
    'comes to at most ten findings, for the bus takes no more, and each says what it is of',
    () => {
      const property = fc.property(batch, states, (notices, said) => {
        const plan = planNotices(notices);
        const connections = plan.endpointIds.flatMap((endpoint, index) => {
          const state = said[index % said.length];
          return state === undefined ? [] : [aConnection({ endpointId: endpoint, serviceId: LISTED_SERVICE, state })];
        });
        const findings = plan.judge(connections, new Map());

        expect(findings.length).toBeLessThanOrEqual(10);
        for (const { messageId, problem, excerpt } of findings.filter((each) => each.kind === 'unreadable')) {
          expect(notices.map((notice) => notice.messageId)).toContain(messageId);
          expect(problem).toMatch(/^[A-Za-z]/);
          expect(excerpt.length).toBeLessThanOrEqual(200);
          expect(`${problem}${excerpt}`).not.toMatch(UNPRINTABLE);
          expect(excerpt.isWellFormed()).toBe(true);
        }
        for (const { vpcEndpointId, serviceId: service } of findings.filter((each) => each.kind !== 'unreadable')) {
          expect(plan.endpointIds).toContain(vpcEndpointId);
          expect([LISTED_SERVICE, ...plan.serviceIds]).toContain(service);
        }
      });
      fc.assert(property, runs());
    },
    PATIENCE,
  );

  it(
    'that names nobody is told of as unreadable, once',
    () => {
      const property = fc.property(batch, (notices) => {
        const plan = planNotices(notices);
        const { endpointIds } = plan;
        const unreadable = plan
          .judge([], new Map())
          .flatMap((each) => (each.kind === 'unreadable' ? [each.messageId] : []));
        const silent = notices.filter(({ body: text }) => !endpointIds.some((each) => text.includes(each)));

        for (const { messageId } of silent) expect(unreadable.filter((each) => each === messageId)).toHaveLength(1);
      });
      fc.assert(property, runs());
    },
    PATIENCE,
  );

  it(
    'spoils no good notice, wherever that stands among the others',
    () => {
      const good = {
        messageId: 'good',
        body: '{"Event":"Connect","Endpoint":"vpce-0cafe0cafe0cafe00","Service":"vpce-svc-0cafe0cafe0cafe00"}',
      };
      const [alone] = planNotices([good]).judge([], new Map());
      const others = fc.tuple(batch, fc.nat()).map(([notices, anywhere]) => {
        const nine = notices.slice(0, 9);
        return nine.toSpliced(anywhere % (nine.length + 1), 0, good);
      });
      const property = fc.property(others, (notices) => {
        expect(planNotices(notices).judge([], new Map())).toContainEqual(alone);
      });
      fc.assert(property, runs());
    },
    PATIENCE,
  );

  it(
    'is read whole by the function, whatever EC2 lists, and asks of nobody whom no text names',
    async () => {
      const { ec2, ec2Mock } = strictEc2();
      const { dynamo, dynamoMock } = strictDynamo();
      dynamoMock.on(BatchGetItemCommand).resolves({ Responses: { [TABLES.ledger]: [] } });
      const services = { ec2, dynamo, ledger: TABLES.ledger, region: HOME_REGION, now: () => new Date(NOW) };
      let [notices, said]: [readonly Notice[], readonly (string | undefined)[]] = [[], []];
      ec2Mock.on(DescribeVpcEndpointConnectionsCommand).callsFake(({ Filters }) => {
        const ids: readonly string[] = Filters?.[0]?.Values ?? [];
        for (const each of ids) expect(notices.some(({ body: text }) => text.includes(each))).toBe(true);
        const listed = ids.flatMap((VpcEndpointId, index) => {
          const state = said[index % said.length];
          return state === undefined ? [] : [described({ VpcEndpointId, VpcEndpointState: state as never })];
        });
        return { VpcEndpointConnections: listed };
      });
      const property = fc.asyncProperty(batch, states, async (given, listed) => {
        ec2Mock.resetHistory();
        dynamoMock.resetHistory();
        [notices, said] = [given, listed];
        const events = await run(given, services);

        expect(events.length).toBeLessThanOrEqual(10);
        for (const event of events) {
          expect(event).toMatchObject({ detailType: expect.stringMatching(/^(Connection|Notice) /), schemaVersion: 1 });
          // A pipe hands it on as JSON: nothing may be lost on the way.
          expect(JSON.parse(JSON.stringify(event))).toEqual(event);
        }
      });
      await fc.assert(property, runs(1000));
    },
    PATIENCE,
  );

  it(
    'that is no batch at all is refused by the function as Malformed, in a plain sentence',
    async () => {
      const noBatch = hostileJson('messageId', 'Body')
        .map(parsed)
        .filter((event) => !Array.isArray(event) || event.length > 0);
      const property = fc.asyncProperty(noBatch, async (event) => {
        const refusal = await handler(event, CONTEXT).then(
          () => undefined,
          (error: unknown) => error,
        );

        expect(refusal).toMatchObject({
          name: 'Malformed',
          message: expect.stringMatching(/^The input does not fit: /),
        });
        expect(String((refusal as Error | undefined)?.message)).not.toMatch(UNPRINTABLE);
      });
      await fc.assert(property, runs(1000));
    },
    PATIENCE,
  );
});
