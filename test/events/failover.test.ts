import { describe, expect, it } from 'vitest';
import { FAILOVER_UPDATED, type FailoverUpdated } from '../../events/failover-updated.ts';
import { PROMOTION_WANTED, type PromotionWanted } from '../../events/promotion-wanted.ts';
import { EVENT_SOURCE } from '../../events/source.ts';
import { aFailover, aRecord } from '../support/dns-records.ts';
import { onlyAttempt, wokenAfter } from '../workflows/admission.ts';
import { FAILOVER, standby, updateFailover } from '../workflows/failing-over.ts';
import { sample } from './support.ts';

const EXECUTION = expect.stringMatching(/^arn:aws:states:/);
const published = (detailType: string, detail: object) => ({
  Entries: [{ EventBusName: 'concierge-bus', Source: EVENT_SOURCE, DetailType: detailType, Detail: detail }],
});

describe('Failover Updated', () => {
  const { 'detail-type': detailType, detail } = sample('failover-updated');

  it('is what the workflow publishes, field by field', async () => {
    const ran = await updateFailover(standby().script, FAILOVER);

    expect(detailType).toBe(FAILOVER_UPDATED);
    expect(onlyAttempt(ran, 'Publish').arguments).toEqual(
      published(FAILOVER_UPDATED, { ...detail, executionArn: EXECUTION }),
    );
  });

  it('has the fields of its type', () => {
    const { schemaVersion, recordId, serviceId, action, outcome, because, changes, executionArn } =
      detail as unknown as FailoverUpdated;

    expect({ schemaVersion, recordId, serviceId, action, outcome, because, changes, executionArn }).toEqual(detail);
  });
});

describe('Promotion Wanted', () => {
  const { 'detail-type': detailType, detail } = sample('promotion-wanted');

  it('is what the workflow publishes, field by field, and keeps its token to itself', async () => {
    const records = [aRecord({ routing: aFailover({ engages: 'manual-armed', promotes: true }) })];
    const ran = await updateFailover(standby({ records, promoter: wokenAfter(60) }).script, FAILOVER);

    expect(detailType).toBe(PROMOTION_WANTED);
    expect(onlyAttempt(ran, 'Ask for a promotion').arguments).toEqual(
      published(PROMOTION_WANTED, {
        ...detail,
        executionArn: EXECUTION,
      }),
    );
  });

  it('has the fields of its type', () => {
    const { schemaVersion, recordId, serviceId, action, reason, executionArn } = detail as unknown as PromotionWanted;

    expect({ schemaVersion, recordId, serviceId, action, reason, executionArn }).toEqual(detail);
  });
});
