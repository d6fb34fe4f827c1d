import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ALL_SERVICES, ledgerKey } from '../../functions/registry/keys.ts';
import { runCommand } from '../../ops/command-line.ts';
import type { Place } from '../../ops/services.ts';
import { tellDirect } from '../../ops/tell-direct.ts';
import { awsError, item, TABLES } from '../functions/support.ts';
import { ENDPOINT_ID, NOW, SERVICE_ID } from '../support/builders.ts';
import {
  ADA,
  BOB,
  bound,
  EXECUTION,
  GROUP,
  known,
  LEASE,
  ofAda,
  RUN,
  recorded,
  THE_BINDINGS,
  withBindings,
} from './support.ts';

/** Gives ada a command: what it prints, what it complains of, how it ends, and which Concierge it speaks to. */
const give = async (words: readonly string[], ada = ofAda()) => {
  const printed: string[] = [];
  const complaints: string[] = [];
  const places: Place[] = [];
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

const REQUEST = ['--service', SERVICE_ID, '--endpoint', ENDPOINT_ID];
const SET_MODE = [
  'set-mode',
  '--service',
  SERVICE_ID,
  '--effect',
  'accept',
  '--mode',
  'enforce',
  '--reason',
  'Why not.',
];

const MODES_SET = {
  accept: 'enforce',
  'principals-add': 'enforce',
  'principals-remove': 'propose',
  'targets-add': 'observe',
  'targets-remove': 'observe',
  dns: 'propose',
};

const OTHERS_PROPOSE =
  'reject propose, revoke propose, principals-add propose, principals-remove propose, targets-add propose, targets-remove propose';

/** A ledger and a registry that have nothing but these records of one request. */
const having = (...records: ReturnType<typeof item>[]) => {
  const ada = ofAda();
  ada.dynamoMock
    .on(QueryCommand)
    .resolves({ Items: records })
    .on(GetItemCommand)
    .resolves({})
    .on(PutItemCommand)
    .resolves({});
  return ada;
};

const PAUSE = { by: BOB, reason: 'An incident.', at: '2026-11-23T11:00:00.000Z' };
const BY_BOB = `by ${BOB} since 2026-11-23T11:00:00.000Z: "An incident."`;
const SEEN = {
  count: 40,
  tableId: 'old',
  at: '2026-11-23T10:00:00.000Z',
  version: 3,
  frozen: { because: 'it shrank', at: '2026-11-23T11:00:00.000Z', count: 12, tableId: 'new' },
};

/** A ledger that has these modes, and nothing else. */
const havingModes = (serviceId: string, entry: object) => {
  const ada = having();
  const key = ledgerKey.modes(serviceId);
  ada.dynamoMock
    .on(GetItemCommand, { Key: marshall(key) })
    .resolves({ Item: item(key, { modes: {}, version: 1, ...entry }) });
  return ada;
};

const NOT_TOLD =
  'The standby region was not told, since nobody named it (--standby-region, STANDBY_REGION): where there is one';

const NOT_ASKED = 'The standby region was not asked, since nobody named it (--standby-region, STANDBY_REGION).';

const BIND = ['bind', '--binding', 'orders', '--service', SERVICE_ID, '--target-group', GROUP, '--port', '5432'];
const DATABASE = { kind: 'host', hostName: 'orders.cluster-c9akciq32rgb.us-west-2.rds.amazonaws.com' };
const FIXED = { kind: 'fixed', addresses: ['10.0.1.5', '10.0.1.6', '10.0.1.7'] };
const OF_TARGETS = marshall({ ':pk': 'TARGETS' });
const PLAN = {
  add: ['10.0.1.5', '10.0.1.6'],
  remove: [],
  isSwap: true,
  withheld: [{ address: '10.0.3.7', effect: 'targets-remove', because: 'DNS missed it 1 times of 3' }],
  foreign: ['10.0.9.9'],
  healthy: 2,
};

const watchedSince = (driftSince: string) => item(ledgerKey.watched('orders'), { misses: {}, driftSince });

const withPort = (port: string) => [...BIND.slice(0, -1), port, '--proxy', 'p'];
const withGroup = (group: string) => [...BIND.map((word) => (word === GROUP ? group : word)), '--proxy', 'p'];

/** A registry that has these bindings, and takes another. */
const binding = (...entries: ReturnType<typeof item>[]) => {
  const ada = withBindings(entries);
  ada.dynamoMock.on(PutItemCommand).resolves({});
  return ada;
};

/** A run of `orders` ends at once, and gives this out. */
const running = (output: object) => {
  const ada = withBindings([bound()]);
  ada.sfnMock.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED', output: JSON.stringify(output) });
  return ada;
};

describe('a command that is done', () => {
  it('set-mode - before and after', async () => {
    const { exit, printed, complained, places } = await give(SET_MODE, having());

    expect(printed).toBe(
      [
        `The mode of ${SERVICE_ID} is set.`,
        `before  accept propose, ${OTHERS_PROPOSE}`,
        `after   accept enforce, ${OTHERS_PROPOSE}`,
        'Requests that wait already are decided again when something wakes them: see "reconcile".',
      ].join('\n'),
    );
    expect([exit, complained]).toEqual([0, '']);
    expect(places).toEqual([{ stack: 'PrivateLinkConcierge' }]);
  });

  it('approve - what was approved, by whom, and who looks at it now', async () => {
    const { exit, printed } = await give(['approve', ...REQUEST, '--reason', 'Yes.'], having(recorded(1)));

    expect(printed).toBe(
      `${ENDPOINT_ID} is approved (what was proposed: accept), by ${ADA}.\nIts request is looked at: ${EXECUTION}`,
    );
    expect(exit).toBe(0);
  });

  it('deny', async () => {
    const { exit, printed } = await give(['deny', ...REQUEST, '--reason', 'No.'], having(recorded(1)));

    expect(printed).toMatch(new RegExp(`^${ENDPOINT_ID} is denied, by `));
    expect(exit).toBe(0);
  });

  it('reconcile, elsewhere', async () => {
    const { exit, printed, places } = await give([
      'reconcile',
      ...REQUEST,
      '--stack',
      'Other',
      '--region',
      'eu-west-1',
    ]);

    expect(printed).toBe(`Its request is looked at: ${EXECUTION}`);
    expect(exit).toBe(0);
    expect(places).toEqual([{ stack: 'Other', region: 'eu-west-1' }]);
  });

  it.each([
    ['everything', [], 'Everything in this account and region is looked at'],
    ['a service', ['--service', SERVICE_ID], `${SERVICE_ID} is looked at`],
  ])('reconcile: %s', async (_situation, words, sentence) => {
    const { exit, printed } = await give(['reconcile', ...words]);

    expect([exit, printed]).toEqual([0, `${sentence}: ${EXECUTION}`]);
  });

  it('pause and resume - what follows', async () => {
    const why = ['--all', '--reason', 'An incident.'];
    const paused = await give(['pause', ...why], having());
    const again = await give(['pause', ...why], havingModes(ALL_SERVICES, { paused: PAUSE }));
    const resumed = await give(['resume', ...why], havingModes(ALL_SERVICES, { paused: PAUSE }));

    expect([paused.exit, again.exit, resumed.exit]).toEqual([0, 0, 0]);
    const [first, second] = [
      'Paused: all services. Nothing is written on AWS until somebody resumes it; what is decided waits.',
      `Nothing was written. Everything is paused ${BY_BOB}.`,
    ];
    expect(paused.printed).toBe(`${first}\n${NOT_TOLD}, names are still written.`);
    expect(again.printed).toBe(`${second}\n${NOT_TOLD}, names are still written.`);
    expect(resumed.printed).toBe(
      [
        `Resumed: all services. It was paused ${BY_BOB}.`,
        'Held because of the pause: 0.',
        `What came meanwhile is looked at: ${EXECUTION}`,
        `${NOT_TOLD}, a pause there holds on.`,
        'A service that is paused by itself stays so: see "status".',
      ].join('\n'),
    );
  });

  it('resume of a service - while everything is paused, says so', async () => {
    const words = ['resume', '--service', SERVICE_ID, '--reason', 'It is over.'];
    const { exit, printed } = await give(words, havingModes(ALL_SERVICES, { paused: PAUSE }));

    expect(printed).toBe(
      `Nothing was written: no pause of ${SERVICE_ID} was in force.\nEverything is paused ${BY_BOB}.\n${NOT_TOLD}, a pause there holds on.`,
    );
    expect(exit).toBe(0);
  });

  it('revoke - who looks at it, and where to see what comes of it', async () => {
    const ada = having();
    ada.dynamoMock.on(GetItemCommand).resolves({ Item: item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), {}) });

    const { exit, printed } = await give(['revoke', ...REQUEST, '--reason', 'They asked us to.'], ada);

    expect(printed).toBe(
      `${ENDPOINT_ID} is to be disconnected, by ${ADA}: ${EXECUTION}\nWhat comes of it: "decisions --endpoint ${ENDPOINT_ID}".`,
    );
    expect(exit).toBe(0);
  });

  it('adopt', async () => {
    const admission = item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), {});
    const ada = having(admission, recorded(1, { outcome: 'adopted' }));
    ada.dynamoMock.on(UpdateItemCommand).resolves({});

    const { exit, printed } = await give(['adopt', ...REQUEST, '--reason', 'Why not.'], ada);

    expect([exit, printed]).toEqual([0, `${ENDPOINT_ID} is the Concierge's to revoke now, by ${ADA}.`]);
  });

  it('confirm-registry - what is believed now', async () => {
    const ada = having();
    ada.dynamoMock
      .on(GetItemCommand)
      .resolves({ Item: item(ledgerKey.registrySeen(), SEEN) })
      .on(UpdateItemCommand)
      .resolves({});

    const { exit, printed } = await give(['confirm-registry', '--count', '12', '--reason', 'It is right.'], ada);

    expect(printed).toBe(
      `The registry is believed with 12 entries (before: 40), by ${ADA}.\nWhat was frozen goes on with the next sweep, or with "reconcile".`,
    );
    expect(exit).toBe(0);
  });

  it('status - pauses, a freeze, what is spoiled, then modes in columns', async () => {
    const { exit, printed } = await give(
      ['status'],
      having(
        item(ledgerKey.registrySeen(), SEEN),
        item(ledgerKey.modes(ALL_SERVICES), { modes: {}, version: 1, paused: PAUSE }),
        item(ledgerKey.modes(SERVICE_ID), { modes: MODES_SET, version: 1, paused: PAUSE }),
        item(ledgerKey.modes('vpce-svc-0000000a'), { modes: {}, version: 0 }),
      ),
    );

    expect(printed.split('\n')).toEqual([
      `Everything is paused ${BY_BOB}.`,
      `${SERVICE_ID} is paused ${BY_BOB}.`,
      'Nothing is removed since 2026-11-23T11:00:00.000Z: it shrank. The registry had 12 entries then. If that is right: "confirm-registry --count 12".',
      expect.stringMatching(/^The item SERVICE#vpce-svc-0000000a, MODES can't be read: version: /),
      'service                     accept   reject  revoke  principals add/remove  targets add/remove',
      `${SERVICE_ID}  enforce  -       -       enforce/propose        observe`,
      NOT_ASKED,
    ]);
    expect(exit).toBe(0);
  });

  it('status, and there is nothing to say - says so', async () => {
    const { exit, printed } = await give(['status'], having());

    expect([exit, printed]).toEqual([0, `Nothing is paused.\nNothing is frozen.\nNo modes were set.\n${NOT_ASKED}`]);
  });

  it('decisions - a line each, in columns', async () => {
    const { exit, printed } = await give(['decisions', '--customer', 'acme'], having(recorded(1)));

    expect(printed).toBe(
      [
        'time                      endpoint                customer  outcome  code             sentence',
        `2026-11-23T11:00:00.000Z  ${ENDPOINT_ID}  acme      held     approval-needed  Your endpoint is waiting: a person here has to approve it.`,
      ].join('\n'),
    );
    expect(exit).toBe(0);
  });

  it('decisions, more than were asked for - says so', async () => {
    const ada = having();
    ada.dynamoMock.on(QueryCommand).resolves({ Items: [recorded(2)], LastEvaluatedKey: recorded(2) });

    const { printed } = await give(['decisions', '--day', '2026-11-23', '--most', '1'], ada);

    expect(printed.split('\n').slice(1)).toEqual([expect.stringContaining('held'), 'There are more: see --most.']);
  });

  it('held - with what is proposed', async () => {
    const { exit, printed } = await give(['held', '--service', SERVICE_ID], having(recorded(1)));

    expect(printed.split('\n')).toHaveLength(2);
    expect(printed).toContain('approval-needed  accept    -      Your endpoint is waiting');
    expect(exit).toBe(0);
  });

  it.each([
    ['bindings', ['bindings'], 'There are no bindings.'],
    ['decisions', ['decisions', '--day', '2026-11-23'], 'Nothing was decided.'],
    ['held', ['held'], 'Nothing is held.'],
  ])('%s, and there are none - says so', async (_situation, words, sentence) => {
    const { exit, printed } = await give(words, having());

    expect([exit, printed]).toEqual([0, sentence]);
  });

  it('set-mode of an effect on targets - who goes by it', async () => {
    const words = SET_MODE.map((word) => (word === 'accept' ? 'targets-add' : word));
    const { printed } = await give(words, having());

    expect(printed.split('\n').at(-1)).toBe(
      'The watch goes by it within a minute; what it waits for: "targets --binding ID".',
    );
  });

  it('bind - what is followed, how far the Concierge goes, and what it needs', async () => {
    const { exit, printed } = await give([...BIND, '--proxy', 'orders-proxy', '--min-healthy', '2'], binding());
    const words = ['--cluster', 'c', '--reader', '--replace', '--within', '10.0.0.0/8, 10.1.0.0/16'];
    const replaced = await give([...BIND, ...words], binding(bound()));

    expect(printed).toBe(
      [
        `orders is bound, by ${ADA}: port 5432 of orders-tg follows proxy orders-proxy. The watch sees it within a minute.`,
        `The modes of ${SERVICE_ID}: targets-add propose, targets-remove propose.`,
        `By itself it does only what is enforced. To have it act: "set-mode --service ${SERVICE_ID} --effect targets-add --mode enforce --reason ...", "set-mode --service ${SERVICE_ID} --effect targets-remove --mode enforce --reason ...".`,
        `${GROUP} must carry the tag privatelink-concierge=managed: no other is written.`,
        'What would be done now: "targets --binding orders".',
      ].join('\n'),
    );
    expect(replaced.printed).toMatch(
      /^orders is replaced, by .*: port 5432 of orders-tg follows cluster c \(reader\)\. /,
    );
    expect([exit, replaced.exit]).toEqual([0, 0]);
  });

  it('bind, and everything is paused - says so', async () => {
    const ada = havingModes(ALL_SERVICES, { paused: PAUSE });
    const { printed } = await give([...BIND, '--addresses', '10.0.1.5,10.0.2.6'], ada);

    expect(printed).toContain('follows 10.0.1.5, 10.0.2.6. ');
    expect(printed).toContain(
      '\nIt is paused, or everything is, and nothing is written until somebody resumes it: see',
    );
  });

  it('unbind - what stays, and who is at it', async () => {
    const ada = withBindings([bound()], { ours: { '10.0.1.5': {} }, version: 1, ...LEASE });
    ada.dynamoMock.on(UpdateItemCommand).resolves({}).on(DeleteItemCommand).resolves({});

    const { exit, printed } = await give(['unbind', '--binding', 'orders', '--reason', 'It moves.'], ada);

    expect(printed).toBe(
      [
        `orders is taken away, by ${ADA}. Nobody looks after ${GROUP} any more.`,
        'Its targets stay registered as they are; ours are 10.0.1.5.',
        `A run is at it: ${RUN}. It does no more than the step that it is at, then fails, and its alarm rings.`,
      ].join('\n'),
    );
    expect(exit).toBe(0);
  });

  it('bindings - a line each, then who has which in hand, what failed, and what is wrong', async () => {
    const applied = ['10.0.1.5', '10.0.2.6', '10.0.3.7'];
    const failing = { applied, failures: 2, failedAt: '2026-11-23T11:50:00.000Z', ...LEASE };
    const dead = { applied: [], failures: 1, failedAt: '2026-11-23T11:55:00.000Z', ...LEASE, leaseUntil: NOW };
    const ada = having();
    ada.dynamoMock
      .on(QueryCommand)
      .resolves({ Items: [watchedSince('2026-11-23T11:40:12.000Z')] })
      .on(QueryCommand, { ...THE_BINDINGS, TableName: TABLES.ledger, ExpressionAttributeValues: OF_TARGETS })
      .resolves({ Items: [known(failing), known(dead, 'fixed')] });
    ada.dynamoMock.on(QueryCommand, THE_BINDINGS).resolves({
      Items: [
        bound(),
        bound({ bindingId: 'billing', port: 1, source: DATABASE }),
        bound({ bindingId: 'fixed', port: 2, source: FIXED }),
        bound({ bindingId: 'bad', port: 0 }),
      ],
    });

    const { exit, printed } = await give(['bindings'], ada);

    expect(printed.split('\n')).toEqual([
      'binding  source                              port  target group  applied                drifting since    failed',
      'orders   proxy orders-proxy                  5432  orders-tg     10.0.1.5, 10.0.2.6 +1  2026-11-23 11:40  2',
      'billing  host orders.cluster-c9akciq32rgb.…  1     orders-tg     -                      -                 -',
      'fixed    10.0.1.5, 10.0.1.6 +1               2     orders-tg     none                   -                 1',
      `orders: ${RUN} has it in hand, until 2026-11-23T12:05:00.000Z or longer.`,
      'orders: the last 2 runs failed, at 2026-11-23T11:50:00.000Z. What would be done: "targets --binding orders".',
      `fixed: ${RUN} had it in hand until ${NOW}, and is gone: the next run takes over.`,
      'fixed: the last run failed, at 2026-11-23T11:55:00.000Z. What would be done: "targets --binding fixed".',
      'BINDING#bad: nothing is done for it: port: not a whole number from 1 to 65535.',
    ]);
    expect(exit).toBe(0);
  });

  it('targets - a plan, with what is withheld and why', async () => {
    const { exit, printed } = await give(
      ['targets', '--binding', 'orders'],
      running({ step: 'x', because: '', plan: PLAN }),
    );

    expect(printed).toBe(
      [
        'What a run would do about orders now. Nothing was done.',
        'add       10.0.1.5, 10.0.1.6',
        'remove    nobody',
        'The target group is full: one target makes room for the next.',
        'withheld  targets-remove 10.0.3.7: DNS missed it 1 times of 3',
        `foreign   10.0.9.9: somebody else's, and kept. See "adopt-target".`,
        'healthy   2',
        'To have it done: "targets --binding orders --apply".',
      ].join('\n'),
    );
    expect(exit).toBe(0);
  });

  it('targets, and DNS says nothing - why nothing is to be done', async () => {
    const plan = {
      add: [],
      remove: [],
      isSwap: false,
      withheld: [],
      foreign: [],
      healthy: 1,
      doubt: 'DNS named nobody',
    };
    const { printed } = await give(['targets', '--binding', 'orders'], running({ step: 'done', because: '', plan }));

    expect(printed.split('\n').slice(1)).toEqual([
      'add       nobody',
      'remove    nobody',
      'DNS named nobody: nothing is added or removed.',
      'healthy   1',
    ]);
  });

  it('targets --apply - what was done', async () => {
    const output = { outcome: 'refreshed', added: ['10.0.1.5'], removed: [], plan: { ...PLAN, isSwap: false } };
    const { exit, printed } = await give(['targets', '--binding', 'orders', '--apply'], running(output));

    expect(printed.split('\n').slice(0, 3)).toEqual([
      `orders is in line, as far as anybody may say: ${EXECUTION}`,
      'added     10.0.1.5',
      'removed   nobody',
    ]);
    expect(exit).toBe(0);
  });

  it('targets, and the run does not end - where to look', async () => {
    const ada = withBindings([bound()]);
    ada.sfnMock.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });

    const { exit, printed } = await give(['targets', '--binding', 'orders', '--apply'], ada);

    expect(printed).toBe(`It still runs, and goes on by itself: ${EXECUTION}\nWhat became of it: "bindings".`);
    expect(exit).toBe(0);
  });

  it('adopt-target - whose it is, and when it goes', async () => {
    const ada = withBindings([bound()]);
    ada.dynamoMock.on(UpdateItemCommand).resolves({});
    const TargetHealthDescriptions = [{ Target: { Id: '10.0.9.9', Port: 5432 } }];
    ada.elbMock.on(DescribeTargetHealthCommand).resolves({ TargetHealthDescriptions });

    const words = ['adopt-target', '--binding', 'orders', '--address', '10.0.9.9', '--reason', 'From before.'];
    const { exit, printed } = await give(words, ada);

    expect(printed).toBe(
      [
        `10.0.9.9, port 5432, is the Concierge's now, by ${ADA}.`,
        'It goes when its source does not have it any more, as any other of ours: never in doubt, and only where targets-remove is enforced.',
        'What would be done now: "targets --binding orders".',
      ].join('\n'),
    );
    expect(exit).toBe(0);
  });

  it('--json - the result and nothing else', async () => {
    const { exit, printed, complained } = await give([...SET_MODE, '--json'], having());

    expect(JSON.parse(printed)).toMatchObject({ outcome: 'set', after: { accept: 'enforce' } });
    expect([exit, complained]).toEqual([0, '']);
  });
});

describe('a command that is refused', () => {
  it('says why on standard error', async () => {
    const { exit, printed, complained } = await give(['approve', ...REQUEST, '--reason', 'Yes.'], having());

    expect([exit, printed]).toEqual([1, '']);
    expect(complained).toMatch(/^Nothing was decided of /);
  });

  it('--json - says why as JSON', async () => {
    const words = ['claim-endpoint', ...REQUEST, '--customer', 'acme', '--json'];
    const { exit, printed, complained } = await give(words, having());

    expect(JSON.parse(printed)).toEqual({ outcome: 'refused', because: expect.stringContaining('is not entitled') });
    expect([exit, complained]).toEqual([1, '']);
  });
});

describe('a command that fails', () => {
  const said = (name: string, message: string) => Object.assign(awsError(name), { message });
  const DENIED = `User: ${ADA} is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:us-west-2:123456789012:table/PrivateLinkConcierge-ledger because no identity-based policy allows the dynamodb:Query action`;

  it.each([
    [
      'a permission is missing',
      said('AccessDeniedException', DENIED),
      `${ADA} may not dynamodb:Query on arn:aws:dynamodb:us-west-2:123456789012:table/PrivateLinkConcierge-ledger because no identity-based policy allows the dynamodb:Query action`,
    ],
    ['it is denied in other words', said('AccessDenied', 'No.'), 'AWS denies it: No.'],
    [
      'there is no such table',
      said('ResourceNotFoundException', 'Requested resource not found'),
      'Requested resource not found. Is --stack PrivateLinkConcierge right, and the region?',
    ],
    [
      'there are no credentials',
      Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' }),
      'There are no AWS credentials: set AWS_PROFILE, or sign in as you do for the AWS CLI. (Could not load credentials from any providers)',
    ],
    [
      'the credentials are stale',
      said('ExpiredTokenException', 'The token is expired.'),
      'AWS does not take these credentials: ExpiredTokenException: The token is expired.',
    ],
    ['there is no region', new Error('Region is missing'), 'Which region? Give --region, or set AWS_REGION.'],
    [
      'nobody is there',
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' }),
      "AWS can't be reached: connect ECONNREFUSED 127.0.0.1:9",
    ],
    [
      'AWS says something else',
      said('ThrottlingException', 'Slow\u001b down.'),
      'AWS says ThrottlingException: Slow· down.',
    ],
  ])('%s - a sentence, no stack trace', async (_situation, error, sentence) => {
    const ada = ofAda();
    ada.dynamoMock.on(QueryCommand).rejects(error);

    const { exit, printed, complained } = await give(['decisions', '--customer', 'acme'], ada);

    expect(complained).toBe(sentence);
    expect([exit, printed]).toEqual([1, '']);
  });

  it('a record can not be read - which one', async () => {
    const words = ['deny', ...REQUEST, '--reason', 'No.'];
    const { exit, complained } = await give(words, having(recorded(1, { verdict: undefined })));

    expect(exit).toBe(1);
    expect(complained).toMatch(/^The record DECISION#0001 of .* can't be read: verdict: /);
  });

  it('it is recorded and the request could not be woken - says both, and what to do', async () => {
    const ada = having(recorded(1));
    ada.sfnMock.on(StartExecutionCommand).rejects(said('StateMachineDoesNotExist', 'State Machine Does Not Exist'));

    const { exit, complained } = await give(['approve', ...REQUEST, '--reason', 'Yes.'], ada);

    expect(complained).toBe(
      'It is recorded, but the request was not woken. Give the same command again once this is mended: State Machine Does Not Exist. Is --stack PrivateLinkConcierge right, and the region?',
    );
    expect(exit).toBe(1);
  });

  it('it is resumed and nobody can be sent to look - says both, and what to do', async () => {
    const ada = havingModes(SERVICE_ID, { paused: PAUSE });
    ada.sfnMock.on(StartExecutionCommand).rejects(said('AccessDeniedException', 'No.'));

    const { exit, complained } = await give(['resume', '--service', SERVICE_ID, '--reason', 'It is over.'], ada);

    expect(complained).toBe(
      'It is resumed, but nobody looks yet at what came meanwhile. Give the same command again once this is mended: AWS denies it: No.',
    );
    expect(exit).toBe(1);
  });

  it('a run can not be looked at - says that it goes on, and why', async () => {
    const ada = withBindings([bound()]);
    ada.sfnMock.on(DescribeExecutionCommand).rejects(said('AccessDeniedException', 'No.'));

    const { exit, complained } = await give(['targets', '--binding', 'orders', '--apply'], ada);

    expect(complained).toBe(`It was started, and nobody sees what becomes of it (${EXECUTION}): AWS denies it: No.`);
    expect(exit).toBe(1);
  });

  it('a surprise - looks like one', async () => {
    const ada = ofAda();
    ada.dynamoMock.on(QueryCommand).rejects(new TypeError('x is not a function'));

    await expect(give(['held'], ada)).rejects.toThrow(TypeError);
  });
});

describe('a command that is not understood', () => {
  it.each([
    ['no action', [], 'Usage: npm run ops -- [options] [command]'],
    ['an action that there is not', ['dance'], "error: unknown command 'dance'"],
    [
      'an option that is missing',
      ['revoke', '--service', SERVICE_ID],
      "error: required option '--endpoint <id>' not specified",
    ],
    ['an option that there is not', ['held', '--by', ADA], "error: unknown option '--by'"],
    ['an option that a terminal would obey', ['held', '--\u001b[2J\u202e'], "error: unknown option '--·[2J·'"],
    ['a word too many', ['held', 'now'], "error: too many arguments for 'held'"],
    [
      'a value that is none',
      ['held', '--service', 'vpce-1\u001b'],
      '--service vpce-1·: not an id of an endpoint service',
    ],
    ['a number that is none', ['decisions', '--day', '2026-11-23', '--most', 'all'], '--most all: not a whole number'],
    ['an endpoint without its service', ['reconcile', '--endpoint', ENDPOINT_ID], 'an endpoint needs its service'],
    ['neither a service nor all', ['pause', '--reason', 'So.'], 'one of service and all is needed'],
    ['a blank count', ['confirm-registry', '--count', ' ', '--reason', 'So.'], '--count  : not a whole number'],
    [
      'a proposal that is none',
      ['approve', ...REQUEST, '--reason', 'So.', '--proposed', 'hold'],
      '--proposed hold: not',
    ],
    ['a port that is none', withPort('all'), '--port all: not a whole number from 1 to 65535'],
    ['a blank port', withPort(''), '--port : not a whole number from 1 to 65535'],
    ['no source', BIND, 'one of proxy, instance, cluster, host and addresses is needed'],
    [
      'one of a list',
      [...BIND, '--proxy', 'p', '--within', '10.0.0.0/8,all\u001b'],
      '--within 10.0.0.0/8,all·: not a block such as 10.0.0.0/16',
    ],
    ['a target group that is none', withGroup('orders'), '--target-group orders: not the ARN of a target group'],
    ['no choice', ['decisions'], 'one of customer, endpoint and day is needed'],
    ['a stack that is none', ['held', '--stack', '-'], "--stack -: not a stack's name"],
    ['a region that is none', ['held', '--region', 'home'], '--region home: not a region'],
  ])('%s - named, and nothing is asked of AWS', async (_situation, words, sentence) => {
    const { exit, printed, complained } = await give(words);

    expect(complained.startsWith(sentence)).toBe(true);
    expect([exit, printed]).toEqual([2, '']);
  });

  it('every value that is wrong is told at once', async () => {
    const words = ['set-mode', '--service', 'x', '--effect', 'y', '--mode', 'z', '--reason', ''];

    const { exit, complained } = await give(words);

    expect(complained.split('\n').map((line) => line.split(' ')[0])).toEqual([
      '--service',
      '--effect',
      '--mode',
      '--reason',
    ]);
    expect(exit).toBe(2);
  });

  it('--help is no mistake', async () => {
    const { exit, printed } = await give(['--help']);

    expect(printed).toContain('claim-endpoint');
    expect(exit).toBe(0);
  });
});

describe('targets --direct', () => {
  const PLAN = { add: ['10.0.1.5'], remove: [], isSwap: false, withheld: [], foreign: ['10.0.9.9'], healthy: 2 };
  const PLANNED = { outcome: 'planned-directly', bindingId: 'orders', added: [], removed: [], plan: PLAN } as const;

  it('what would be done, and how to do it', () => {
    expect(tellDirect(PLANNED)).toBe(
      [
        'What you would do about orders now, from this machine. Nothing was done.',
        'add       10.0.1.5',
        'remove    nobody',
        `foreign   10.0.9.9: somebody else's, and kept. See "adopt-target".`,
        'healthy   2',
        'To do it, where no run can: "targets --binding orders --direct --apply --reason ...".',
      ].join('\n'),
    );
  });

  it('nothing to do - no word of how to do it', () => {
    expect(tellDirect({ ...PLANNED, plan: { ...PLAN, add: [] } })).not.toContain('To do it');
  });

  it('the ledger does not answer - nobody is called a stranger, and what was added is nobody’s', () => {
    const text = tellDirect({ ...PLANNED, outcome: 'applied-directly', added: ['10.0.1.5'], silence: 'It is down' });

    expect(text).toContain('The ledger does not answer: It is down.\nNobody knows whose the targets are');
    expect(text).not.toContain('foreign');
    expect(text).toMatch(/^What was added is nobody's yet: "adopt-target" for each, once the ledger answers\.$/m);
  });

  it('without a reason - told so, and nothing is asked of AWS', async () => {
    const ada = ofAda();
    await expect(give(['targets', '--binding', 'orders', '--direct', '--apply'], ada)).resolves.toMatchObject({
      exit: 2,
      complained: 'doing it directly needs a reason: --reason',
    });
    expect(ada.dynamoMock.calls()).toEqual([]);
  });
});
