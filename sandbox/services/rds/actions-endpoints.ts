import type {
  CreateDBProxyEndpointRequest,
  CreateDBProxyEndpointResponse,
  DeleteDBProxyEndpointRequest,
  DeleteDBProxyEndpointResponse,
  DescribeDBProxyEndpointsRequest,
  DescribeDBProxyEndpointsResponse,
  ModifyDBProxyEndpointRequest,
  ModifyDBProxyEndpointResponse,
} from '@aws-sdk/client-rds';
import type { ActionDefinition } from '../../cloud.ts';
import { requireAvailable } from './actions-proxies.ts';
import { checkName, checkSubnets } from './checks.ts';
import { beginEndpoint, endEndpoint } from './endpoints.ts';
import { rdsErrors } from './errors.ts';
import { endpointsOf, findEndpoint, onEndpoint, onProxy, requireEndpoint, requireProxy } from './lookups.ts';
import { later, type ProxyEndpoint, type RdsModel } from './model.ts';
import { tellOfProxy } from './notices.ts';
import { paged } from './pages.ts';
import { endpointView } from './views.ts';

const define = <I, O>(action: ActionDefinition<I, O>): ActionDefinition<I, O> => action;

const move = (model: RdsModel, endpoint: ProxyEndpoint, status: ProxyEndpoint['status']): void => {
  endpoint.status = status;
  model.note(`${endpoint.name} ${status}`, { proxy: endpoint.proxy.name });
};

/** The endpoint, if it may be changed. @throws AwsError `InvalidDBProxyEndpointStateFault` */
const changeable = (model: RdsModel, account: string, name: string | undefined): ProxyEndpoint => {
  const endpoint = requireEndpoint(model, account, name);
  if (endpoint.status !== 'available') {
    throw rdsErrors.endpointState(`The endpoint ${endpoint.name} is in the state ${endpoint.status}.`);
  }
  return endpoint;
};

/** Creating, reading, changing and deleting the further endpoints of proxies. */
export const endpointActions = (model: RdsModel): Record<string, ActionDefinition> => {
  const tell = (endpoint: ProxyEndpoint, number: '0206' | '0207' | '0208', verb: string): void =>
    tellOfProxy(
      model,
      endpoint.proxy,
      number,
      `RDS ${verb} endpoint ${endpoint.name} of DB Proxy ${endpoint.proxy.name}.`,
      endpoint.name,
    );
  return {
    CreateDBProxyEndpoint: define<CreateDBProxyEndpointRequest, CreateDBProxyEndpointResponse>({
      permissions: (input, { principal: { accountId } }) => [
        onProxy(model, accountId, 'CreateDBProxyEndpoint', input.DBProxyName),
        onEndpoint(model, accountId, 'CreateDBProxyEndpoint'),
      ],
      run: (input, { principal: { accountId } }) => {
        const proxy = requireProxy(model, accountId, input.DBProxyName);
        requireAvailable(proxy);
        const name = checkName(input.DBProxyEndpointName, 'DBProxyEndpointName');
        if (findEndpoint(model, accountId, name) !== undefined) throw rdsErrors.endpointExists(name);
        const endpoint = beginEndpoint(model, {
          proxy,
          name,
          isDefault: false,
          targetRole: input.TargetRole ?? 'READ_WRITE',
          networkType: input.EndpointNetworkType ?? 'IPV4',
          subnetIds: checkSubnets(model, input.VpcSubnetIds),
          groupIds: input.VpcSecurityGroupIds ?? proxy.groupIds,
        });
        later(model, model.settings.timings.endpointCreating, () => {
          if (endpoint.status !== 'creating') return;
          move(model, endpoint, 'available');
          tell(endpoint, '0206', 'created');
        });
        return { DBProxyEndpoint: endpointView(endpoint) };
      },
    }),

    DescribeDBProxyEndpoints: define<DescribeDBProxyEndpointsRequest, DescribeDBProxyEndpointsResponse>({
      permissions: (input, { principal: { accountId } }) => [
        onProxy(model, accountId, 'DescribeDBProxyEndpoints', input.DBProxyName),
        ...(input.DBProxyEndpointName === undefined
          ? []
          : [onEndpoint(model, accountId, 'DescribeDBProxyEndpoints', input.DBProxyEndpointName)]),
      ],
      run: (input, { principal: { accountId } }) => {
        const { DBProxyName: proxyName, DBProxyEndpointName: name } = input;
        const ofProxy =
          proxyName === undefined
            ? endpointsOf(model, accountId)
            : [...requireProxy(model, accountId, proxyName).endpoints.values()];
        const wanted = name === undefined ? ofProxy : ofProxy.filter((one) => one.name === name.toLowerCase());
        if (name !== undefined && wanted.length === 0) throw rdsErrors.unknownEndpoint(name);
        const { items, Marker } = paged(model, wanted, ({ order }) => order, input);
        return { DBProxyEndpoints: items.map(endpointView), Marker };
      },
    }),

    ModifyDBProxyEndpoint: define<ModifyDBProxyEndpointRequest, ModifyDBProxyEndpointResponse>({
      permissions: (input, { principal: { accountId } }) => [
        onEndpoint(model, accountId, 'ModifyDBProxyEndpoint', input.DBProxyEndpointName),
      ],
      run: (input, { principal: { accountId } }) => {
        const endpoint = changeable(model, accountId, input.DBProxyEndpointName);
        if (input.NewDBProxyEndpointName !== undefined) throw rdsErrors.notModelled('another name for an endpoint');
        endpoint.groupIds = input.VpcSecurityGroupIds ?? endpoint.groupIds;
        move(model, endpoint, 'modifying');
        later(model, model.settings.timings.modifying, () => {
          if (endpoint.status !== 'modifying') return;
          move(model, endpoint, 'available');
          tell(endpoint, '0207', 'modified');
        });
        return { DBProxyEndpoint: endpointView(endpoint) };
      },
    }),

    DeleteDBProxyEndpoint: define<DeleteDBProxyEndpointRequest, DeleteDBProxyEndpointResponse>({
      permissions: (input, { principal: { accountId } }) => [
        onEndpoint(model, accountId, 'DeleteDBProxyEndpoint', input.DBProxyEndpointName),
      ],
      run: (input, { principal: { accountId } }) => {
        const endpoint = changeable(model, accountId, input.DBProxyEndpointName);
        if (endpoint.isDefault) throw rdsErrors.endpointState('The default endpoint of a proxy cannot be deleted.');
        model.note(`${endpoint.name} deleting`, { proxy: endpoint.proxy.name });
        endEndpoint(model, endpoint);
        later(model, model.settings.timings.deleting, () => {
          endpoint.proxy.endpoints.delete(endpoint.name);
          model.note(`${endpoint.name} deleted`, { proxy: endpoint.proxy.name });
          tell(endpoint, '0208', 'deleted');
        });
        return { DBProxyEndpoint: endpointView(endpoint) };
      },
    }),
  };
};
