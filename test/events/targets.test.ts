import { describe, expect, it } from 'vitest';
import { FAILOVER_PATTERN, PROXY_CHANGED_PATTERN } from '../../events/database-changed.ts';
import { EVENT_SOURCE } from '../../events/source.ts';
import { TARGET_DRIFT_DETECTED, type TargetDriftDetected } from '../../events/target-drift-detected.ts';
import { TARGETS_REFRESHED, type TargetsRefreshed } from '../../events/targets-refreshed.ts';
import { onlyAttempt, payload } from '../workflows/admission.ts';
import { BINDING, MOVE, refresh, running, STILL } from '../workflows/refreshing.ts';
import { sample, takes } from './support.ts';

describe('Targets Refreshed', () => {
  const { 'detail-type': detailType, detail, ...event } = sample('targets-refreshed');

  it('is what the workflow publishes, field by field', async () => {
    const published = onlyAttempt(await refresh(running(MOVE), BINDING), 'Publish').arguments;

    expect(published).toEqual({
      Entries: [
        {
          EventBusName: 'concierge-bus',
          Source: EVENT_SOURCE,
          DetailType: TARGETS_REFRESHED,
          Resources: (event as unknown as { resources: readonly string[] }).resources,
          Detail: { ...detail, executionArn: expect.stringMatching(/^arn:aws:states:/) },
        },
      ],
    });
    expect(detailType).toBe(TARGETS_REFRESHED);
  });

  it('has the fields of its type', () => {
    const typed = detail as unknown as TargetsRefreshed;
    const { schemaVersion, bindingId, serviceId, targetGroupArn, added, removed, healthy, executionArn } = typed;

    expect({ schemaVersion, bindingId, serviceId, targetGroupArn, added, removed, healthy, executionArn }).toEqual(
      detail,
    );
  });
});

describe('Target Drift Detected', () => {
  const { 'detail-type': detailType, detail } = sample('target-drift-detected');

  it('has the name and the fields of its type', () => {
    const { schemaVersion, bindingId, serviceId, targetGroupArn, add, remove } =
      detail as unknown as TargetDriftDetected;

    expect(detailType).toBe(TARGET_DRIFT_DETECTED);
    expect({ schemaVersion, bindingId, serviceId, targetGroupArn, add, remove }).toEqual(detail);
  });

  it('starts a run for its binding', async () => {
    const { path } = await refresh(running([STILL]), { bindingId: detail.bindingId as string });

    expect(path.slice(0, 3)).toEqual(['Check the input', 'Take the lease', 'Observe']);
  });
});

describe('an event of RDS', () => {
  it.each(['proxy-changed', 'failover-instance', 'failover-cluster'])(
    '%s - has a run look who follows it',
    async (name) => {
      const { SourceArn: arn, SourceIdentifier } = sample(name).detail as Readonly<Record<string, string>>;
      const source = { arn: arn ?? '', name: SourceIdentifier ?? '' };
      const ran = await refresh({ 'Find the bindings': [payload({ bindingIds: [] })] }, { source });

      expect(onlyAttempt(ran, 'Find the bindings').arguments).toMatchObject({ Payload: source });
    },
  );

  it.each(PROXY_CHANGED_PATTERN.detail.EventID)('%s of a proxy - a hint', (EventID) => {
    const event = sample('proxy-changed');

    expect(takes(PROXY_CHANGED_PATTERN, { ...event, detail: { ...event.detail, EventID } })).toBe(true);
  });

  it.each([
    ['another event of a proxy', { EventID: 'RDS-EVENT-0001' }],
    ['none', { EventID: undefined }],
  ])('%s - no hint', (_what, changes) => {
    const event = sample('proxy-changed');

    expect(takes(PROXY_CHANGED_PATTERN, { ...event, detail: { ...event.detail, ...changes } })).toBe(false);
  });

  it.each(['failover-instance', 'failover-cluster'])('%s - by its category, whatever its id', (name) => {
    const event = sample(name);
    const changed = (changes: object) => ({ ...event, detail: { ...event.detail, ...changes } });

    expect(takes(FAILOVER_PATTERN, changed({ EventID: 'RDS-EVENT-9999' }))).toBe(true);
    expect(takes(FAILOVER_PATTERN, changed({ EventCategories: ['notification', 'failover'] }))).toBe(true);
    expect(takes(FAILOVER_PATTERN, changed({ EventCategories: ['backup'] }))).toBe(false);
    expect(takes(FAILOVER_PATTERN, { ...event, 'detail-type': 'RDS DB Snapshot Event' })).toBe(false);
  });
});
