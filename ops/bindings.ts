import { type AttributeValue, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { type Binding, overlapsAmong } from '../functions/domain/binding.ts';
import type { Reading } from '../functions/domain/registry.ts';
import type { TargetsRecord } from '../functions/domain/targets-record.ts';
import { plainText } from '../functions/domain/text.ts';
import { bindingFrom, targetsRecordFrom } from '../functions/registry/bindings.ts';
import { itemOf } from '../functions/registry/items.ts';
import { BINDINGS, ledgerKey, registryKey } from '../functions/registry/keys.ts';
import { parseWith } from '../functions/registry/schemas.ts';
import type { Regional, Services } from './services.ts';
import { readItem } from './table.ts';

/** An item of a table as it was read: anybody may have written it. */
export type Item = Readonly<Record<string, unknown>>;

/** Items of one partition, all pages, by their sort key. */
export const readPartition = async (
  table: string,
  pk: string,
  { dynamo }: Pick<Regional, 'dynamo'>,
): Promise<ReadonlyMap<string, Item>> => {
  const items = new Map<string, Item>();
  let from: Record<string, AttributeValue> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await dynamo.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: marshall({ ':pk': pk }),
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    for (const attributes of Items) {
      const item = itemOf(attributes);
      items.set(String(item.sk), item);
    }
    from = LastEvaluatedKey;
  } while (from !== undefined);
  return items;
};

/** Every entry of the registry's bindings, as it is at this moment, by its sort key. */
export const readBindings = (services: Services): Promise<ReadonlyMap<string, Item>> =>
  readPartition(services.tables.registry, BINDINGS, services);

/** The bindings that can be read, in the order of their ids. */
export const readable = (items: ReadonlyMap<string, Item>): readonly Binding[] =>
  [...items.values()].flatMap((item) => {
    const read = bindingFrom(item);
    return read.kind === 'found' ? [read.entry] : [];
  });

/** The sort key of a binding, in both tables. */
export const sortKeyOf = (bindingId: string): string => registryKey.binding(bindingId).sk;

/** Why nothing is done with an id, and what to do. */
export const noBinding = (bindingId: string, read: Exclude<Reading<Binding>, { kind: 'found' }>): string =>
  read.kind === 'absent'
    ? `There is no binding ${bindingId}. "bindings" lists those that there are.`
    : `The binding ${bindingId} can't be read: ${plainText(read.problem, 400)}. Put it right with "bind --binding ${bindingId} --replace" and all of its options.`;

/** The condition that an entry is the one that was read. One that no command wrote has no time by which to know it. */
export const stillThe = (read: Item | undefined) => {
  if (read === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return read.boundAt === undefined
    ? { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(boundAt)' }
    : { ConditionExpression: 'boundAt = :read', ExpressionAttributeValues: marshall({ ':read': read.boundAt }) };
};

/** Which targets an entry is about, whether or not the rest of it can be read. */
export const homeOf = ({ targetGroupArn, port }: Item): Pick<Unbound, 'targetGroupArn' | 'port'> => ({
  ...(typeof targetGroupArn === 'string' ? { targetGroupArn } : {}),
  ...(typeof port === 'number' ? { port } : {}),
});

/** Whether a run has it in hand at this moment, as far as its lease says. */
export const isHeld = (lease: Lease | undefined, { now }: Services): lease is Lease =>
  lease !== undefined && lease.until > now().toISOString();

/** `orders`, `orders and orders-old`. */
export const together = (names: readonly string[]): string => names.join(' and ');

const LeaseSchema = v.object({ execution: v.string(), leaseUntil: v.string() });

/** Which run has a target group in hand. A run that died keeps it until the next one takes over. */
export interface Lease {
  /** The run's ARN. */
  readonly execution: string;
  /** ISO 8601. It is renewed with each look. */
  readonly until: string;
}

/** Who took a binding away, and which targets it was about. */
export interface Unbound {
  readonly by: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
  /** Absent, as the port, where its entry did not say. */
  readonly targetGroupArn?: string;
  readonly port?: number;
}

const UnboundSchema = v.object({
  by: v.string(),
  reason: v.string(),
  at: v.string(),
  targetGroupArn: v.exactOptional(v.string()),
  port: v.exactOptional(v.number()),
});

/** What the ledger knows of a binding's targets, with what only people look at. */
export interface KnownTargets {
  readonly record: TargetsRecord;
  readonly lease?: Lease;
  /** When it was last taken away, where it was. */
  readonly unbound?: Unbound;
}

/** Reads it out of the ledger's item. @throws `Malformed` for one that no run and no command wrote. */
export const knownTargetsFrom = (bindingId: string, item: Item | undefined): KnownTargets => {
  const lease = parseWith(LeaseSchema, item);
  const unbound = parseWith(UnboundSchema, item?.unbound);
  return {
    record: targetsRecordFrom(bindingId, item),
    ...(lease.success
      ? { lease: { execution: plainText(lease.output.execution, 300), until: plainText(lease.output.leaseUntil, 40) } }
      : {}),
    ...(unbound.success ? { unbound: unbound.output } : {}),
  };
};

/** {@link knownTargetsFrom}, as it is at this moment. */
export const readKnownTargets = async (bindingId: string, services: Services): Promise<KnownTargets> =>
  knownTargetsFrom(bindingId, await readItem(services.tables.ledger, ledgerKey.targets(bindingId), services));

/** Why nothing is done with a binding, and what to do; undefined where something is. */
export const whyNot = async (bindingId: string, services: Services): Promise<string | undefined> => {
  const items = await readBindings(services);
  const read = bindingFrom(items.get(sortKeyOf(bindingId)));
  if (read.kind !== 'found') return noBinding(bindingId, read);
  const overlap = overlapsAmong(readable(items)).find(({ bindingIds }) => bindingIds.includes(bindingId));
  if (overlap === undefined) return undefined;
  const { bindingIds, port, targetGroupArn } = overlap;
  return `${together(bindingIds)} would fight over port ${port} of ${targetGroupArn}: nothing is done for them. Take all but one away: "unbind".`;
};
