import { type ProxyEndpoint, type RdsModel, rdsArn } from './model.ts';
import { dismissNode, startNode, staying } from './nodes.ts';

/** What an endpoint is made of; the rest follows. */
type NewEndpoint = Pick<
  ProxyEndpoint,
  'proxy' | 'name' | 'isDefault' | 'targetRole' | 'networkType' | 'subnetIds' | 'groupIds'
>;

/**
 * Makes an endpoint in the state `creating`, and begins its nodes.
 * Names: `NAME.proxy-CODE.us-west-2.rds.amazonaws.com`, `NAME.endpoint.proxy-CODE.us-west-2.rds.amazonaws.com`, see
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-endpoints.html
 */
export const beginEndpoint = (model: RdsModel, made: NewEndpoint): ProxyEndpoint => {
  const { proxy, name, isDefault } = made;
  const code = model.accountCode(proxy.owner);
  const endpoint: ProxyEndpoint = {
    ...made,
    order: model.nextOrder(),
    arn: rdsArn(model, proxy.owner, 'db-proxy-endpoint', `prx-endpoint-0${model.cloud.random.hex(16)}`),
    host: `${name}.${isDefault ? '' : 'endpoint.'}proxy-${code}.${model.cloud.region}.rds.amazonaws.com`,
    createdAt: model.cloud.clock.now(),
    status: 'creating',
    nodes: new Set(),
    missing: 0,
  };
  proxy.endpoints.set(name, endpoint);
  for (let node = 0; node < model.settings.nodes; node += 1) startNode(model, endpoint);
  return endpoint;
};

/** Begins an endpoint's end: its nodes are dismissed; whoever asked takes its record away. */
export const endEndpoint = (model: RdsModel, endpoint: ProxyEndpoint): void => {
  endpoint.status = 'deleting';
  for (const node of staying(endpoint)) dismissNode(model, node);
};
