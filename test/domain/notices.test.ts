import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECTION_STATES, type Connection, type ConnectionState } from '../../functions/domain/connection.ts';
import { type NoticeFinding, planNotices } from '../../functions/domain/notices.ts';
import { aConnection, ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';

fc.configureGlobal({ seed: 20_261_123, numRuns: 300 });

const OTHER_ENDPOINT = 'vpce-0bbbbbbbbbbbbbbb2';

const notice = (body: string, messageId = 'm-1') => ({ messageId, body });
const requested = (vpcEndpointId = ENDPOINT_ID, serviceId = SERVICE_ID): NoticeFinding => ({
  kind: 'requested',
  serviceId,
  vpcEndpointId,
});
/** One that EC2 lists: with what it says. */
const listed = (changes: Partial<Connection> = {}): NoticeFinding => {
  const connection = aConnection(changes);
  return { ...requested(connection.endpointId, connection.serviceId), connection } as NoticeFinding;
};
/** No run of ours meant anything. */
const NOBODY = new Map<string, 'accept' | 'reject'>();
const idsOf = (body: string): readonly string[] => planNotices([notice(body)]).endpointIds;
/** What a notice comes to where EC2 lists nothing. */
const judgeUnseen = (body: string): readonly NoticeFinding[] => planNotices([notice(body)]).judge([], NOBODY);

/** What PrivateLink may say; AWS documents no schema, so several are tried. */
const BODIES: readonly [form: string, body: string][] = [
  ['JSON', JSON.stringify({ event: 'Connect', vpcEndpointId: ENDPOINT_ID, serviceId: SERVICE_ID })],
  ['JSON within JSON', JSON.stringify({ Message: JSON.stringify({ id: ENDPOINT_ID, of: SERVICE_ID }) })],
  [
    'ARNs',
    `arn:aws:ec2:us-west-2:1:vpc-endpoint/${ENDPOINT_ID} arn:aws:ec2:us-west-2:1:vpc-endpoint-service/${SERVICE_ID}`,
  ],
  ['lines within JSON', JSON.stringify({ text: `It is\n${ENDPOINT_ID}\tof\r\n${SERVICE_ID}` })],
  [
    'lines within JSON within JSON',
    JSON.stringify(JSON.stringify({ text: `It is\n${ENDPOINT_ID}\nof\n${SERVICE_ID}` })),
  ],
  ['signs that were escaped for HTML', `{"text":"\\u003c${ENDPOINT_ID}\\u003e \\u003c${SERVICE_ID}\\u003e"}`],
  ['a sentence', `Endpoint ${ENDPOINT_ID} wants to connect to ${SERVICE_ID}.`],
  ['DNS names', `${ENDPOINT_ID}-k3v9x2aq.${SERVICE_ID}.us-west-2.vpce.amazonaws.com`],
  ['HTML', `<p onclick="x('${SERVICE_ID}')">${ENDPOINT_ID}</p><script>alert(1)</script>`],
];

describe('planNotices: the ids', () => {
  it.each(BODIES)('%s - both are found', (_form, body) => {
    expect(idsOf(body)).toEqual([ENDPOINT_ID]);
    expect(judgeUnseen(body)).toEqual([requested()]);
  });

  it.each([
    ['an old id of eight digits', 'vpce-0a1b2c3d', ['vpce-0a1b2c3d']],
    ['nine digits', 'vpce-0a1b2c3d4', []],
    ['eighteen digits', `${ENDPOINT_ID}0`, []],
    ['capitals', ENDPOINT_ID.toUpperCase(), []],
    ['a letter that is no digit', 'vpce-0a1b2c3g', []],
    ['an id inside a longer word', `my${ENDPOINT_ID}`, []],
    ['an id after a hyphen', `x-${ENDPOINT_ID}`, []],
    ['a service’s id alone', SERVICE_ID, []],
    ['twice the same', `${ENDPOINT_ID} ${ENDPOINT_ID}`, [ENDPOINT_ID]],
    ['two', `${OTHER_ENDPOINT},${ENDPOINT_ID}`, [ENDPOINT_ID, OTHER_ENDPOINT]],
  ])('%s - %s: %j', (_situation, body, ids) => {
    expect(idsOf(body)).toEqual(ids);
  });

  it('each endpoint is looked up once, however many notices name it', () => {
    const plan = planNotices([notice(`${ENDPOINT_ID} ${SERVICE_ID}`), notice(ENDPOINT_ID), notice(OTHER_ENDPOINT)]);

    expect(plan.endpointIds).toEqual([ENDPOINT_ID, OTHER_ENDPOINT]);
    expect(plan.serviceIds).toEqual([SERVICE_ID]);
  });

  it.each([
    ['an old id of eight digits', 'vpce-svc-0a1b2c3d', ['vpce-svc-0a1b2c3d']],
    ['seven digits', 'vpce-svc-0a1b2c3', []],
    ['nine digits', 'vpce-svc-0a1b2c3d4', []],
    ['eight letters that are no digits', 'vpce-svc-ghijklmn', []],
    ['a longer word', 'xvpce-svc-0a1b2c3d', []],
  ])('the service’s id: %s', (_what, text, serviceIds) => {
    expect(planNotices([notice(`${ENDPOINT_ID} ${text}`)]).serviceIds).toEqual(serviceIds);
  });

  it('the services in the order of their ids, whoever was named first', () => {
    const { serviceIds } = planNotices([
      notice(`${ENDPOINT_ID} ${SERVICE_ID}`),
      notice(`${OTHER_ENDPOINT} vpce-svc-00000000000000001`),
    ]);

    expect(serviceIds).toEqual(['vpce-svc-00000000000000001', SERVICE_ID]);
  });
});

describe('planNotices: what EC2 says of the endpoints', () => {
  const plan = planNotices([notice(`Accept ${ENDPOINT_ID} ${SERVICE_ID}`)]);

  it('waits for acceptance - one request, however often it was announced', () => {
    const thrice = planNotices([1, 2, 3].map((each) => notice(`${ENDPOINT_ID} ${SERVICE_ID}`, `m-${each}`)));

    expect(thrice.judge([aConnection()], NOBODY)).toEqual([listed()]);
  });

  it('belongs to another service than the notice says - EC2 is right', () => {
    const serviceId = 'vpce-svc-0fffffffffffffff9';

    expect(plan.judge([aConnection({ serviceId })], NOBODY)).toEqual([listed({ serviceId })]);
  });

  const OVER: readonly ConnectionState[] = ['deleting', 'deleted', 'failed', 'expired'];
  const ANSWERED: readonly (readonly [ConnectionState, 'accept' | 'reject', 'accept' | 'reject'])[] = [
    ['pending', 'accept', 'reject'],
    ['available', 'accept', 'reject'],
    ['rejected', 'reject', 'accept'],
  ];

  /** As {@link plan}, of a notice of an acceptance. */
  const answered = planNotices([notice(`Accept ${ENDPOINT_ID} ${SERVICE_ID}`)]);
  const changed: NoticeFinding = { kind: 'changed', serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID };

  it.each(ANSWERED)('is %s, as we meant to %s it - nothing to do: our own answer is no news', (state, meant) => {
    const told = planNotices([notice(`${meant} ${ENDPOINT_ID} ${SERVICE_ID}`)]);

    expect(told.judge([aConnection({ state })], new Map([[ENDPOINT_ID, meant]]))).toEqual([]);
  });

  /** What comes of notices about an endpoint that we accepted, and that EC2 lists as available. */
  const judgeOurs = (...texts: readonly string[]): readonly NoticeFinding[] =>
    planNotices(texts.map((text, index) => notice(`${text} ${ENDPOINT_ID} ${SERVICE_ID}`, `m-${index}`))).judge(
      [aConnection({ state: 'available' })],
      new Map([[ENDPOINT_ID, 'accept']]),
    );
  /** The same about one that we rejected. */
  const judgeOurNo = (text: string): readonly NoticeFinding[] =>
    planNotices([notice(`${text} ${ENDPOINT_ID} ${SERVICE_ID}`)]).judge(
      [aConnection({ state: 'rejected' })],
      new Map([[ENDPOINT_ID, 'reject']]),
    );

  it.each(['Accept', 'Connect', 'accept', 'CONNECT', 'Accept, ACCEPT', '{"event":"Connect"}', 'a\nConnect:'])(
    'is available by our doing, and the notice says %j - silent: our own answer is no news',
    (text) => {
      expect(judgeOurs(text)).toEqual([]);
    },
  );

  it.each([
    ['names nothing that happened', ''],
    ['is of a rejection: somebody turned it away', 'Reject'],
    ['is of a rejection, in other letters', 'rEJECT'],
    ['is of a deletion', 'Delete'],
    ['is of a deletion, in small letters', 'delete'],
    ['is of a deletion, in capitals', '{"EVENT":"DELETE"}'],
    ['names two kinds', 'Accept Connect'],
    ['names two kinds, a deletion among them', 'Connect Delete'],
    ['names a kind within a longer word', 'Accepted reconnect connection'],
    ['names a kind at the end of a longer word', 'Disconnect'],
    ['names a kind joined to another word', 'Accept_Connection'],
    ['names a kind that AWS adds later', 'Migrate'],
  ])('is available by our doing, and the notice %s - changed: the list may lag behind it', (_what, text) => {
    expect(judgeOurs(text)).toEqual([changed]);
  });

  it('is rejected by our doing - silent where the notice says so, changed where it says anything else', () => {
    expect(judgeOurNo('Reject')).toEqual([]);
    expect(['Accept', 'Connect', 'Delete', '', 'Reject Connect'].map(judgeOurNo)).toEqual(
      Array.from({ length: 5 }, () => [changed]),
    );
  });

  it.each<[texts: readonly string[], findings: readonly NoticeFinding[]]>([
    [['Connect', 'Accept'], []],
    [['Accept', 'Reject'], [changed]],
    [['Accept', 'Delete'], [changed]],
    [['Delete', 'Accept'], [changed]],
    [['Accept', 'Something', 'Accept'], [changed]],
  ])('is available by our doing, and several notices say %j - one that may be news is enough', (texts, findings) => {
    expect(judgeOurs(...texts)).toEqual(findings);
  });

  it('another endpoint of the batch has news - ours has none', () => {
    const two = planNotices([
      notice(`Accept ${ENDPOINT_ID} ${SERVICE_ID}`, 'm-1'),
      notice(`Delete ${OTHER_ENDPOINT} ${SERVICE_ID}`, 'm-2'),
    ]);
    const both = [ENDPOINT_ID, OTHER_ENDPOINT];

    expect(
      two.judge(
        both.map((endpointId) => aConnection({ endpointId, state: 'available' })),
        new Map(both.map((endpointId) => [endpointId, 'accept'])),
      ),
    ).toEqual([{ ...changed, vpcEndpointId: OTHER_ENDPOINT }]);
  });

  it('is on nobody’s mind, and the notice is of a deletion - a request where it waits, nothing where nobody acts', () => {
    const deletion = planNotices([notice(`Delete ${ENDPOINT_ID} ${SERVICE_ID}`)]);

    expect(deletion.judge([aConnection()], NOBODY)).toEqual([listed()]);
    expect(deletion.judge([aConnection({ state: 'partial' })], NOBODY)).toEqual([]);
  });

  it.each(ANSWERED)(
    'is %s, and that was not what we meant, or nobody meant anything - changed',
    (state, _ours, other) => {
      expect(answered.judge([aConnection({ state })], new Map([[ENDPOINT_ID, other]]))).toEqual([changed]);
      expect(answered.judge([aConnection({ state })], new Map([[ENDPOINT_ID, undefined]]))).toEqual([changed]);
      expect(answered.judge([aConnection({ state })], new Map([[OTHER_ENDPOINT, 'accept']]))).toEqual([changed]);
    },
  );

  it('the ledger is asked about what was answered, and about nothing else', () => {
    const all = [...CONNECTION_STATES, 'unknown' as const].map((state) => aConnection({ state }));

    expect(plan.answered(all).map(({ state }) => state)).toEqual(['pending', 'available', 'rejected']);
  });

  it.each(OVER)('is %s, whatever we meant - changed: a place may be free', (state) => {
    for (const intents of [NOBODY, new Map([[ENDPOINT_ID, 'accept' as const]])]) {
      expect(answered.judge([aConnection({ state })], intents)).toEqual([changed]);
    }
  });

  it.each(['partial', 'unknown'] as const)('is %s - nothing to do', (state) => {
    expect(plan.judge([aConnection({ state })], NOBODY)).toEqual([]);
  });

  it('is over, and belongs to another service than the notice says - EC2 is right', () => {
    const serviceId = 'vpce-svc-0fffffffffffffff9';

    expect(plan.judge([aConnection({ serviceId, state: 'deleted' })], NOBODY)).toEqual([
      { kind: 'changed', serviceId, vpcEndpointId: ENDPOINT_ID },
    ]);
  });

  it('one came and one left in a batch - both, in the order of their ids', () => {
    const two = planNotices([notice(`${OTHER_ENDPOINT} ${SERVICE_ID}`), notice(ENDPOINT_ID)]);

    expect(
      two.judge([aConnection({ endpointId: OTHER_ENDPOINT }), aConnection({ state: 'deleting' })], NOBODY),
    ).toEqual([
      { kind: 'changed', serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID },
      listed({ endpointId: OTHER_ENDPOINT }),
    ]);
  });

  it('is not listed yet - a request, since the notice may be early', () => {
    expect(plan.judge([], NOBODY)).toEqual([requested()]);
  });

  it('is not listed yet, and only another notice names its service - a request all the same', () => {
    const two = planNotices([notice(ENDPOINT_ID, 'm-1'), notice(`${ENDPOINT_ID} ${SERVICE_ID}`, 'm-2')]);

    expect(two.judge([], NOBODY)).toEqual([requested()]);
  });

  it('is not listed, and no notice names its service - kept for a person', () => {
    expect(planNotices([notice(ENDPOINT_ID, 'm-3')]).judge([], NOBODY)).toEqual([
      {
        kind: 'unreadable',
        messageId: 'm-3',
        problem: `EC2 does not list ${ENDPOINT_ID}, and it names no service`,
        excerpt: ENDPOINT_ID,
      },
    ]);
  });

  it('is judged again - the same findings, unreadable ones too: judging keeps nothing', () => {
    const mixed = planNotices([
      notice('Hello?', 'm-1'),
      notice(OTHER_ENDPOINT, 'm-2'),
      notice(`Accept ${ENDPOINT_ID} ${SERVICE_ID}`),
    ]);
    const unlisted = mixed.judge([], NOBODY);

    expect(unlisted).toHaveLength(3);
    expect(mixed.judge([aConnection({ state: 'available' })], new Map([[ENDPOINT_ID, 'accept']]))).toEqual(
      unlisted.slice(1),
    );
    expect(mixed.judge([], NOBODY)).toEqual(unlisted);
    expect(mixed.judge([], NOBODY)).toEqual(unlisted);
  });

  it('comes to requests first, then what names no endpoint, then what names no service', () => {
    const mixed = planNotices([
      notice(OTHER_ENDPOINT, 'm-2'),
      notice('Hello?', 'm-1'),
      notice(`${ENDPOINT_ID} ${SERVICE_ID}`),
    ]);

    expect(
      mixed.judge([], NOBODY).map((each) => (each.kind === 'unreadable' ? each.messageId : each.vpcEndpointId)),
    ).toEqual([ENDPOINT_ID, 'm-1', 'm-2']);
  });

  it('lists endpoints that nobody asked about - they are nobody’s business', () => {
    expect(plan.judge([aConnection({ endpointId: OTHER_ENDPOINT }), aConnection()], NOBODY)).toEqual([listed()]);
  });
});

describe('planNotices: what cannot be read', () => {
  it('names no endpoint - kept with its beginning, beside the requests of the others', () => {
    const plan = planNotices([notice('Hello?', 'm-7'), notice(`${ENDPOINT_ID} ${SERVICE_ID}`, 'm-8')]);

    expect(plan.judge([aConnection()], NOBODY)).toEqual([
      listed(),
      { kind: 'unreadable', messageId: 'm-7', problem: 'it names no endpoint', excerpt: 'Hello?' },
    ]);
  });

  it('names ten endpoints - they are looked up; eleven - it is not followed', () => {
    const ids = Array.from({ length: 11 }, (_, index) => `vpce-0000000000000000${index.toString(16)}`);

    expect(idsOf(ids.slice(1).join(' '))).toHaveLength(10);
    expect(idsOf(ids.join(' '))).toEqual([]);
    expect(judgeUnseen(ids.join(' '))).toEqual([
      expect.objectContaining({ kind: 'unreadable', problem: 'it names 11 endpoints' }),
    ]);
  });

  const many = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => `vpce-0000000000000${(from + index).toString(16).padStart(4, '0')}`);

  it('names several - looked up where there is room beside the other notices', () => {
    const others = many(7, 100).map((each, index) => notice(`${each} ${SERVICE_ID}`, `o-${index}`));

    // Eight notices leave room for two more ids.
    expect(planNotices([notice(many(3).join(' ')), ...others]).endpointIds).toHaveLength(10);
    const four = planNotices([notice(`${many(4).join(' ')} ${SERVICE_ID}`, 'm-4'), ...others]);
    expect(four.endpointIds).toEqual(many(7, 100));
    expect(four.judge([], NOBODY)).toHaveLength(8);
    expect(four.judge([], NOBODY).at(-1)).toMatchObject({ messageId: 'm-4', problem: 'it names 4 endpoints' });
  });

  it('ten notices, of which one names eleven endpoints - nine are answered as ever', () => {
    const nine = many(9, 100).map((each, index) => notice(`${each} ${SERVICE_ID}`, `o-${index}`));
    const findings = planNotices([...nine.slice(0, 4), notice(many(11).join(' '), 'm-11'), ...nine.slice(4)]).judge(
      many(9, 100).map((endpointId) => aConnection({ endpointId })),
      NOBODY,
    );

    expect(findings.slice(0, 9)).toEqual(many(9, 100).map((endpointId) => listed({ endpointId })));
    expect(findings.slice(9)).toMatchObject([
      { kind: 'unreadable', messageId: 'm-11', problem: 'it names 11 endpoints' },
    ]);
  });

  it('two that name two each, with room for one - the first is looked up', () => {
    const eight = many(7, 100).map((each, index) => notice(each, `o-${index}`));
    const [first, second] = [many(2).join(' '), many(2, 50).join(' ')];
    const plan = planNotices([notice(first), notice(second, 'm-2'), ...eight]);

    expect(plan.endpointIds).toEqual([...many(2), ...many(7, 100)]);
  });

  it('more notices than the pipe takes at once - those of one endpoint are looked up all the same', () => {
    expect(planNotices(many(12).map((each) => notice(each))).endpointIds).toHaveLength(12);
  });

  it('holds control characters - shown as dots, 200 characters of it', () => {
    const escapes = '\u0000\u001b[31mred\u0007\r\n\u0085';
    const [finding] = judgeUnseen(`${escapes}${'x'.repeat(500)}`);

    expect(finding).toMatchObject({
      excerpt: `\u00b7\u00b7[31mred\u00b7\u00b7\u00b7\u00b7${'x'.repeat(200 - escapes.length)}`,
    });
  });

  it('is cut within a character of two halves - no half of it is kept', () => {
    const [finding] = judgeUnseen(`${'x'.repeat(199)}\u{1f600}`);

    expect(finding).toMatchObject({ excerpt: `${'x'.repeat(199)}\ufffd` });
  });

  it('is as long as a message can be - answered at once', () => {
    const bodies = ['vpce-', 'vpce-svc-', 'a', '-', 'vpce-0a1b2c3'].map((piece) =>
      piece.repeat(Math.ceil((256 * 1024) / piece.length)),
    );

    const began = performance.now();
    for (const body of bodies) expect(judgeUnseen(body)).toEqual([expect.objectContaining({ kind: 'unreadable' })]);
    // Ids without an end, and services without an end: as many as there is room for.
    const ids = many(15_000).join(' ');
    expect(planNotices(Array.from({ length: 10 }, (_, index) => notice(ids, `m-${index}`))).endpointIds).toEqual([]);
    expect(judgeUnseen(`${ENDPOINT_ID} ${`${SERVICE_ID} `.repeat(9_000)}`)).toEqual([requested()]);
    // A second would be one try of Lambda's thirty; what backtracks takes minutes.
    expect(performance.now() - began).toBeLessThan(3_000);
  }, 5_000);
});

/** Texts in which ids hide among anything: characters of all kinds, and pieces of ids. */
const id = fc.stringMatching(/^vpce-0[0-9a-f]{16}$/);
const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('vpce-', 'vpce-svc-', ' ', '"', '\u0000', ENDPOINT_ID, SERVICE_ID),
  id,
);
const anyBody = fc.array(piece, { maxLength: 15 }).map((pieces) => pieces.join(''));

describe('planNotices: any text at all', () => {
  it('throws nothing, and every notice comes to an endpoint to look up or to one finding', () => {
    fc.assert(
      fc.property(fc.array(anyBody, { maxLength: 10 }), (bodies) => {
        const notices = bodies.map((body, index) => notice(body, `m-${index}`));
        const plan = planNotices(notices);
        const unreadable = plan.judge([], NOBODY).filter(({ kind }) => kind === 'unreadable');
        expect(plan.endpointIds.length > 0 || unreadable.length === notices.length).toBe(true);
        expect(plan.judge([], NOBODY).length).toBeLessThanOrEqual(10);
        expect(plan.endpointIds).toEqual([...new Set(plan.endpointIds)].sort());
        expect(plan.endpointIds.every((each) => /^vpce-([0-9a-f]{8}|[0-9a-f]{17})$/.test(each))).toBe(true);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not occur
        expect(JSON.stringify(unreadable)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]|\\u00[01]/);
      }),
    );
  });

  it('finds exactly the ids that stand in it as words, each once', () => {
    const words = fc.array(fc.oneof(id, fc.constantFrom('Connect', '{', SERVICE_ID, 'vpce-', 'vpc-0a1b2c3d')), {
      maxLength: 12,
    });
    const separator = fc.constantFrom(' ', '"', '/', '\n', ':', '\u0000', '\u{1f600}', '.', ',');

    fc.assert(
      fc.property(words, separator, (each, between) => {
        const ids = [...new Set(each.filter((word) => /^vpce-0/.test(word)))].sort();
        expect(idsOf(each.join(between))).toEqual(ids.length > 10 ? [] : ids);
      }),
    );
  });

  it('comes to at most ten findings, and to one for each notice of one endpoint, whatever EC2 and the ledger say', () => {
    const connection = fc.record({
      endpointId: id,
      state: fc.constantFrom(...CONNECTION_STATES, 'unknown' as const),
    });
    const meant = fc.constantFrom('accept' as const, 'reject' as const, undefined);

    fc.assert(
      fc.property(
        fc.array(fc.array(fc.oneof(id, fc.constant(SERVICE_ID)), { maxLength: 13 }), { minLength: 1, maxLength: 10 }),
        fc.array(fc.tuple(connection, meant), { maxLength: 20 }),
        (words, known) => {
          const plan = planNotices(words.map((each, index) => notice(each.join(' '), `m-${index}`)));
          const listed = known.map(([each], index) =>
            aConnection({ ...each, endpointId: plan.endpointIds[index] ?? each.endpointId }),
          );
          const intents = new Map(listed.map(({ endpointId }, index) => [endpointId, known[index]?.[1]]));
          const findings = plan.judge(listed, intents);
          const single = words.flat().filter((each) => each !== SERVICE_ID);
          const alone = words.filter((each) => new Set(each.filter((word) => word !== SERVICE_ID)).size === 1).flat();

          expect(findings.length).toBeLessThanOrEqual(10);
          expect(plan.endpointIds.length).toBeLessThanOrEqual(10);
          expect(plan.endpointIds.every((each) => single.includes(each))).toBe(true);
          // Nobody's crowd costs another its look.
          expect(alone.filter((each) => each !== SERVICE_ID && !plan.endpointIds.includes(each))).toEqual([]);
        },
      ),
    );
  });

  it('comes to the same findings, doubled and in any order', () => {
    const bodies = fc.uniqueArray(
      id.map((endpointId) => `${endpointId} ${SERVICE_ID}`),
      { maxLength: 8 },
    );

    fc.assert(
      fc.property(bodies, (each) => {
        const once = planNotices(each.map((body) => notice(body)));
        const again = planNotices([...each.toReversed(), ...each].map((body) => notice(body)));
        expect(again.endpointIds).toEqual(once.endpointIds);
        expect(again.judge([], NOBODY)).toEqual(once.judge([], NOBODY));
      }),
    );
  });
});
