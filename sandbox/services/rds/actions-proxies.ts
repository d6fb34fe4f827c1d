import type {
  CreateDBProxyRequest,
  CreateDBProxyResponse,
  DeleteDBProxyRequest,
  DeleteDBProxyResponse,
  DescribeDBProxiesRequest,
  DescribeDBProxiesResponse,
  ModifyDBProxyRequest,
  ModifyDBProxyResponse,
} from '@aws-sdk/client-rds';
import type { ActionDefinition } from '../../cloud.ts';
import { checkName, checkSubnets, PORTS } from './checks.ts';
import { beginEndpoint, endEndpoint } from './endpoints.ts';
import { rdsErrors } from './errors.ts';
import { onProxy, requireProxy } from './lookups.ts';
import { type DbProxy, keyOf, later, type RdsModel, rdsArn } from './model.ts';
import { tellOfProxy } from './notices.ts';
import { paged } from './pages.ts';
import { proxyView } from './views.ts';

const define = <I, O>(action: ActionDefinition<I, O>): ActionDefinition<I, O> => action;

const passRole = (roleArn: string | undefined) =>
  roleArn === undefined
    ? []
    : [{ action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'rds.amazonaws.com' } }];

/** Seconds; https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBProxy.html */
const DEFAULT_IDLE_TIMEOUT = 1_800;

/** @throws AwsError `InvalidDBProxyStateFault` */
export const requireAvailable = (proxy: DbProxy): void => {
  if (proxy.status !== 'available') throw rdsErrors.proxyState(proxy.name, proxy.status);
};

const move = (model: RdsModel, proxy: DbProxy, status: DbProxy['status']): void => {
  proxy.status = status;
  proxy.updatedAt = model.cloud.clock.now();
  model.note(`${proxy.name} ${status}`);
};

const make = (model: RdsModel, input: CreateDBProxyRequest, owner: string): DbProxy => {
  const name = checkName(input.DBProxyName, 'DBProxyName');
  if (model.proxies.has(keyOf(owner, name))) throw rdsErrors.proxyExists(name);
  const port = PORTS.get(input.EngineFamily ?? '');
  if (port === undefined) throw rdsErrors.invalid(`Invalid engine family: ${input.EngineFamily}`);
  const subnetIds = checkSubnets(model, input.VpcSubnetIds);
  const now = model.cloud.clock.now();
  const hex = (): string => `0${model.cloud.random.hex(16)}`;
  const proxy: DbProxy = {
    order: model.nextOrder(),
    name,
    owner,
    arn: rdsArn(model, owner, 'db-proxy', `prx-${hex()}`),
    engineFamily: input.EngineFamily ?? '',
    port,
    vpcId: model.subnets.find(subnetIds[0] ?? '').vpcId,
    subnetIds,
    createdAt: now,
    targetNetworkType: input.TargetConnectionNetworkType ?? 'IPV4',
    groupIds: [...(input.VpcSecurityGroupIds ?? [])],
    roleArn: input.RoleArn ?? '',
    auth: input.Auth ?? [],
    defaultAuthScheme: input.DefaultAuthScheme ?? 'NONE',
    requireTls: input.RequireTLS ?? false,
    idleClientTimeout: input.IdleClientTimeout ?? DEFAULT_IDLE_TIMEOUT,
    debugLogging: input.DebugLogging ?? false,
    status: 'creating',
    updatedAt: now,
    targetGroupArn: rdsArn(model, owner, 'target-group', `prx-tg-${hex()}`),
    targets: [],
    endpoints: new Map(),
    failedZones: new Set(),
  };
  model.proxies.set(keyOf(owner, name), proxy);
  model.note(`${name} creating`);
  return proxy;
};

/** Creating, reading, changing and deleting proxies. */
export const proxyActions = (model: RdsModel): Record<string, ActionDefinition> => ({
  CreateDBProxy: define<CreateDBProxyRequest, CreateDBProxyResponse>({
    permissions: (input, { principal }) => [
      { action: 'rds:CreateDBProxy', resource: rdsArn(model, principal.accountId, 'db-proxy', '*') },
      ...passRole(input.RoleArn),
    ],
    run: (input, { principal }) => {
      const proxy = make(model, input, principal.accountId);
      const endpoint = beginEndpoint(model, {
        proxy,
        name: proxy.name,
        isDefault: true,
        targetRole: 'READ_WRITE',
        networkType: input.EndpointNetworkType ?? 'IPV4',
        subnetIds: proxy.subnetIds,
        groupIds: proxy.groupIds,
      });
      later(model, model.settings.timings.proxyCreating, () => {
        if (proxy.status !== 'creating') return;
        endpoint.status = 'available';
        move(model, proxy, 'available');
        tellOfProxy(model, proxy, '0203', `RDS created DB Proxy ${proxy.name}.`);
      });
      return { DBProxy: proxyView(proxy) };
    },
  }),

  DescribeDBProxies: define<DescribeDBProxiesRequest, DescribeDBProxiesResponse>({
    permissions: (input, { principal }) => [
      onProxy(model, principal.accountId, 'DescribeDBProxies', input.DBProxyName),
    ],
    run: (input, { principal: { accountId } }) => {
      const wanted =
        input.DBProxyName === undefined
          ? [...model.proxies.values()].filter(({ owner }) => owner === accountId)
          : [requireProxy(model, accountId, input.DBProxyName)];
      const { items, Marker } = paged(model, wanted, ({ order }) => order, input);
      return { DBProxies: items.map(proxyView), Marker };
    },
  }),

  ModifyDBProxy: define<ModifyDBProxyRequest, ModifyDBProxyResponse>({
    permissions: (input, { principal }) => [
      onProxy(model, principal.accountId, 'ModifyDBProxy', input.DBProxyName),
      ...passRole(input.RoleArn),
    ],
    run: (input, { principal }) => {
      const proxy = requireProxy(model, principal.accountId, input.DBProxyName);
      requireAvailable(proxy);
      if (input.NewDBProxyName !== undefined) throw rdsErrors.notModelled('another name for a proxy');
      proxy.auth = input.Auth ?? proxy.auth;
      proxy.defaultAuthScheme = input.DefaultAuthScheme ?? proxy.defaultAuthScheme;
      proxy.requireTls = input.RequireTLS ?? proxy.requireTls;
      proxy.idleClientTimeout = input.IdleClientTimeout ?? proxy.idleClientTimeout;
      proxy.debugLogging = input.DebugLogging ?? proxy.debugLogging;
      proxy.roleArn = input.RoleArn ?? proxy.roleArn;
      proxy.groupIds = input.SecurityGroups ?? proxy.groupIds;
      move(model, proxy, 'modifying');
      later(model, model.settings.timings.modifying, () => {
        if (proxy.status !== 'modifying') return;
        move(model, proxy, 'available');
        tellOfProxy(model, proxy, '0204', `RDS modified DB Proxy ${proxy.name}.`);
      });
      return { DBProxy: proxyView(proxy) };
    },
  }),

  DeleteDBProxy: define<DeleteDBProxyRequest, DeleteDBProxyResponse>({
    permissions: (input, { principal }) => [onProxy(model, principal.accountId, 'DeleteDBProxy', input.DBProxyName)],
    run: (input, { principal }) => {
      const proxy = requireProxy(model, principal.accountId, input.DBProxyName);
      if (proxy.status === 'deleting') throw rdsErrors.proxyState(proxy.name, proxy.status);
      move(model, proxy, 'deleting');
      for (const endpoint of proxy.endpoints.values()) endEndpoint(model, endpoint);
      later(model, model.settings.timings.deleting, () => {
        model.proxies.delete(keyOf(proxy.owner, proxy.name));
        model.note(`${proxy.name} deleted`);
        tellOfProxy(model, proxy, '0205', `RDS deleted DB Proxy ${proxy.name}.`);
      });
      return { DBProxy: proxyView(proxy) };
    },
  }),
});
