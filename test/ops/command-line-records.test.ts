import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { runCommand } from '../../ops/command-line.ts';
import type { Places } from '../../ops/services.ts';
import { awsError, item } from '../functions/support.ts';
import { NOW, SERVICE_ID } from '../support/builders.ts';
import {
  BOBS,
  CONVERGED,
  DB,
  ending,
  FLIP,
  ofAdaAbroad,
  recorded,
  situationOf,
  stateOf,
  WEB,
  withRecords,
} from './standby.ts';
import { ADA, BOB } from './support.ts';

/** Gives ada a command: what it prints, what it complains of, how it ends, and which Concierge it speaks to. */
const give = async (words: readonly string[], ada: ReturnType<typeof ofAdaAbroad> = ofAdaAbroad()) => {
  const printed: string[] = [];
  const complaints: string[] = [];
  const places: Places[] = [];
  const exit = await runCommand(words, {
    connect: (place) => {
      places.push(place);
      return ada.services;
    },
    print: (text) => printed.push(text),
    complain: (text) => complaints.push(text),
  });
  return { exit, printed: printed.join('\n'), complained: complaints.join('\n'), places };
};

const THE = ['--record', 'orders-db'];
const WHY = ['--reason', 'us-west-2 is ill.'];
const RECORD = [
  ...['record', ...THE, '--service', SERVICE_ID, '--zone', DB.zoneId, '--name', DB.name, '--type', 'A'],
  ...['--client', 'provider', '--role', 'arn:aws:iam::210987654321:role/dns', '--external-id', 'orders'],
];
const FLIPS = ['--primary', 'addresses:10.0.1.5', '--secondary', 'addresses:10.1.1.5', '--health', 'us-west-2/well'];

const ran = (outcome: string, because: string, situation: object = situationOf()) =>
  ending(withRecords([recorded()]), { outcome, because, changes: [], situation });
const ENGAGED = situationOf({ engaged: { by: ADA, reason: 'So.', at: '2026-11-23T11:59:18.000Z' } });

describe('status', () => {
  const MODES = item(ledgerKey.modes(SERVICE_ID), { modes: { dns: 'enforce' }, version: 1 });

  it('names in short, with the modes of dns, beside what is so at home', async () => {
    const ada = withRecords([recorded(), recorded(WEB)], {
      states: [
        stateOf({ version: 5, armedAt: NOW, engaged: BOBS }),
        stateOf({ version: 1, weights: { blue: 1 } }, WEB.recordId),
      ],
    });
    ada.dynamoMock.on(QueryCommand, { IndexName: 'Current' }).resolves({ Items: [MODES] });
    ada.home.dynamoMock.on(QueryCommand).resolves({ Items: [] });
    const { exit, printed } = await give(['status'], ada);

    expect(printed.split('\n')).toEqual([
      'Nothing is paused.',
      'Nothing is frozen.',
      'No modes were set.',
      '',
      'In the standby region:',
      'Nothing is paused.',
      'service                     dns',
      `${SERVICE_ID}  enforce`,
      'record      kind      now          name                         dns',
      'orders-db   failover  failed over  db.orders.example.internal   enforce',
      'orders-web  weighted  shifted      web.orders.example.internal  enforce',
      `orders-db: failed over by ${BOB} since ${BOBS.at}: "us-west-2·is ill."`.concat('.'),
    ]);
    expect(exit).toBe(0);
  });

  it('the home region is dead - the standby region is shown, and it failed in part', async () => {
    const ada = withRecords([]);
    ada.home.dynamoMock.on(QueryCommand).rejects(awsError('ServiceUnavailable', 503));
    const { exit, printed } = await give(['status'], ada);

    expect(printed).toMatch(/^At home nothing could be read: /);
    expect(printed).toContain('There are no records.');
    expect(exit).toBe(1);
  });
});

describe('where the standby region is', () => {
  it.each([
    ['its stack is named after the other', [], { stack: 'PrivateLinkConciergeStandby', region: 'eu-west-1' }],
    ['its stack has another name', ['--standby-stack', 'Other'], { stack: 'Other', region: 'eu-west-1' }],
  ])('%s', async (_what, more, standby) => {
    const { places } = await give(['records', '--standby-region', 'eu-west-1', ...more], withRecords([]));

    expect(places).toEqual([{ stack: 'PrivateLinkConcierge', standby }]);
  });

  it('its stack is not there - told which options to look at', async () => {
    const ada = withRecords([recorded()]);
    ada.sfnMock.on(StartExecutionCommand).rejects(awsError('StateMachineDoesNotExist'));
    const { exit, complained } = await give(['converge', ...THE, '--standby-region', 'us-east-2'], ada);

    expect([exit, complained]).toEqual([
      1,
      'AWS says StateMachineDoesNotExist. Is --standby-stack PrivateLinkConciergeStandby right, and --standby-region us-east-2?',
    ]);
  });
});

describe('a name that is recorded', () => {
  it('what became of it, set by set, and what nobody looked at', async () => {
    const { exit, printed } = await give([...RECORD, ...FLIPS], ending(withRecords([]), CONVERGED));

    expect(printed).toBe(
      [
        `orders-db is recorded, by ${ADA}.`,
        'Nobody looked whether Z0123456789ABCDEFGHIJ has room for the name: it is another',
        'account’s.',
        'orders-db is in line: the record is as its entry says.',
        '  create  db.orders.example.internal. A (primary)',
        'Nobody can look from where its client is (--seen-from): a failover will be',
        'unconfirmed, and one for a region that is gone is not held: clients go back when',
        'it does.',
      ].join('\n'),
    );
    expect(exit).toBe(0);
  });

  it('weighted - an option for each side', async () => {
    const sides = ['--weighted', 'blue=80=addresses:10.0.1.5', '--weighted', 'green=20=addresses:10.0.2.6'];
    const { exit, printed } = await give([...RECORD, ...sides, '--json'], ending(withRecords([]), CONVERGED));

    expect(JSON.parse(printed)).toMatchObject({
      outcome: 'recorded',
      record: { routing: { sides: { blue: { weight: 80 }, green: { weight: 20 } } } },
    });
    expect(exit).toBe(0);
  });

  it('the mode withholds it - and how to have it written', async () => {
    const output = { ...CONVERGED, changes: [], outcome: 'withheld', because: 'the mode of dns is propose' };
    const { printed } = await give([...RECORD, ...FLIPS], ending(withRecords([]), output));

    expect(printed).toContain('Nothing was written into the zone for orders-db: the mode of dns is propose.');
    expect(printed.replaceAll('\n', ' ')).toContain(
      `"set-mode --service ${SERVICE_ID} --effect dns --mode enforce --reason ...", then "converge --record orders-db"`,
    );
  });

  it.each([
    [['--ttl', '300', ...FLIPS], '--ttl 300: not a whole number from 1 to 60'],
    [['--ttl', ' ', ...FLIPS], '--ttl  : not a whole number from 1 to 60'],
    [
      ['--weighted', 'blue=300=addresses:10.0.0.1'],
      '--weighted blue=300=addresses:10.0.0.1: not a whole number from 0 to 255',
    ],
    [
      ['--simple', 'cname:x'],
      '--simple cname:x: not one of alias:DNSNAME:ZONEID, addresses:10.0.0.1,10.0.0.2 or targets:ARN:PORT',
    ],
    [[], 'one of simple, weighted, and primary with secondary is needed'],
  ])('%s - told in a sentence', async (more, sentence) => {
    const { exit, complained } = await give([...RECORD, ...more]);

    expect([exit, complained]).toEqual([2, sentence]);
  });

  it('failback without a reason - told', async () => {
    const { exit, complained } = await give(['failback', ...THE]);

    expect([exit, complained]).toEqual([2, "error: required option '--reason <text>' not specified"]);
  });
});

describe('a name that is taken away', () => {
  const WRITTEN = { serviceId: DB.serviceId, zoneId: DB.zoneId, name: DB.name, type: DB.type, at: NOW };
  const CHANGES = [
    { action: 'DELETE', set: { name: `${DB.name}.`, type: 'A', setIdentifier: 'primary' } },
    { action: 'DELETE', set: { name: `_privatelink-concierge-a.${DB.name}.`, type: 'TXT' } },
  ];

  it('what became of what it wrote', async () => {
    const states = [stateOf({ version: 2, written: WRITTEN, engaged: BOBS })];
    const ada = ending(withRecords([recorded()], { states }), {
      outcome: 'removed',
      because: 'nothing of it is left',
      changes: CHANGES,
    });
    const { exit, printed } = await give(['unrecord', ...THE, ...WHY, '--force'], ada);

    expect(printed).toBe(
      [
        `orders-db is taken away, by ${ADA}.`,
        'Nobody keeps its name right any more.',
        `It was failed over, by ${BOB} since`,
        '2026-11-23T11:58:00.000Z: "us-west-2·is ill.".',
        'What it wrote is gone: nothing of it is left.',
        '  delete  db.orders.example.internal. A (primary)',
        '  delete  _privatelink-concierge-a.db.orders.example.internal. TXT',
      ].join('\n'),
    );
    expect(exit).toBe(0);
  });

  it('it may not be written now - told, and when it is tried again', async () => {
    const states = [stateOf({ version: 2, written: WRITTEN })];
    const ada = ending(withRecords([recorded()], { states }), {
      outcome: 'withheld',
      because: 'the mode of dns is observe',
      changes: [],
    });
    const { printed } = await give(['unrecord', ...THE, ...WHY], ada);

    expect(printed.split('\n').slice(2)).toEqual([
      'What it wrote is still there: the mode of dns is observe.',
      'It is tried again every quarter of an hour; at once by the same command.',
    ]);
  });

  it('nothing was ever written - said so', async () => {
    const { printed } = await give(['unrecord', ...THE, ...WHY], withRecords([recorded()]));

    expect(printed).toContain('Nothing was ever written for it.');
  });
});

describe('what names are at', () => {
  it('a table of 80 columns, and who failed what over', async () => {
    const long = `${'a'.repeat(60)}.example.internal`;
    const ada = withRecords([recorded(), recorded({ ...WEB, name: long })], {
      states: [stateOf({ version: 2, armedAt: NOW, engaged: BOBS })],
      decisions: [
        item(ledgerKey.recordDecision('orders-db', NOW, 'x'), {
          outcome: 'unconfirmed',
          at: NOW,
          because: 'So',
          by: BOB,
          action: 'failover',
        }),
      ],
    });
    const { printed } = await give(['records'], ada);
    const lines = printed.split('\n');

    expect(lines.slice(0, 3)).toEqual([
      'record      kind      name                              now          last',
      'orders-db   failover  db.orders.example.internal        failed over  unconfirmed',
      'orders-web  weighted  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…  -            -',
    ]);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(printed.replaceAll(/\n +/g, ' ')).toContain(
      `orders-db: failed over by ${BOB} since 2026-11-23T11:58:00.000Z: "us-west-2·is ill.".`,
    );
    expect(printed).toContain('orders-db: unconfirmed at 2026-11-23T12:00:00.000Z: So.');
    expect(printed).toContain(`The mode of dns of ${SERVICE_ID} is propose`);
  });

  it('one in detail', async () => {
    const output = {
      step: 'status',
      because: '',
      situation: situationOf(
        { armedAt: NOW, armedBy: 'us-west-2/orders-well', engaged: BOBS },
        { answered: 'secondary' },
      ),
    };
    const { printed } = await give(['records', ...THE], ending(withRecords([recorded()]), output));

    expect(printed.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(printed).toBe(
      [
        `record      orders-db, failover, of ${SERVICE_ID}`,
        'name        db.orders.example.internal, A, in Z0123456789ABCDEFGHIJ',
        'client      provider',
        'primary     10.0.1.5',
        'secondary   alias of lb.us-east-2.example.com',
        'now         armed since 2026-11-23T12:00:00.000Z; failed over by',
        `            ${BOB} since`,
        '            2026-11-23T11:58:00.000Z: "us-west-2·is ill."',
        'health      orders-well in us-west-2: OK since 2026-11-23T10:00:00.000Z',
        'answer      secondary, seen from vpc',
        'mode        enforce',
      ].join('\n'),
    );
  });

  it('there are none', async () => {
    await expect(give(['records'], withRecords([]))).resolves.toMatchObject({ printed: 'There are no records.' });
  });
});

describe('what became of a flip', () => {
  it.each([
    [
      'failover',
      'failed-over',
      ENGAGED,
      'orders-db is failed over: clients get the secondary\'s answer, seen after 42 s.\nIt stays so, whatever the primary\'s health, until "failback --record orders-db\n--reason ...".',
    ],
    [
      'failback',
      'failed-back',
      situationOf({ released: { by: ADA, reason: 'So.', at: '2026-11-23T11:59:18.000Z' } }),
      "orders-db is failed back: clients get the primary's answer, seen after 42 s.",
    ],
    [
      'failover',
      'unconfirmed',
      ENGAGED,
      'The failover of orders-db holds, and nobody saw that clients follow: why.\nLook from where its client is: "dig +short db.orders.example.internal A". Then\ndocs/runbook.md#unconfirmed.',
    ],
  ])('%s: %s', async (command, outcome, situation, sentence) => {
    const { exit, printed } = await give([command, ...THE, ...WHY], ran(outcome, 'why', situation));

    expect([exit, printed]).toEqual([0, sentence]);
  });

  it('refused - why', async () => {
    const { exit, printed, complained } = await give(
      ['failback', ...THE, ...WHY],
      ran('refused', 'orders-well is OK for 60 s, and a failback asks for 600 s of OK: wait, or force'),
    );

    expect([exit, printed, complained]).toEqual([
      1,
      '',
      'It was not done: orders-well is OK for 60 s, and a failback asks for 600 s of OK: wait, or force.',
    ]);
  });

  it('a dry run of converge - each set', async () => {
    const zone = { because: 'a dry run', plan: { kind: 'change', changes: CONVERGED.changes }, silent: [] };
    const output = { step: 'converge', because: 'So.', situation: situationOf(), zone };
    const { printed } = await give(['converge', ...THE, '--dry-run'], ending(withRecords([recorded()]), output));

    expect(printed).toBe(
      [
        'What a converge of orders-db would do now. Nothing was done.',
        'first: the zone is compared, and what differs is written: So.',
        'In the zone:',
        '  create  db.orders.example.internal. A (primary)',
      ].join('\n'),
    );
  });

  it('it runs still', async () => {
    const ada = withRecords([recorded()]);
    ada.sfnMock.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });

    await expect(give(['failover', ...THE, ...WHY], ada)).resolves.toMatchObject({
      exit: 0,
      printed: expect.stringContaining(FLIP),
    });
  });

  it('it waits for a promotion - what to do, and no token', async () => {
    const promotions = [
      item(ledgerKey.promotion('orders-db', 'flip'), {
        ...{ token: 's3cr3t', execution: FLIP, action: 'failover', askedBy: ADA, reason: 'So.', askedAt: NOW },
      }),
    ];
    const routing = { ...DB.routing, engages: 'manual-armed', promotes: true };
    const ada = withRecords([recorded({ routing })], { promotions });
    ada.sfnMock.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
    const { printed } = await give(['failover', ...THE, ...WHY], ada);

    expect(printed).toMatch(/^Nothing is flipped yet: the failover of orders-db waits/);
    expect(printed.replaceAll('\n', ' ')).toContain('Once that is done: "promoted --record orders-db".');
    expect(printed).not.toContain('s3cr3t');
  });

  it('what was somebody else’s is adopted - and in line', async () => {
    const foreign = 'it has a record that we did not make: "adopt-record" takes over';
    const look = { step: 'converge', because: '', situation: situationOf(), zone: { because: '', foreign } };
    const { printed } = await give(
      ['adopt-record', ...THE, ...WHY],
      ending(withRecords([recorded()]), look, CONVERGED),
    );

    expect(printed.replaceAll('\n', ' ')).toBe(
      `What the zone had under the name of orders-db is the Concierge's now, by ${ADA}. orders-db is in line: the record is as its entry says.   create  db.orders.example.internal. A (primary)`,
    );
  });
});
