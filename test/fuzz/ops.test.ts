import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../functions/domain/text.ts';
import { ledgerKey, registryKey } from '../../functions/registry/keys.ts';
import { runCommand } from '../../ops/command-line.ts';
import { item } from '../functions/support.ts';
import { ADA, bound, GROUP, ofAda, recorded } from '../ops/support.ts';
import { anEntitlement, ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import { hostileText, PATIENCE, runs, UNPRINTABLE } from './hostile.ts';

/** Ada, for whom one request is held, whose customer is entitled to the service. */
const ready = () => {
  const ada = ofAda();
  const { pk, sk } = registryKey.entitlement(SERVICE_ID, 'acme');
  ada.dynamoMock
    .on(QueryCommand)
    .callsFake(({ IndexName, ExpressionAttributeValues: values }) => {
      if (values[':pk']?.S === 'BINDINGS') return { Items: [bound()] };
      const isRequest = String(values[':pk']?.S).startsWith('REQUEST#');
      return { Items: isRequest || IndexName?.startsWith('By') ? [recorded(1)] : [] };
    })
    .on(GetItemCommand)
    .callsFake(({ Key }) => {
      if (Key.pk.S === pk && Key.sk.S === sk) return { Item: item({ pk, sk }, anEntitlement()) };
      if (Key.pk.S === 'BINDINGS') return Key.sk.S === 'BINDING#orders' ? { Item: bound() } : {};
      return Key.sk.S === 'ADMISSION' ? { Item: item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), {}) } : {};
    })
    .on(PutItemCommand)
    .resolves({})
    .on(UpdateItemCommand)
    .resolves({})
    .on(DeleteItemCommand)
    .resolves({});
  const TargetHealthDescriptions = [{ Target: { Id: '10.0.9.9', Port: 5432 } }];
  ada.elbMock.on(DescribeTargetHealthCommand).resolves({ TargetHealthDescriptions });
  ada.sfnMock.on(DescribeExecutionCommand).resolves({ status: 'FAILED', error: 'UnsafePlan', cause: 'It \u001b did.' });
  return ada;
};

const ada = ready();

const give = async (words: readonly string[]) => {
  ada.dynamoMock.resetHistory();
  ada.sfnMock.resetHistory();
  const printed: string[] = [];
  const complaints: string[] = [];
  const exit = await runCommand(words, {
    connect: () => ada.services,
    print: (text) => printed.push(text),
    complain: (text) => complaints.push(text),
  });
  return { exit, printed: printed.join('\n'), complained: complaints.join('\n') };
};

/** What an option may be given, and something right among it. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  service: [SERVICE_ID],
  endpoint: [ENDPOINT_ID],
  customer: ['acme'],
  account: ['222222222222'],
  effect: ['accept', 'principals-remove'],
  mode: ['observe', 'enforce'],
  proposed: ['accept', 'reject'],
  count: ['12', '0x10', '1e3'],
  reason: ['They called.'],
  day: ['2026-11-23', '2026-02-30'],
  most: ['1', '10000'],
  binding: ['orders', 'billing'],
  'target-group': [GROUP],
  port: ['5432', '5433'],
  proxy: ['orders-proxy'],
  'proxy-endpoint': ['reads'],
  cluster: ['c'],
  host: ['db.example.com'],
  addresses: ['10.0.1.5', '10.0.1.5,10.0.2.6'],
  within: ['10.0.0.0/8'],
  'min-healthy': ['2'],
  'max-removal-ratio': ['0.5', '2'],
  address: ['10.0.9.9', '10.0.1.5'],
  stack: ['PrivateLinkConcierge'],
  region: ['us-west-2'],
};
const ACTIONS = [
  ...['set-mode', 'claim-endpoint', 'approve', 'deny', 'pause', 'resume', 'reconcile', 'revoke', 'adopt'],
  ...['confirm-registry', 'status', 'adopt-principal', 'decisions', 'held', 'help'],
  ...['bind', 'unbind', 'bindings', 'targets', 'adopt-target'],
];

const SWITCHES = ['--all', '--json', '--help', '--', '--reader', '--replace', '--apply', '--wait-for-draining'].map(
  (word) => [word],
);

const option = fc
  .constantFrom(...Object.keys(VALUES))
  .chain((name) =>
    fc
      .oneof({ weight: 3, arbitrary: fc.constantFrom(...(VALUES[name] ?? [])) }, { weight: 1, arbitrary: hostileText })
      .chain((value) => fc.constantFrom([`--${name}`, value], [`--${name}=${value}`])),
  );
const words = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...ACTIONS) }, { weight: 1, arbitrary: hostileText }),
    fc.array(
      fc.oneof(
        { weight: 8, arbitrary: option },
        { weight: 1, arbitrary: fc.constantFrom(...SWITCHES) },
        { weight: 1, arbitrary: hostileText.map((text) => [text]) },
      ),
      { maxLength: 7 },
    ),
  )
  .map(([action, options]) => [action, ...options.flat()]);

const REQUEST = ['--service', SERVICE_ID, '--endpoint', ENDPOINT_ID];
const withoutBreaks = (text: string): string => text.replaceAll('\n', '');

describe('a command line that anybody may have typed', () => {
  it(
    'is done, or refused in sentences: no surprise, no stack trace, nothing that a terminal would obey',
    async () => {
      const property = fc.asyncProperty(words, async (typed) => {
        const { exit, printed, complained } = await give(typed);

        expect([0, 1, 2]).toContain(exit);
        expect(exit === 0 ? printed : complained).toMatch(/\S/);
        expect(`${printed}${complained}`).not.toMatch(/\n\s+at .*:\d+:\d+/);
        expect(withoutBreaks(`${printed}${complained}`)).not.toMatch(UNPRINTABLE);
      });
      await fc.assert(property, runs(1500));
    },
    PATIENCE,
  );

  it(
    'writes nothing and starts nothing where it is not understood',
    async () => {
      const property = fc.asyncProperty(words, async (typed) => {
        const { exit } = await give(typed);

        expect(exit === 2 && ada.writes().length + ada.wakes().length > 0).toBe(false);
      });
      await fc.assert(property, runs(1500));
    },
    PATIENCE,
  );
});

describe('a reason of any words', () => {
  const isTaken = (reason: string): boolean => reason.trim().length >= 1 && reason.trim().length <= 500;
  const kept = (reason: string): string => plainText(reason.trim(), 500);

  it(
    'is written down as it is, made plain, or refused: a pause',
    async () => {
      const property = fc.asyncProperty(hostileText, async (reason) => {
        const { exit, complained } = await give(['pause', '--all', '--reason', reason]);
        const paused = ada.writes().map(([, input]) => unmarshall((input as { Item: never }).Item).paused);

        expect(paused.map((each) => each.reason)).toEqual(isTaken(reason) ? [kept(reason)] : []);
        expect(exit).toBe(isTaken(reason) ? 0 : 2);
        expect(complained === '' || /^--reason .*: (say why|at most 500 characters)$/.test(complained)).toBe(true);
      });
      await fc.assert(property, runs(1500));
    },
    PATIENCE,
  );

  it(
    'reaches the workflow whole, beside the two ids that were given: a disconnection',
    async () => {
      const property = fc.asyncProperty(hostileText, async (reason) => {
        await give(['revoke', ...REQUEST, `--reason=${reason}`]);
        const inputs = ada.wakes().map(([, started]) => JSON.parse((started as { input: string }).input) as unknown);
        const force = { by: ADA, reason: kept(reason) };

        expect(inputs).toEqual(isTaken(reason) ? [{ serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID, force }] : []);
      });
      await fc.assert(property, runs(1500));
    },
    PATIENCE,
  );
});
