import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { runCommand } from '../../ops/command-line.ts';
import { connect } from '../../ops/services.ts';
import { item } from '../functions/support.ts';
import { NOW, SERVICE_ID } from '../support/builders.ts';
import { DB, FLIP, recorded, situationOf, WEB } from './standby.ts';
import { ADA } from './support.ts';

const HOME = 'us-west-2';
const THERE = 'us-east-2';

/** The region for which a request was signed: `Credential=AKID/20261123/us-east-2/dynamodb/aws4_request`. */
const regionOf = ({ headers }: IncomingMessage): string =>
  /Credential=[^/]+\/\d+\/([a-z0-9-]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'not signed';

const RUN = JSON.stringify({
  ...{ outcome: 'converged', because: 'So.', changes: [], step: 'converge', situation: situationOf() },
  zone: { because: '', foreign: `${DB.name} has a record: "adopt-record" takes over` },
});
const WAITING = item(ledgerKey.promotion('orders-db', 'flip'), {
  ...{ token: 's3cr3t', execution: FLIP, action: 'failover', askedBy: ADA, reason: 'So.', askedAt: NOW },
});

/** What AWS answers: `orders-db` and `orders-web` are recorded, each run ends well, and nobody set or paused anything. */
const answerTo = (target: string, body: string): object => {
  const action = target.split('.')[1];
  const { Key, ExpressionAttributeValues: values } = JSON.parse(body) as Record<string, Record<string, { S: string }>>;
  if (action === 'GetItem') {
    const found = [recorded(), recorded(WEB)].find(({ sk }) => sk?.S === Key?.sk?.S);
    return found === undefined || body.includes('Standby-ledger') ? {} : { Item: found };
  }
  if (action === 'Query') {
    if (values?.[':prefix']?.S === 'PROMOTION#') return { Items: [WAITING] };
    return { Items: values?.[':pk']?.S === 'RECORDS' && body.includes('-registry') ? [recorded()] : [] };
  }
  if (action === 'StartExecution') return { executionArn: FLIP, startDate: 1 };
  return action === 'DescribeExecution' ? { executionArn: FLIP, status: 'SUCCEEDED', startDate: 1, output: RUN } : {};
};

const WHO = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${ADA}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const ZONE = `<GetHostedZoneResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><HostedZone><Id>/hostedzone/${DB.zoneId}</Id><Name>example.internal.</Name><CallerReference>x</CallerReference></HostedZone></GetHostedZoneResponse>`;

/** AWS on the wire: it notes for which region each call was signed. Regions in `dead` hang up. */
const seen: string[] = [];
const dead = new Set<string>();
const aws = createServer((request, response) => {
  const region = regionOf(request);
  seen.push(region);
  if (dead.has(region)) {
    request.socket.destroy();
    return;
  }
  let body = '';
  request.setEncoding('utf8').on('data', (part: string) => {
    body += part;
  });
  request.on('end', () => {
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') {
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(JSON.stringify(answerTo(target, body)));
    } else response.end(request.method === 'GET' ? ZONE : WHO);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    aws.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => {
  aws.closeAllConnections();
  aws.close();
});
beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(aws.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', HOME);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'none');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
  vi.stubEnv('STANDBY_REGION', THERE);
  seen.length = 0;
  dead.clear();
});

const give = async (...words: readonly string[]) => {
  const printed: string[] = [];
  const complaints: string[] = [];
  const exit = await runCommand(words, {
    connect,
    print: (text) => printed.push(text),
    complain: (text) => complaints.push(text),
  });
  return { exit, printed: printed.join('\n'), complained: complaints.join('\n') };
};

const THE = ['--record', 'orders-db'];
const WHY = ['--reason', 'us-west-2 is ill.'];
const AN_ENTRY = [
  ...['--service', SERVICE_ID, '--zone', DB.zoneId, '--name', DB.name, '--type', 'A', '--client', 'provider'],
  ...['--primary', 'addresses:10.0.1.5', '--secondary', 'addresses:10.1.1.5', '--health', 'us-west-2/orders-well'],
];

describe('while the other region is dead', () => {
  it.each([
    ['record', ...THE, ...AN_ENTRY, '--replace'],
    ['unrecord', ...THE, ...WHY],
    ['records'],
    ['records', ...THE],
    ['failover', ...THE, ...WHY],
    ['failback', ...THE, ...WHY, '--force'],
    ['shift', '--record', 'orders-web', '--weights', 'blue=80,green=20', ...WHY],
    ['converge', ...THE, '--dry-run'],
    ['promoted', ...THE],
    ['adopt-record', ...THE, ...WHY],
    ['set-mode', '--service', SERVICE_ID, '--effect', 'dns', '--mode', 'enforce', ...WHY],
  ])('%s %s %s - done, and no call is made to it', async (...words) => {
    dead.add(HOME);
    const { exit, complained } = await give(...words);

    expect([exit, complained]).toEqual([0, '']);
    expect(new Set(seen)).toEqual(new Set([THERE]));
  });

  it.each([
    ['pause', 'Paused', 'paused'],
    ['resume', 'Nothing was written: no pause', 'resumed'],
  ])(
    '%s of everything - done in the standby region, and told that it was not done at home',
    async (command, sentence, done) => {
      dead.add(HOME);
      const { exit, printed } = await give(command, '--all', ...WHY);

      expect(exit).toBe(1);
      expect(printed).toMatch(
        new RegExp(`^NOT ${done} at home: AWS can't be reached: .*\nIn the standby region: ${sentence}`),
      );
    },
  );
});

describe('while the standby region is dead', () => {
  it('pause of everything - done at home, and told that names are not paused', async () => {
    dead.add(THERE);
    const { exit, printed } = await give('pause', '--all', ...WHY);

    expect(exit).toBe(1);
    expect(printed).toMatch(/^Paused: all services\..*\nNOT paused in the standby region: AWS can't be reached: /);
  });

  it('failover - told that nobody is reached', async () => {
    dead.add(THERE);

    await expect(give('failover', ...THE, ...WHY)).resolves.toMatchObject({
      exit: 1,
      complained: expect.stringMatching(/^AWS can't be reached: /),
    });
  });
});

describe('while both are well', () => {
  it('pause and resume of everything - in both, and records are looked at', async () => {
    const paused = await give('pause', '--all', ...WHY);
    const resumed = await give('resume', '--all', ...WHY);

    expect([paused.exit, resumed.exit]).toEqual([0, 0]);
    expect(paused.printed).toMatch(/^Paused: .*\nIn the standby region: Paused: /);
    expect(resumed.printed).toContain('Its records are looked at: orders-db.');
    expect(new Set(seen)).toEqual(new Set([HOME, THERE]));
  });

  it('nobody named the standby region - told how to', async () => {
    vi.stubEnv('STANDBY_REGION', undefined);
    const { exit, complained } = await give('records');

    expect([exit, complained]).toEqual([
      1,
      'Which region is the standby? Give --standby-region, or set STANDBY_REGION.',
    ]);
    expect(seen).toEqual([]);
  });

  it('a standby region that is none - not understood', async () => {
    await expect(give('records', '--standby-region', 'Ohio')).resolves.toMatchObject({
      exit: 2,
      complained: expect.stringContaining('not a region'),
    });
  });
});
