import type { ResourceValues } from './intrinsics.ts';
import type { PropertyRules } from './property-rules.ts';
import type { Properties } from './template.ts';

/** The answer of an action, to be read member by member. */
export type Answer = Readonly<Record<string, unknown>>;

/** What a type needs to make one resource. */
export interface Creation {
  readonly logicalId: string;
  readonly stackName: string;
  /** Where the stack is. */
  readonly region: string;
  /** Calls an action as the operator: `call('sqs', 'CreateQueue', { QueueName })`. */
  readonly call: (service: string, action: string, input: object) => Promise<Answer>;
  /**
   * The name that CloudFormation would make for a resource without one: stack, logical id and twelve characters, cut to
   * `maximum`. The characters follow from the first two, not from chance, so that every world has the same names.
   */
  readonly generatedName: (maximum: number) => string;
  /** `length` hexadecimal digits of the world's chance, for the ids of resources that no service makes. */
  readonly hex: (length: number) => string;
  /** What resources of one deployment share under a name of their choice, made at first use. */
  readonly shared: <T>(name: string, make: () => T) => T;
  /** Whether the stack that runs has a resource with this physical id already. */
  readonly isTaken: (physicalId: string) => boolean;
  /** Waits, in milliseconds of the world's clock. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** A resource that was made, and of what. */
export interface Existing<P> extends ResourceValues {
  readonly properties: P;
}

/** What is asked of a resource that runs. Properties that were left out of the new template are absent from `after`. */
export interface Change<P> extends ResourceValues {
  readonly before: P;
  readonly after: P;
}

/**
 * How resources of one CloudFormation type are made, changed and taken away. The change of a property that is neither in
 * `inPlace` nor in `replacing`, and a deletion without `remove`, are refused before anything is done. A type without
 * behaviour takes every change and deletion.
 */
export interface ResourceType<P = Properties> {
  /** `without behaviour`: the resource is made in name only. */
  readonly behaviour?: 'without behaviour';
  /** `anything`: no property matters. */
  readonly properties: PropertyRules | 'anything';
  /** Makes it by the same actions that clients call, and gives what Ref and Fn::GetAtt answer. */
  create(properties: P, creation: Creation): Promise<ResourceValues>;
  /** Properties that `update` changes while the resource stays what it is. */
  readonly inPlace?: readonly string[];
  /** Properties whose change makes another resource; what refers to it follows, then the old one goes. */
  readonly replacing?: readonly string[];
  /** What Ref and Fn::GetAtt answer stays the same. */
  update?(change: Change<P>, creation: Creation): Promise<void>;
  remove?(existing: Existing<P>, creation: Creation): Promise<void>;
}

/** Resource types by their CloudFormation names. */
export type ResourceTypes = Readonly<Record<string, ResourceType>>;

/** Lets a type name the shape of its properties; that shape is the template's promise and is not checked again. */
export const resourceType = <P>(type: ResourceType<P>): ResourceType => type as unknown as ResourceType;

/** Leaves out members that are undefined: services tell an absent member from an undefined one. */
export const defined = <T extends object>(members: T): T =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;

/** A member that must be a text in an answer. @throws Error where it is not, which is the called service's defect. */
export const textOf = (answer: unknown, ...path: readonly (string | number)[]): string => {
  let value = answer;
  for (const step of path) value = (value as Record<string | number, unknown> | undefined)?.[step];
  if (typeof value !== 'string') throw new Error(`The answer has no ${path.join('.')}: ${JSON.stringify(answer)}`);
  return value;
};
