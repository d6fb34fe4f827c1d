import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../ops/command-line.ts';
import type { Place } from '../../ops/services.ts';
import { awsError, type item } from '../functions/support.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import { ADA, EXECUTION, ofAda, recorded } from './support.ts';

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

describe('a command that is done', () => {
  it('set-mode - before and after', async () => {
    const { exit, printed, complained, places } = await give(SET_MODE, having());

    expect(printed).toBe(
      [
        `The mode of ${SERVICE_ID} is set.`,
        'before  accept propose, reject propose',
        'after   accept enforce, reject propose',
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
    ['decisions', ['decisions', '--day', '2026-11-23'], 'Nothing was decided.'],
    ['held', ['held'], 'Nothing is held.'],
  ])('%s, and there are none - says so', async (_situation, words, sentence) => {
    const { exit, printed } = await give(words, having());

    expect([exit, printed]).toEqual([0, sentence]);
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
      ['reconcile', '--service', SERVICE_ID],
      "error: required option '--endpoint <id>' not specified",
    ],
    ['an option that there is not', ['held', '--by', ADA], "error: unknown option '--by'"],
    ['a word too many', ['held', 'now'], "error: too many arguments for 'held'"],
    [
      'a value that is none',
      ['held', '--service', 'vpce-1\u001b'],
      '--service vpce-1·: not an id of an endpoint service',
    ],
    ['a number that is none', ['decisions', '--day', '2026-11-23', '--most', 'all'], '--most all: not a whole number'],
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
