import { VirtualClock } from '../../../sandbox/clock/virtual-clock.ts';
import { Cloud, OPERATOR } from '../../../sandbox/cloud.ts';
import { accountPrincipal } from '../../../sandbox/iam/principal.ts';
import { Journal } from '../../../sandbox/journal.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import { AwsError } from '../../../sandbox/services/errors.ts';
import { createRouter } from '../../../sandbox/wire/router.ts';
import type { WireHandler, WireRequest } from '../../../sandbox/wire/wire.ts';

/** Answers of fake actions: a value, or a function of the input; an AwsError that it throws is what the client sees. */
type Answers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** When every world of these tests begins. */
export const START = Date.UTC(2026, 0, 2, 3, 4, 5);

const SEED = 7;
/** The request id of each world's first answer. */
export const FIRST_ID = seededRandom(SEED).uuid();

/** A cloud whose services do nothing but answer as told, and remember what they were asked. */
export const worldOf = (answers: Answers) => {
  const clock = new VirtualClock(START);
  const journal = new Journal(clock);
  const asked: { service: string; action: string; input: unknown; who: string }[] = [];
  const cloud = new Cloud({
    clock,
    random: seededRandom(SEED),
    journal,
    authorizer: {
      refuse: () => undefined,
      assumeRole: () => {
        throw new AwsError('AccessDenied', 'no roles in this world');
      },
    },
  });
  for (const [service, actions] of Object.entries(answers)) {
    const definitions = Object.entries(actions).map(([action, answer]) => [
      action,
      {
        permissions: () => [],
        run: (input: unknown, { principal }: { principal: { arn: string } }) => {
          asked.push({ service, action, input, who: principal.arn });
          return typeof answer === 'function' ? answer(input) : answer;
        },
      },
    ]);
    cloud.register({ name: service, actions: Object.fromEntries(definitions) });
  }
  const principalOf = (key: string) => {
    if (key === 'ASIAGONE') throw new AwsError('InvalidClientTokenId', 'The security token is invalid', 403);
    return /^\d{12}$/.test(key) ? accountPrincipal(key) : OPERATOR;
  };
  const handler = createRouter({ cloud, principalOf });
  return { clock, journal, cloud, handler, asked };
};

/** Throws what a client is to see. */
export const failing = (code: string, message: string, status?: number, members?: Record<string, unknown>) => () => {
  throw new AwsError(code, message, status, members);
};

const authorization = (service: string, key: string): string =>
  `AWS4-HMAC-SHA256 Credential=${key}/20260102/us-west-2/${service}/aws4_request, SignedHeaders=host, Signature=00`;

/** A request as it stands on the wire, written out by hand. */
export const request = (
  service: string,
  parts: { method?: string; path?: string; headers?: Record<string, string>; body?: string; key?: string },
): WireRequest => ({
  method: parts.method ?? 'POST',
  path: parts.path ?? '/',
  headers: { authorization: authorization(service, parts.key ?? 'AKIDTEST'), ...parts.headers },
  body: Buffer.from(parts.body ?? ''),
});

export const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

/** A form request: `Action=...&Version=...`. */
export const form = (service: string, body: string, key?: string): WireRequest =>
  request(service, { headers: FORM, body, ...(key === undefined ? {} : { key }) });

/** A JSON-RPC request: `AWSStepFunctions.StartExecution` and a body. */
export const json = (service: string, target: string, body: string): WireRequest =>
  request(service, {
    headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' },
    body,
  });

/** Sends, and gives the answer with its body as text. */
export const send = async (handler: WireHandler, sent: WireRequest) => {
  const { status, headers, body } = await handler(sent);
  return { status, headers, text: Buffer.from(body).toString('utf8') };
};
