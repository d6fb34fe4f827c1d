import type {
  DeregisterDBProxyTargetsRequest,
  DeregisterDBProxyTargetsResponse,
  DescribeDBProxyTargetGroupsRequest,
  DescribeDBProxyTargetGroupsResponse,
  DescribeDBProxyTargetsRequest,
  DescribeDBProxyTargetsResponse,
  RegisterDBProxyTargetsRequest,
  RegisterDBProxyTargetsResponse,
} from '@aws-sdk/client-rds';
import type { ActionDefinition, Permission } from '../../cloud.ts';
import { requireAvailable } from './actions-proxies.ts';
import { rdsErrors } from './errors.ts';
import { onDatabase, onProxy, requireCluster, requireInstance, requireProxy } from './lookups.ts';
import { type DbProxy, later, type ProxyTarget, type RdsModel } from './model.ts';
import { tellOfProxy } from './notices.ts';
import { paged } from './pages.ts';
import { groupView, targetViews } from './views.ts';

const define = <I, O>(action: ActionDefinition<I, O>): ActionDefinition<I, O> => action;

type TargetsRequest = RegisterDBProxyTargetsRequest | DeregisterDBProxyTargetsRequest;

/** What a request names; a proxy has one group, and one instance or cluster in it. */
const named = (input: TargetsRequest): readonly Pick<ProxyTarget, 'kind' | 'id'>[] => {
  const instances = (input.DBInstanceIdentifiers ?? []).map((id) => ({
    kind: 'instance' as const,
    id: id.toLowerCase(),
  }));
  const clusters = (input.DBClusterIdentifiers ?? []).map((id) => ({ kind: 'cluster' as const, id: id.toLowerCase() }));
  const all = [...instances, ...clusters];
  if (all.length !== 1) throw rdsErrors.combination('Specify one DB instance or one DB cluster.');
  return all;
};

/** @throws AwsError `DBProxyTargetGroupNotFoundFault` */
const checkGroup = (name = 'default'): void => {
  if (name !== 'default') throw rdsErrors.unknownGroup(name);
};

const needs = (model: RdsModel, account: string, action: string, input: TargetsRequest): readonly Permission[] => [
  onProxy(model, account, action, input.DBProxyName),
  ...(input.DBInstanceIdentifiers ?? []).map((id) => onDatabase(model, account, action, 'db', id)),
  ...(input.DBClusterIdentifiers ?? []).map((id) => onDatabase(model, account, action, 'cluster', id)),
];

const isSame =
  (one: Pick<ProxyTarget, 'kind' | 'id'>) =>
  ({ kind, id }: ProxyTarget): boolean =>
    kind === one.kind && id === one.id;

/** Puts a database into a proxy's target group and takes it out again. */
export const targetActions = (model: RdsModel): Record<string, ActionDefinition> => {
  const tell = (proxy: DbProxy, { kind, id }: Pick<ProxyTarget, 'kind' | 'id'>, isAdded: boolean): void => {
    if (!model.settings.uncertain.registrationAnnounced) return;
    if (isAdded) {
      const what = `RDS detected the addition of the DB ${kind} ${id} and automatically added it to the target group of the DB Proxy ${proxy.name}.`;
      tellOfProxy(model, proxy, '0213', what);
      return;
    }
    const what = `RDS detected deletion of DB ${kind} ${id} and automatically removed it from target group default of DB Proxy ${proxy.name}.`;
    tellOfProxy(model, proxy, kind === 'cluster' ? '0215' : '0214', what);
  };
  return {
    RegisterDBProxyTargets: define<RegisterDBProxyTargetsRequest, RegisterDBProxyTargetsResponse>({
      permissions: (input, { principal: { accountId } }) => needs(model, accountId, 'RegisterDBProxyTargets', input),
      run: (input, { principal: { accountId } }) => {
        const proxy = requireProxy(model, accountId, input.DBProxyName);
        checkGroup(input.TargetGroupName);
        requireAvailable(proxy);
        const added = named(input).map((one): ProxyTarget => {
          if (one.kind === 'instance') requireInstance(model, accountId, one.id);
          else requireCluster(model, accountId, one.id);
          if (proxy.targets.length > 0) throw rdsErrors.alreadyRegistered(proxy.targets[0]?.id ?? '');
          return { ...one, state: 'REGISTERING' };
        });
        for (const target of added) {
          proxy.targets.push(target);
          model.note(`${proxy.name} target ${target.id} REGISTERING`);
          later(model, model.settings.timings.registering, () => {
            if (!proxy.targets.includes(target)) return;
            target.state = 'AVAILABLE';
            model.note(`${proxy.name} target ${target.id} AVAILABLE`);
            tell(proxy, target, true);
          });
        }
        return { DBProxyTargets: added.flatMap((target) => targetViews(model, proxy, target)) };
      },
    }),

    DeregisterDBProxyTargets: define<DeregisterDBProxyTargetsRequest, DeregisterDBProxyTargetsResponse>({
      permissions: (input, { principal: { accountId } }) => needs(model, accountId, 'DeregisterDBProxyTargets', input),
      run: (input, { principal: { accountId } }) => {
        const proxy = requireProxy(model, accountId, input.DBProxyName);
        checkGroup(input.TargetGroupName);
        for (const one of named(input)) {
          const index = proxy.targets.findIndex(isSame(one));
          if (index < 0) throw rdsErrors.unknownTarget(one.id);
          proxy.targets.splice(index, 1);
          model.note(`${proxy.name} target ${one.id} removed`);
          tell(proxy, one, false);
        }
        return {};
      },
    }),

    DescribeDBProxyTargets: define<DescribeDBProxyTargetsRequest, DescribeDBProxyTargetsResponse>({
      permissions: (input, { principal: { accountId } }) => [
        onProxy(model, accountId, 'DescribeDBProxyTargets', input.DBProxyName),
      ],
      run: (input, { principal: { accountId } }) => {
        const proxy = requireProxy(model, accountId, input.DBProxyName);
        checkGroup(input.TargetGroupName);
        const all = proxy.targets.flatMap((target) => targetViews(model, proxy, target));
        const { items, Marker } = paged(
          model,
          all.map((view, index) => ({ view, order: index + 1 })),
          ({ order }) => order,
          input,
        );
        return { Targets: items.map(({ view }) => view), Marker };
      },
    }),

    DescribeDBProxyTargetGroups: define<DescribeDBProxyTargetGroupsRequest, DescribeDBProxyTargetGroupsResponse>({
      permissions: (input, { principal: { accountId } }) => [
        onProxy(model, accountId, 'DescribeDBProxyTargetGroups', input.DBProxyName),
      ],
      run: (input, { principal: { accountId } }) => {
        const proxy = requireProxy(model, accountId, input.DBProxyName);
        checkGroup(input.TargetGroupName);
        const { items, Marker } = paged(model, [proxy], ({ order }) => order, input);
        return { TargetGroups: items.map(groupView), Marker };
      },
    }),
  };
};
