import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { type AddressSource, type Binding, overlapsAmong } from '../../functions/domain/binding.ts';
import { type Modes, modesInForce } from '../../functions/domain/mode.ts';
import type { TargetsEffect } from '../../functions/domain/targets.ts';
import { plainText } from '../../functions/domain/text.ts';
import { ALL_SERVICES, registryKey } from '../../functions/registry/keys.ts';
import {
  BindingSchema,
  HostName,
  IpAddress,
  parseWith,
  RdsName,
  ServiceEntrySchema,
} from '../../functions/registry/schemas.ts';
import { createAction, type Refused, refused } from '../action.ts';
import {
  homeOf,
  type Item,
  isHeld,
  type KnownTargets,
  readable,
  readBindings,
  readKnownTargets,
  sortKeyOf,
  stillThe,
  together,
} from '../bindings.ts';
import { readModes } from '../modes.ts';
import type { Services } from '../services.ts';
import { isWritten, readItem } from '../table.ts';

const { source: _composed, ...settings } = BindingSchema.entries;

const Given = v.strictObject({
  ...settings,
  proxyName: v.exactOptional(RdsName),
  /** Of {@link proxyName}; absent = its default endpoint. */
  endpointName: v.exactOptional(RdsName),
  instanceId: v.exactOptional(RdsName),
  clusterId: v.exactOptional(RdsName),
  /** The reader endpoint of {@link clusterId}; absent = the writer's. */
  isReader: v.exactOptional(v.literal(true)),
  hostName: v.exactOptional(HostName),
  addresses: v.exactOptional(v.pipe(v.array(IpAddress), v.minLength(1, 'names nobody'))),
  replace: v.exactOptional(v.literal(true)),
});

type GivenOptions = v.InferOutput<typeof Given>;

const SOURCES = ['proxyName', 'instanceId', 'clusterId', 'hostName', 'addresses'] as const;

const Input = v.pipe(
  Given,
  v.check(
    (given) => SOURCES.filter((name) => given[name] !== undefined).length === 1,
    'one of proxy, instance, cluster, host and addresses is needed',
  ),
  v.check(
    ({ endpointName, proxyName }) => endpointName === undefined || proxyName !== undefined,
    "a proxy's endpoint needs its proxy",
  ),
  v.check(({ isReader, clusterId }) => isReader === undefined || clusterId !== undefined, 'a reader needs its cluster'),
);

/** The binding is in the registry, and followed from the next minute on. */
export interface Bound {
  readonly outcome: 'bound' | 'replaced';
  readonly binding: Binding;
  readonly by: string;
  /** How far the Concierge goes by itself with the target group. */
  readonly modes: Pick<Modes, TargetsEffect>;
  /** Who has everything, or the service, stand still. */
  readonly isPaused: boolean;
}

/**
 * Puts a binding into the registry: which target group is kept in line with which source. A binding that is there is replaced on demand only,
 * and on condition that it still is the one that was read. While targets in the ledger count as its own, neither its target group nor its
 * port may become others: the Concierge would take somebody else's targets for its own, and leave its own behind.
 *
 * @throws BadInput; `Malformed` where modes or what is its own can't be read; what AWS throws.
 */
export const bind = createAction(Input, async ({ replace, ...given }, services): Promise<Bound | Refused> => {
  const binding = bindingOf(given);
  const { bindingId, serviceId } = binding;
  const [items, known] = await Promise.all([readBindings(services), readKnownTargets(bindingId, services)]);
  const before = items.get(sortKeyOf(bindingId));
  const objection =
    objectionTo(binding, before, replace === true) ??
    overlapWith(binding, readable(items)) ??
    strangersOf(binding, before, known) ??
    runAt(binding, before, known, services);
  if (objection !== undefined) return refused(objection);

  const by = await services.caller();
  const boundAt = services.now().toISOString();
  const key = registryKey.binding(bindingId);
  const command = new PutItemCommand({
    TableName: services.tables.registry,
    Item: marshall({ ...key, ...binding, boundBy: by, boundAt }, { removeUndefinedValues: true }),
    ...stillThe(before),
  });
  if (!(await isWritten(() => services.dynamo.send(command)))) {
    const now = await readItem(services.tables.registry, key, services);
    // The reply to our own write was lost, and it was made again.
    if (now?.boundBy !== by || now.boundAt !== boundAt) return refused(overtaken(bindingId, now));
  }
  const outcome = before === undefined ? 'bound' : 'replaced';
  return { outcome, binding, by, ...(await readStanding(serviceId, services)) };
});

const bindingOf = ({
  proxyName,
  endpointName,
  instanceId,
  clusterId,
  isReader,
  hostName,
  addresses = [],
  ...rest
}: Omit<GivenOptions, 'replace'>): Binding => {
  const source = (): AddressSource => {
    if (proxyName !== undefined) {
      return { kind: 'proxy', proxyName, ...(endpointName === undefined ? {} : { endpointName }) };
    }
    if (instanceId !== undefined) return { kind: 'instance', instanceId };
    if (clusterId !== undefined) return { kind: 'cluster', clusterId, endpoint: isReader ? 'reader' : 'writer' };
    return hostName === undefined ? { kind: 'fixed', addresses } : { kind: 'host', hostName };
  };
  return { ...rest, source: source() };
};

/** Who put an entry there, as a sentence has it; empty where no command did. */
const boundBy = ({ boundBy: by, boundAt: at }: Item): string =>
  typeof by === 'string' ? ` (by ${plainText(by, 300)} at ${plainText(String(at), 40)})` : '';

const objectionTo = ({ bindingId }: Binding, before: Item | undefined, isReplacing: boolean): string | undefined => {
  if (before !== undefined && !isReplacing) {
    return `There is a binding ${bindingId} already${boundBy(before)}. Nothing was written: take another id, or give --replace if all of it is to be as you say now.`;
  }
  return before === undefined && isReplacing
    ? `There is no binding ${bindingId} that could be replaced. Is the id right? If it is a new one, leave --replace away.`
    : undefined;
};

/** One target of one group has one home. Two that come in the same moment both get in: the watch then tells, and touches neither. */
const overlapWith = (binding: Binding, all: readonly Binding[]): string | undefined => {
  const { bindingId, port, targetGroupArn } = binding;
  const others = all.filter((each) => each.bindingId !== bindingId);
  const overlap = overlapsAmong([...others, binding]).find(({ bindingIds }) => bindingIds.includes(bindingId));
  if (overlap === undefined) return undefined;
  const theirs = overlap.bindingIds.filter((each) => each !== bindingId);
  return `${together(theirs)} and ${bindingId} would fight over port ${port} of ${targetGroupArn}. Nothing was written: take ${together(theirs)} away first ("unbind"), or take another target group or port.`;
};

/** Targets that count as a binding's own belong to one group and port, and the ledger does not say which: the entry does, or who took it away. */
const strangersOf = (
  { bindingId, targetGroupArn, port }: Binding,
  before: Item | undefined,
  { record, unbound }: KnownTargets,
): string | undefined => {
  const ours = Object.keys(record.ours).length;
  if (ours === 0) return undefined;
  const home = before === undefined ? unbound : homeOf(before);
  if (home?.targetGroupArn === targetGroupArn && home.port === port) return undefined;
  const where =
    home?.targetGroupArn === undefined
      ? 'another target group'
      : `port ${home.port} of ${plainText(home.targetGroupArn, 300)}`;
  return `${bindingId} has targets of its own in ${where} (${ours}): they would be left there, and the same addresses would count as its own in the new place. Nothing was written: take another id${before === undefined ? '' : `, and then "unbind --binding ${bindingId}"`}.`;
};

/** A run goes on with the host name of the source that it began with. */
const runAt = (
  { bindingId }: Binding,
  before: Item | undefined,
  { lease }: KnownTargets,
  services: Services,
): string | undefined =>
  before === undefined || !isHeld(lease, services)
    ? undefined
    : `A run has ${bindingId} in hand (${lease.execution}), and would go on with what it was. Nothing was written: give the command again when it has ended. "bindings" shows that.`;

const overtaken = (bindingId: string, now: Item | undefined): string =>
  now === undefined
    ? `Somebody took ${bindingId} away while you were at it. Nothing was written: give the command again, without --replace, if you still want it.`
    : `Somebody wrote ${bindingId} while you were at it${boundBy(now)}. Nothing was written: see "bindings", and give the command again if you still want it.`;

const readStanding = async (serviceId: string, services: Services): Promise<Pick<Bound, 'modes' | 'isPaused'>> => {
  const [set, all, entry] = await Promise.all([
    readModes(serviceId, services),
    readModes(ALL_SERVICES, services),
    readItem(services.tables.registry, registryKey.service(serviceId), services),
  ]);
  const service = parseWith(ServiceEntrySchema, entry);
  const modes = modesInForce(set, service.success ? service.output : undefined);
  return {
    modes: { 'targets-add': modes['targets-add'], 'targets-remove': modes['targets-remove'] },
    isPaused: set.paused !== undefined || all.paused !== undefined,
  };
};
