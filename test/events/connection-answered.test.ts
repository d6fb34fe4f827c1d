import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { CONNECTION_ANSWERED_DETAIL_TYPES, type ConnectionAnswered } from '../../events/connection-answered.ts';
import { type AnswerOutcome, nextAnswerStep } from '../../functions/domain/answer.ts';
import { decideConnection } from '../../functions/domain/decide-connection.ts';
import { explainEnding } from '../../functions/domain/ending.ts';
import { OUTCOMES as DOMAIN_OUTCOMES } from '../../functions/domain/history.ts';
import type { Situation } from '../../functions/domain/situation.ts';
import { aSituation, entitled, theModes } from '../support/builders.ts';
import { machineOf } from '../workflows/support.ts';
import { sample } from './support.ts';

const OUTCOMES = Object.keys(CONNECTION_ANSWERED_DETAIL_TYPES) as ConnectionAnswered['outcome'][];

const publish = machineOf('admit-connection.asl.json').States.Publish?.Arguments as { Entries: { Detail: string }[] };
const detailExpression = publish.Entries[0]?.Detail.replace(/^\{%|%\}$/g, '') ?? '';

/** What `admit-connection` would publish, its variables standing as they do at that point for this event. */
const published = async (detail: ConnectionAnswered): Promise<unknown> => {
  const { outcome, code, sentence, action, until, dnsNames, customerId, vpcEndpointOwner, generation } = detail;
  const isEnding = !['accepted', 'rejected', 'held', 'observed'].includes(outcome);
  const said = { code, sentence, action };
  const planned = {
    ...(isEnding ? { code: 'entitled', sentence: 'as it was planned', action: 'nothing' } : said),
    ...(until === undefined ? {} : { hold: { until, seconds: 60 } }),
  };
  return jsonata(detailExpression).evaluate(
    {},
    {
      serviceId: detail.serviceId,
      endpointId: detail.vpcEndpointId,
      plan: { ...planned, ...(customerId === undefined ? {} : { customerId }) },
      decided: { generation, ...(vpcEndpointOwner === undefined ? {} : { connection: { owner: vpcEndpointOwner } }) },
      answer: { outcome, dnsNames, ...(isEnding ? { ending: said } : {}) },
      states: {
        context: { State: { EnteredTime: detail.decidedAt }, Execution: { Id: detail.executionArn } },
      },
    },
  );
};

describe.each(OUTCOMES)('the event of a request that was %s', (outcome) => {
  const event = sample(`connection-answered-${outcome}`);
  const detail = event.detail as unknown as ConnectionAnswered;

  it('has the detail-type that stands for it', () => {
    expect(detail.outcome).toBe(outcome);
    expect(event['detail-type']).toBe(CONNECTION_ANSWERED_DETAIL_TYPES[outcome]);
  });

  it('is what the workflow publishes, field by field', async () => {
    expect(JSON.parse(JSON.stringify(await published(detail)))).toEqual(detail);
  });
});

it.each(['gone', 'overtaken', 'failed', 'adopted', 'revoked'] as const)(
  '%s - the sample has the domain’s own words',
  (outcome) => {
    const { detail } = sample(`connection-answered-${outcome}`);
    const { code, sentence, action, vpcEndpointId } = detail as unknown as ConnectionAnswered;

    expect({ code, sentence, action }).toEqual(explainEnding(outcome, vpcEndpointId));
  },
);

it.each<[outcome: ConnectionAnswered['outcome'], Situation]>([
  ['accepted', aSituation()],
  ['rejected', aSituation({ candidates: [] })],
  ['held', aSituation({ candidates: [entitled({ approval: 'manual' })] })],
  ['observed', aSituation({ modes: theModes({ accept: 'observe' }) })],
])('%s - the sample has the domain’s own words', (outcome, situation) => {
  const { code, sentence, action, customerId, hold } = decideConnection(situation);
  const { detail } = sample(`connection-answered-${outcome}`);

  expect(detail).toMatchObject({ code, sentence, action });
  expect(detail.customerId).toBe(customerId);
  expect(detail.until).toBe(hold?.until);
});

it('every outcome of the domain that is told has a detail-type', () => {
  const settled = (['accept', 'reject'] as const).flatMap((verdict) =>
    (['available', 'rejected', 'failed', 'deleted'] as const).map((state) => nextAnswerStep(verdict, state, 0)),
  );
  const outcomes = settled.flatMap((each): AnswerOutcome[] => (each.step === 'settled' ? [each.outcome] : []));

  expect([...new Set([...outcomes, 'held', 'observed', 'adopted', 'revoked'])].sort()).toEqual([...OUTCOMES].sort());
  expect([...DOMAIN_OUTCOMES].sort()).toEqual([...OUTCOMES].sort());
});
