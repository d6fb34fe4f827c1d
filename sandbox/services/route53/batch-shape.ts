import type { Change, ChangeBatch, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { RRType } from '@aws-sdk/client-route-53';
import { route53Errors } from './errors.ts';

const LARGEST_TTL = 2_147_483_647;
const LARGEST_WEIGHT = 255;
const LONGEST_IDENTIFIER = 128;
const LONGEST_VALUE = 4_000;
const ACTIONS = ['CREATE', 'DELETE', 'UPSERT'];
const FAILOVERS = ['PRIMARY', 'SECONDARY'];

type Member = keyof ResourceRecordSet;

/** Policies of which the sandbox has no model: what they choose by, where the asker is, is not known here. */
const FOREIGN: readonly Member[] = [
  'Region',
  'GeoLocation',
  'GeoProximityLocation',
  'CidrRoutingConfig',
  'TrafficPolicyInstanceId',
];
const POLICIES =
  '[Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig]';

const oneOf = (value: string | undefined, allowed: readonly string[], at: string): void => {
  if (value === undefined || allowed.includes(value)) return;
  throw route53Errors.constraint(value, at, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
};

const within = (value: number | undefined, most: number, at: string): void => {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= most)) return;
  const words = value > most ? `less than or equal to ${most}` : 'greater than or equal to 0';
  throw route53Errors.constraint(value, at, `Member must have value ${words}`);
};

const length = (value: string | undefined, least: number, most: number, at: string): void => {
  if (value === undefined || (value.length >= least && value.length <= most)) return;
  const words = value.length > most ? `less than or equal to ${most}` : `greater than or equal to ${least}`;
  throw route53Errors.constraint(value, at, `Member must have length ${words}`);
};

/** What the API model allows of a single value. @throws AwsError `InvalidInput` */
const checkMembers = ({ Action, ResourceRecordSet: set }: Change, index: number): void => {
  const at = `changeBatch.changes.${index + 1}.member`;
  const inSet = `${at}.resourceRecordSet`;
  oneOf(Action, ACTIONS, `${at}.action`);
  oneOf(set?.Type, Object.values(RRType), `${inSet}.type`);
  oneOf(set?.Failover, FAILOVERS, `${inSet}.failover`);
  within(set?.TTL, LARGEST_TTL, `${inSet}.tTL`);
  within(set?.Weight, LARGEST_WEIGHT, `${inSet}.weight`);
  length(set?.SetIdentifier, 1, LONGEST_IDENTIFIER, `${inSet}.setIdentifier`);
  length(set?.HealthCheckId, 0, 64, `${inSet}.healthCheckId`);
  for (const [number, { Value }] of (set?.ResourceRecords ?? []).entries()) {
    length(Value, 0, LONGEST_VALUE, `${inSet}.resourceRecords.${number + 1}.member.value`);
  }
};

/** `[Action=CREATE, Name=app.example.com., Type=A, SetIdentifier=null]`, as in https://github.com/agorapulse/grails-aws-sdk/issues/95 */
const nameOf = ({ Action, ResourceRecordSet: set }: Change): string =>
  `[Action=${Action}, Name=${set?.Name}, Type=${set?.Type}, SetIdentifier=${set?.SetIdentifier ?? null}]`;

const policyCount = (set: ResourceRecordSet | undefined): number =>
  [set?.Weight !== undefined, set?.Failover !== undefined, set?.MultiValueAnswer === true].filter(Boolean).length;

/**
 * What must be there together, and what must not: the sentences are those of https://github.com/ansible-collections/community.aws/issues/434
 * and, of the set identifier, of users of CloudFormation.
 */
const complaints = (change: Change): readonly string[] => {
  const { ResourceRecordSet: set } = change;
  const told = nameOf(change);
  const hasRecords = (set?.ResourceRecords ?? []).length > 0;
  const isPlain = set?.TTL !== undefined && hasRecords;
  const hasAny = set?.TTL !== undefined || hasRecords;
  const exactlyOne = (what: string, found: string): string =>
    `Expected exactly one of ${what}, but found ${found} in Change with ${told}`;
  const content = '[AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]';
  const policies = policyCount(set);
  const result: string[] = [];
  if (set?.AliasTarget !== undefined && hasAny) result.push(exactlyOne(content, 'more than one'));
  if (set?.AliasTarget === undefined && !isPlain) result.push(exactlyOne(content, 'none'));
  if (policies > 1) result.push(exactlyOne(POLICIES, 'more than one'));
  if (policies > 0 && set?.SetIdentifier === undefined) {
    result.push(`Missing field 'SetIdentifier' in Change with ${told}`);
  }
  if (policies === 0 && set?.SetIdentifier !== undefined) result.push(exactlyOne(POLICIES, 'none'));
  return result;
};

/**
 * The faults of a batch that show without looking at the zone.
 *
 * @throws AwsError `InvalidInput`; `NotImplemented` for routing policies that the sandbox does not have.
 */
export const checkShape = (batch: ChangeBatch | undefined): void => {
  const changes = batch?.Changes ?? [];
  if (changes.length === 0) {
    throw route53Errors.constraint('[]', 'changeBatch.changes', 'Member must have length greater than or equal to 1');
  }
  length(batch?.Comment, 0, 256, 'changeBatch.comment');
  for (const [index, change] of changes.entries()) {
    checkMembers(change, index);
    const foreign = FOREIGN.find((member) => change.ResourceRecordSet?.[member] !== undefined);
    if (foreign !== undefined) throw route53Errors.notModelled(`record sets with ${foreign}`);
  }
  const all = changes.flatMap(complaints);
  if (all.length > 0) throw route53Errors.invalidInput(`Invalid request: ${all.join(', ')}`);
};
