import type {
  CreateHealthCheckRequest,
  CreateHealthCheckResponse,
  DeleteHealthCheckRequest,
  GetHealthCheckCountResponse,
  GetHealthCheckRequest,
  GetHealthCheckResponse,
  GetHealthCheckStatusRequest,
  GetHealthCheckStatusResponse,
  HealthCheckConfig,
  ListHealthChecksRequest,
  ListHealthChecksResponse,
  UpdateHealthCheckRequest,
  UpdateHealthCheckResponse,
} from '@aws-sdk/client-route-53';
import type { ActionDefinition } from '../../cloud.ts';
import { onEverything, onResource, route53Action } from './action.ts';
import { checkReference } from './actions-zones.ts';
import { route53Errors } from './errors.ts';
import { begin, kindOf } from './health.ts';
import { checkChildren, checkConfig, copyAlarm } from './health-config.ts';
import { statusReports } from './health-status.ts';
import { alarmView, type HealthCheck, type Route53, requireHealthCheck } from './model.ts';
import { fromMarker, MOST_ITEMS, pageOf } from './pages.ts';

const LONGEST_REFERENCE = 64;

const view = (check: HealthCheck) => ({
  Id: check.id,
  CallerReference: check.callerReference,
  HealthCheckConfig: check.config,
  HealthCheckVersion: check.version,
  ...(check.alarm === undefined ? {} : { CloudWatchAlarmConfiguration: alarmView(check.alarm) }),
});

/** What AWS fills in, so that a reply shows it. */
const withDefaults = (config: HealthCheckConfig): HealthCheckConfig => {
  const shared = { Inverted: false, Disabled: false };
  switch (kindOf(config)) {
    case 'endpoint':
      return { RequestInterval: 30, FailureThreshold: 3, MeasureLatency: false, ...shared, ...config };
    case 'calculated':
      return { HealthThreshold: 0, ChildHealthChecks: [], ...shared, ...config };
    case 'alarm':
      return { InsufficientDataHealthStatus: 'LastKnownStatus', ...shared, ...config };
  }
};

/** The same reference with the same settings is the same request; a reference of a check that was deleted is never free again. */
const make = (world: Route53, input: CreateHealthCheckRequest, owner: string): HealthCheck => {
  const { CallerReference: reference = '', HealthCheckConfig: given = { Type: undefined } } = input;
  const request = JSON.stringify(given);
  const before = [...world.healthChecks.values()].find(
    (check) => check.owner === owner && check.callerReference === reference,
  );
  if (before !== undefined && before.request === request) return before;
  if (before !== undefined || world.usedReferences.has(`${owner} ${reference}`)) {
    throw route53Errors.healthCheckExists(reference);
  }
  const config = withDefaults(given);
  checkChildren(world, config, owner);
  const check: HealthCheck = {
    order: world.nextOrder(),
    id: world.random.uuid(),
    owner,
    callerReference: reference,
    request,
    config,
    version: 1,
    alarm: copyAlarm(world, config, owner),
    tags: new Map(),
    isHealthy: true,
    lookedAt: undefined,
    answers: true,
    streak: 0,
    cancel: () => undefined,
  };
  world.healthChecks.set(check.id, check);
  begin(world, check);
  return check;
};

const RESETTABLE = ['ChildHealthChecks', 'FullyQualifiedDomainName', 'Regions', 'ResourcePath'] as const;

/** What an update leaves of the configuration: what it does not name stays. */
const updated = (check: HealthCheck, input: UpdateHealthCheckRequest): HealthCheckConfig => {
  const { HealthCheckId: _, HealthCheckVersion: __, ResetElements = [], ...changes } = input;
  const kept = Object.fromEntries(
    Object.entries(check.config).filter(([name]) => !ResetElements.some((reset) => reset === name)),
  );
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  return { ...kept, ...given } as HealthCheckConfig;
};

/**
 * The actions on health checks.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHealthCheck.html
 */
export const healthActions = (world: Route53): Record<string, ActionDefinition> => ({
  CreateHealthCheck: route53Action<CreateHealthCheckRequest, CreateHealthCheckResponse>(world, 'CreateHealthCheck', {
    check: ({ CallerReference, HealthCheckConfig }) => {
      checkReference(CallerReference, LONGEST_REFERENCE);
      checkConfig(HealthCheckConfig ?? { Type: undefined });
    },
    needs: () => onEverything('CreateHealthCheck'),
    run: (input, owner) => {
      const check = make(world, input, owner);
      return { HealthCheck: view(check), Location: `https://route53.amazonaws.com/2013-04-01/healthcheck/${check.id}` };
    },
  }),

  GetHealthCheck: route53Action<GetHealthCheckRequest, GetHealthCheckResponse>(world, 'GetHealthCheck', {
    needs: ({ HealthCheckId = '' }) => onResource('GetHealthCheck', 'healthcheck', HealthCheckId),
    run: ({ HealthCheckId }, owner) => ({ HealthCheck: view(requireHealthCheck(world, HealthCheckId, owner)) }),
  }),

  GetHealthCheckCount: route53Action<object, GetHealthCheckCountResponse>(world, 'GetHealthCheckCount', {
    needs: () => onEverything('GetHealthCheckCount'),
    run: (_, owner) => ({
      HealthCheckCount: [...world.healthChecks.values()].filter((check) => check.owner === owner).length,
    }),
  }),

  ListHealthChecks: route53Action<ListHealthChecksRequest, ListHealthChecksResponse>(world, 'ListHealthChecks', {
    needs: () => onEverything('ListHealthChecks'),
    run: ({ Marker, MaxItems }, owner) => {
      const all = [...world.healthChecks.values()].filter((check) => check.owner === owner);
      const { items, next } = pageOf(
        fromMarker(all, Marker, ({ id }) => id === Marker),
        MaxItems,
        MOST_ITEMS,
      );
      return {
        HealthChecks: items.map(view),
        Marker: Marker ?? '',
        IsTruncated: next !== undefined,
        ...(next === undefined ? {} : { NextMarker: next.id }),
        MaxItems: MaxItems ?? MOST_ITEMS,
      };
    },
  }),

  UpdateHealthCheck: route53Action<UpdateHealthCheckRequest, UpdateHealthCheckResponse>(world, 'UpdateHealthCheck', {
    check: ({ ResetElements = [] }) => {
      const unknown = ResetElements.find((name) => !RESETTABLE.some((known) => known === name));
      if (unknown !== undefined) {
        throw route53Errors.constraint(
          unknown,
          'resetElements',
          `Member must satisfy enum value set: [${RESETTABLE.join(', ')}]`,
        );
      }
    },
    needs: ({ HealthCheckId = '' }) => onResource('UpdateHealthCheck', 'healthcheck', HealthCheckId),
    run: (input, owner) => {
      const check = requireHealthCheck(world, input.HealthCheckId, owner);
      if (input.HealthCheckVersion !== undefined && input.HealthCheckVersion !== check.version) {
        throw route53Errors.healthCheckVersion(check.id);
      }
      const config = updated(check, input);
      checkConfig(config);
      checkChildren(world, config, owner, check.id);
      check.alarm = copyAlarm(world, config, owner);
      check.config = config;
      check.version += 1;
      return { HealthCheck: view(check) };
    },
  }),

  // Record sets may name a check that is gone: what they do then "can't be predicted". Here it is healthy.
  DeleteHealthCheck: route53Action<DeleteHealthCheckRequest, Record<string, never>>(world, 'DeleteHealthCheck', {
    needs: ({ HealthCheckId = '' }) => onResource('DeleteHealthCheck', 'healthcheck', HealthCheckId),
    run: ({ HealthCheckId }, owner) => {
      const check = requireHealthCheck(world, HealthCheckId, owner);
      check.cancel();
      world.healthChecks.delete(check.id);
      world.usedReferences.add(`${owner} ${check.callerReference}`);
      return {};
    },
  }),

  GetHealthCheckStatus: route53Action<GetHealthCheckStatusRequest, GetHealthCheckStatusResponse>(
    world,
    'GetHealthCheckStatus',
    {
      needs: ({ HealthCheckId = '' }) => onResource('GetHealthCheckStatus', 'healthcheck', HealthCheckId),
      run: ({ HealthCheckId }, owner) => {
        const check = requireHealthCheck(world, HealthCheckId, owner);
        // "You can't use GetHealthCheckStatus to get the status of a calculated health check."
        if (kindOf(check.config) === 'calculated') {
          throw route53Errors.invalidInput('GetHealthCheckStatus is not supported for calculated health checks.');
        }
        return { HealthCheckObservations: statusReports(world, check) };
      },
    },
  ),
});
