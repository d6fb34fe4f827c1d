import { createHash } from 'node:crypto';
import { type Cloud, OPERATOR, PROVIDER_ACCOUNT } from '../cloud.ts';
import { AwsError } from '../services/errors.ts';
import type { DeployedResource } from './deployment.ts';
import { DeploymentError } from './deployment-error.ts';
import type { Resolver, ResourceValues } from './intrinsics.ts';
import { withoutAccepted } from './property-rules.ts';
import type { Answer, Creation, ResourceType } from './resource-type.ts';
import type { PlannedResource } from './stack-template.ts';
import type { Properties } from './template.ts';

const SUFFIX = 12;

const generatedName = (stackName: string, logicalId: string, before: number, maximum: number): string => {
  const unique = [stackName, logicalId, ...(before === 0 ? [] : [before])].join('/');
  const digest = createHash('sha256').update(unique).digest('hex');
  const suffix = BigInt(`0x${digest}`).toString(36).toUpperCase().slice(0, SUFFIX);
  const room = maximum - SUFFIX - 2;
  // Both parts stay recognisable where a name is cut, as CloudFormation does it.
  const stack = stackName.length + logicalId.length <= room ? stackName : stackName.slice(0, Math.floor(room / 2));
  return `${stack}-${logicalId.slice(0, room - stack.length)}-${suffix}`;
};

/** `AWS::Region` and its like. */
export const pseudoParameters = (
  region: string,
  stackName: string,
  stackId: string,
): Readonly<Record<string, unknown>> => ({
  'AWS::Region': region,
  'AWS::AccountId': PROVIDER_ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': stackName,
  'AWS::StackId': stackId,
  'AWS::NotificationARNs': [],
});

/** e.g. `arn:aws:cloudformation:us-west-2:123456789012:stack/Concierge/4f1c…`, with an id by the world's chance. */
export const newStackId = (cloud: Cloud, stackName: string): string =>
  `arn:aws:cloudformation:${cloud.region}:${PROVIDER_ACCOUNT}:stack/${stackName}/${cloud.random.uuid()}`;

/** What a deletion finds gone is deleted, as for CloudFormation. */
const isGone = (error: unknown): boolean =>
  error instanceof AwsError &&
  /NotFound|NoSuch(Entity|HostedZone|HealthCheck)|DoesNotExist|NonExistent/.test(error.code);

/** The stack in which resources are made. */
export interface StackMakerOptions {
  readonly stackName: string;
  /** How often each logical id was made; counted on. */
  readonly timesMade: Map<string, number>;
  /** What there is. */
  readonly resources: ReadonlyMap<string, DeployedResource>;
}

/** Makes, changes and takes away resources one after the other, each through the same actions that a client calls. */
export class StackMaker {
  readonly #cloud: Cloud;
  readonly #options: StackMakerOptions;
  readonly #shared = new Map<string, unknown>();

  constructor(cloud: Cloud, options: StackMakerOptions) {
    this.#cloud = cloud;
    this.#options = options;
  }

  async make(logicalId: string, { resource, type }: PlannedResource, properties: Properties): Promise<ResourceValues> {
    const values = await this.#telling(`${logicalId} (${resource.Type}) could not be made`, () =>
      type.create(properties, this.#creation(logicalId)),
    );
    this.#options.timesMade.set(logicalId, this.#before(logicalId) + 1);
    return values;
  }

  async change(logicalId: string, type: ResourceType, existing: DeployedResource, after: Properties): Promise<void> {
    const { physicalId: ref, attributes, properties: before } = existing;
    await this.#telling(`${logicalId} (${existing.type}) could not be updated`, () =>
      type.update?.({ ref, attributes, before, after }, this.#creation(logicalId)),
    );
  }

  async remove(logicalId: string, type: ResourceType, existing: DeployedResource): Promise<void> {
    const { physicalId: ref, attributes, properties } = existing;
    await this.#telling(`${logicalId} (${existing.type}) could not be deleted`, async () => {
      try {
        await type.remove?.({ ref, attributes, properties }, this.#creation(logicalId));
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    });
  }

  async #telling<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const words = cause instanceof AwsError ? `${cause.code}: ${cause.message}` : String((cause as Error).message);
      throw new DeploymentError(`${what}: ${words}`, { cause });
    }
  }

  #before(logicalId: string): number {
    return this.#options.timesMade.get(logicalId) ?? 0;
  }

  #creation(logicalId: string): Creation {
    const cloud = this.#cloud;
    const { stackName, resources } = this.#options;
    return {
      logicalId,
      stackName,
      region: cloud.region,
      call: async (service, action, input) =>
        (await cloud.invoke({ service, action, input, principal: OPERATOR })) as Answer,
      generatedName: (maximum) => generatedName(stackName, logicalId, this.#before(logicalId), maximum),
      hex: (length) => cloud.random.hex(length),
      shared: <T>(name: string, make: () => T): T => {
        if (!this.#shared.has(name)) this.#shared.set(name, make());
        return this.#shared.get(name) as T;
      },
      isTaken: (id) => [...resources.values()].some(({ physicalId }) => physicalId === id),
      pause: (milliseconds) => cloud.clock.sleep(milliseconds),
    };
  }
}

/** A resource's properties with the functions done, without what makes no difference. */
export const resolvedProperties = (
  logicalId: string,
  { resource, type }: PlannedResource,
  resolver: Resolver,
): Properties => {
  const where = `${logicalId} (${resource.Type})`;
  const given = (resolver.resolve(resource.Properties ?? {}, where) ?? {}) as Properties;
  return type.properties === 'anything' ? given : withoutAccepted(given, type.properties);
};
