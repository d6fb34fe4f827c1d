/** Workflow state `Find the bindings`: which bindings follow what an event of RDS is about. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { RDSClient } from '@aws-sdk/client-rds';
import * as v from 'valibot';
import { readBindings } from '../aws/bindings.ts';
import { readProxyName } from '../aws/source.ts';
import type { Binding } from '../domain/binding.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({
  /** `SourceArn` of the event. */
  arn: v.pipe(v.string(), v.maxLength(2_048)),
  /** Its `SourceIdentifier`: of a proxy's event the name of the proxy, or of one of its endpoints. */
  name: v.pipe(v.string(), v.maxLength(2_048)),
});

interface Services {
  readonly rds: RDSClient;
  readonly dynamo: DynamoDBClient;
  readonly registry: string;
}

/** Whether a binding follows something of this name. */
const isNamed = ({ source }: Binding, name: string): boolean => {
  switch (source.kind) {
    case 'proxy':
      return source.proxyName === name;
    case 'instance':
      return source.instanceId === name;
    case 'cluster':
      return source.clusterId === name;
    case 'host':
    case 'fixed':
      return false;
  }
};

/**
 * An event of a proxy's endpoint names the endpoint, and the proxy by an ARN that does not hold its name: RDS is asked for that.
 *
 * @throws `Throttled`, `Denied`.
 */
export const run = async ({ arn, name }: v.InferOutput<typeof Input>, { rds, dynamo, registry }: Services) => {
  const all = await readBindings(dynamo, registry);
  const bindings = [...all.values()].flatMap((each) => (each.kind === 'found' ? [each.entry] : []));
  const follow = (source: string): readonly string[] =>
    bindings.filter((binding) => isNamed(binding, source)).map(({ bindingId }) => bindingId);
  const isOfProxy = /:db-proxy(?:-endpoint)?:/.test(arn);
  const hasProxies = bindings.some(({ source }) => source.kind === 'proxy');
  const direct = follow(name);
  const proxyName = isOfProxy && hasProxies && direct.length === 0 ? await readProxyName(rds, arn) : undefined;
  const bindingIds = [...new Set([...direct, ...(proxyName === undefined ? [] : follow(proxyName))])].sort();
  logger.info('bindings found', { arn, name, bindingIds });
  return { bindingIds };
};

export const handler = createHandler(Input, run, {
  rds: tracer.captureAWSv3Client(new RDSClient({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  registry: required('REGISTRY_TABLE'),
});
