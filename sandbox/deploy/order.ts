import { DeploymentError } from './deployment-error.ts';
import { attributeOf, intrinsicOf, isRecord, substitutions, type TemplateResource } from './template.ts';

/** The names that an expression refers to: resources, parameters and pseudo parameters alike. */
export const references = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isRecord(value)) return [];
  const [name, argument] = intrinsicOf(value) ?? [];
  if (name === 'Ref') return [String(argument)];
  if (name === 'Fn::GetAtt') return [attributeOf(argument)[0]];
  if (name === 'Fn::Sub') {
    const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
    const named = substitutions(String(text)).map((part) => part.split('.')[0] ?? part);
    return [...named, ...references(own)];
  }
  return Object.values(value).flatMap(references);
};

/**
 * Types that allow something: they are made as soon as they can be, so that a pipe or a schedule does not begin its work
 * before its role may do it. Templates do not always say so, and CloudFormation promises nothing.
 */
const GRANTS: readonly string[] = [
  'AWS::IAM::Policy',
  'AWS::IAM::ManagedPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::Events::EventBusPolicy',
  'AWS::Lambda::Permission',
];

/**
 * The order in which resources are made: each after those it refers to or depends on, grants first, otherwise as the
 * template has them.
 *
 * @throws DeploymentError naming the resources that wait for each other.
 */
export const creationOrder = (resources: ReadonlyMap<string, TemplateResource>): readonly string[] => {
  const waiting = new Map(
    [...resources].map(([id, { Properties, DependsOn = [] }]) => {
      const explicit = typeof DependsOn === 'string' ? [DependsOn] : DependsOn;
      const needs = [...references(Properties), ...explicit].filter((name) => name !== id && resources.has(name));
      return [id, new Set(needs)] as const;
    }),
  );
  const order: string[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, needs]) => needs.size === 0).map(([id]) => id);
    const next = ready.find((id) => GRANTS.includes(resources.get(id)?.Type ?? '')) ?? ready[0];
    if (next === undefined) {
      throw new DeploymentError(`These resources wait for each other: ${[...waiting.keys()].join(', ')}.`);
    }
    order.push(next);
    waiting.delete(next);
    for (const needs of waiting.values()) needs.delete(next);
  }
  return order;
};
