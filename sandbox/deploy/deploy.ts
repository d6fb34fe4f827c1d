import { createHash } from 'node:crypto';
import { type Cloud, OPERATOR, PROVIDER_ACCOUNT, REGION } from '../cloud.ts';
import { AwsError } from '../services/errors.ts';
import { readStack } from './assembly.ts';
import { DeploymentError } from './deployment-error.ts';
import { Resolver, type ResourceValues } from './intrinsics.ts';
import { creationOrder } from './order.ts';
import { resolveParameters } from './parameters.ts';
import { judgeProperties, withoutAccepted } from './property-rules.ts';
import type { Answer, Creation, ResourceType, ResourceTypes } from './resource-type.ts';
import type { Properties, Template, TemplateResource } from './template.ts';
import { IGNORED_TYPES, RESOURCE_TYPES } from './types/all.ts';

/** A resource of a running stack. */
export interface DeployedResource {
  readonly type: string;
  /** What Ref answers. */
  readonly physicalId: string;
  /** What Fn::GetAtt answers. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A stack that was deployed. */
export interface Deployment {
  readonly stackName: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** By logical id, in the order in which they were made. */
  readonly resources: ReadonlyMap<string, DeployedResource>;
  /** What the template asks for and the sandbox does not do, a line each: `Ledger (AWS::DynamoDB::Table): TimeToLiveSpecification`. */
  readonly acceptedWithoutBehaviour: readonly string[];
}

/** What to deploy. */
export interface DeployOptions {
  /** The cloud assembly that `cdk synth` wrote, e.g. `cdk.out`. */
  readonly directory: string;
  /** May be left out where the assembly holds one stack. */
  readonly stackName?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Resources that are made: whose condition holds, and which are not ignored. */
type Plan = ReadonlyMap<string, TemplateResource>;

/**
 * Looks over the whole template before anything is made: every type and property that is not modelled, in one message.
 *
 * @returns what is accepted without behaviour.
 */
const judge = (plan: Plan, types: ResourceTypes, holds: (condition: string) => boolean): readonly string[] => {
  const problems: string[] = [];
  const accepted: string[] = [];
  for (const [id, { Type, Properties = {} }] of plan) {
    const type = Object.hasOwn(types, Type) ? types[Type] : undefined;
    if (type === undefined) {
      problems.push(`${Type} of resource ${id} is not modelled.`);
      continue;
    }
    if (type.behaviour !== undefined) accepted.push(`${id} (${Type})`);
    if (type.properties === 'anything') continue;
    const report = judgeProperties(Properties, type.properties, holds);
    for (const path of report.unknown) problems.push(`${Type} ${path} of resource ${id} is not modelled.`);
    for (const path of report.accepted) accepted.push(`${id} (${Type}): ${path}`);
  }
  if (problems.length > 0) {
    throw new DeploymentError(`The template asks for what the sandbox does not model:\n  ${problems.join('\n  ')}`);
  }
  return accepted;
};

const SUFFIX = 12;

const generatedName = (stackName: string, logicalId: string, maximum: number): string => {
  const digest = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex');
  const suffix = BigInt(`0x${digest}`).toString(36).toUpperCase().slice(0, SUFFIX);
  const room = maximum - SUFFIX - 2;
  // Both parts stay recognisable where a name is cut, as CloudFormation does it.
  const stack = stackName.length + logicalId.length <= room ? stackName : stackName.slice(0, Math.floor(room / 2));
  return `${stack}-${logicalId.slice(0, room - stack.length)}-${suffix}`;
};

const pseudoParameters = (cloud: Cloud, stackName: string): Readonly<Record<string, unknown>> => ({
  'AWS::Region': REGION,
  'AWS::AccountId': PROVIDER_ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': stackName,
  'AWS::StackId': `arn:aws:cloudformation:${REGION}:${PROVIDER_ACCOUNT}:stack/${stackName}/${cloud.random.uuid()}`,
  'AWS::NotificationARNs': [],
});

/** Makes resources one after the other, each through the same actions that a client calls. */
class StackMaker {
  readonly #cloud: Cloud;
  readonly #stackName: string;
  readonly #resolver: Resolver;
  readonly #shared = new Map<string, unknown>();

  constructor(cloud: Cloud, stackName: string, resolver: Resolver) {
    this.#cloud = cloud;
    this.#stackName = stackName;
    this.#resolver = resolver;
  }

  async make(logicalId: string, resource: TemplateResource, type: ResourceType): Promise<ResourceValues> {
    const where = `${logicalId} (${resource.Type})`;
    const given = (this.#resolver.resolve(resource.Properties ?? {}, where) ?? {}) as Properties;
    const properties = type.properties === 'anything' ? given : withoutAccepted(given, type.properties);
    try {
      return await type.create(properties, this.#creation(logicalId));
    } catch (cause) {
      const words = cause instanceof AwsError ? `${cause.code}: ${cause.message}` : String((cause as Error).message);
      throw new DeploymentError(`${where} could not be made: ${words}`, { cause });
    }
  }

  #creation(logicalId: string): Creation {
    const cloud = this.#cloud;
    const stackName = this.#stackName;
    return {
      logicalId,
      stackName,
      call: async (service, action, input) =>
        (await cloud.invoke({ service, action, input, principal: OPERATOR })) as Answer,
      generatedName: (maximum) => generatedName(stackName, logicalId, maximum),
      hex: (length) => cloud.random.hex(length),
      shared: <T>(name: string, make: () => T): T => {
        if (!this.#shared.has(name)) this.#shared.set(name, make());
        return this.#shared.get(name) as T;
      },
    };
  }
}

const chosen = (template: Template, resolver: Resolver): Plan =>
  new Map(
    Object.entries(template.Resources ?? {}).filter(
      ([, { Type, Condition }]) =>
        !IGNORED_TYPES.includes(Type) && (Condition === undefined || resolver.condition(Condition)),
    ),
  );

const outputsOf = (template: Template, resolver: Resolver): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(template.Outputs ?? {})
      .filter(([, { Condition }]) => Condition === undefined || resolver.condition(Condition))
      .map(([name, { Value }]) => [name, String(resolver.resolve(Value, `Output ${name}`))]),
  );

/**
 * Deploys one stack of a synthesised app into a world: what is tested is what is deployed. A resource is made by the same
 * action that a client would call, as the operator, in the order of its references.
 *
 * @throws DeploymentError naming every type and property that is not modelled, before anything is made; or the logical id,
 * the type and the cause of the first resource that could not be made. What was made before stays.
 */
export const deploy = async (cloud: Cloud, options: DeployOptions): Promise<Deployment> => {
  const { name, template } = readStack(options.directory, options.stackName);
  if (template.Transform !== undefined) throw new DeploymentError(`${name} has a Transform: macros are not modelled.`);
  const resources = new Map<string, ResourceValues>();
  const resolver = new Resolver({
    template,
    parameters: resolveParameters(template.Parameters ?? {}, options.parameters ?? {}),
    pseudo: pseudoParameters(cloud, name),
    resources,
  });
  const plan = chosen(template, resolver);
  const acceptedWithoutBehaviour = judge(plan, RESOURCE_TYPES, (condition) => resolver.condition(condition));
  const maker = new StackMaker(cloud, name, resolver);
  for (const id of creationOrder(plan)) {
    const resource = plan.get(id);
    const type = resource && RESOURCE_TYPES[resource.Type];
    if (resource === undefined || type === undefined) continue;
    resources.set(id, await maker.make(id, resource, type));
  }
  return {
    stackName: name,
    outputs: outputsOf(template, resolver),
    resources: new Map(
      [...resources].map(([id, { ref, attributes }]) => [
        id,
        { type: plan.get(id)?.Type ?? '', physicalId: ref, attributes },
      ]),
    ),
    acceptedWithoutBehaviour,
  };
};
