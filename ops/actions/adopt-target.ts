import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import type { Binding } from '../../functions/domain/binding.ts';
import type { OwnTarget, TargetsRecord } from '../../functions/domain/targets-record.ts';
import { plainText } from '../../functions/domain/text.ts';
import { bindingFrom } from '../../functions/registry/bindings.ts';
import { ledgerKey, registryKey } from '../../functions/registry/keys.ts';
import { BindingId, IpAddress } from '../../functions/registry/schemas.ts';
import { createAction, Reason, type Refused, refused } from '../action.ts';
import { noBinding, readKnownTargets } from '../bindings.ts';
import type { Services } from '../services.ts';
import { isWritten, readItem } from '../table.ts';

/** The target is the Concierge's to remove when it is stale. */
export interface TargetAdopted {
  readonly outcome: 'adopted';
  readonly bindingId: string;
  readonly address: string;
  readonly port: number;
  readonly own: OwnTarget;
}

/**
 * A run writes the version after the one that it read, and takes that one for its own write whose reply was lost. With two at once no run can
 * mistake our write for its own: it looks again.
 */
const STEP = 2;

/**
 * Says that a target which somebody else registered is ours: it goes when DNS does not name its address any more, as any other of ours.
 *
 * @throws BadInput; `Malformed` where the ledger's item can't be read; what AWS throws.
 */
export const adoptTarget = createAction(
  v.strictObject({ bindingId: BindingId, address: IpAddress, reason: Reason }),
  async ({ bindingId, address, reason }, services): Promise<TargetAdopted | Refused> => {
    const read = bindingFrom(await readItem(services.tables.registry, registryKey.binding(bindingId), services));
    if (read.kind !== 'found') return refused(noBinding(bindingId, read));
    const { record } = await readKnownTargets(bindingId, services);
    const objection = oursAlready(address, record) ?? (await notThere(address, read.entry, services));
    if (objection !== undefined) return refused(objection);

    const own = { by: await services.caller(), reason, at: services.now().toISOString() };
    const done: TargetAdopted = { outcome: 'adopted', bindingId, address, port: read.entry.port, own };
    const command = new UpdateItemCommand({
      TableName: services.tables.ledger,
      Key: marshall(ledgerKey.targets(bindingId)),
      UpdateExpression: 'SET ours = :ours, #version = :next',
      // An item without a version holds no more than a lease.
      ConditionExpression: record.version === 0 ? 'attribute_not_exists(#version)' : '#version = :read',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: marshall({
        ':ours': { ...record.ours, [address]: own },
        ':next': record.version + STEP,
        ...(record.version === 0 ? {} : { ':read': record.version }),
      }),
    });
    if (await isWritten(() => services.dynamo.send(command))) return done;
    const { record: now } = await readKnownTargets(bindingId, services);
    const theirs = now.ours[address];
    // The reply to our own write was lost, and it was made again.
    if (theirs?.by === own.by && theirs.at === own.at) return done;
    return refused(
      oursAlready(address, now) ??
        `The targets of ${bindingId} were changed while you were at it. Nothing was adopted: give the command again if you still want it.`,
    );
  },
);

const oursAlready = (address: string, { ours }: TargetsRecord): string | undefined => {
  if (!Object.hasOwn(ours, address)) return undefined;
  const { by, at = '', reason = '' } = ours[address] ?? {};
  return by === undefined
    ? `${address} is the Concierge's already: it registered it.`
    : `${plainText(by, 300)} adopted ${address} already at ${plainText(at, 40)}: "${plainText(reason, 500)}".`;
};

/** Who is not there, or goes already, is nobody's to remove. */
const notThere = async (
  address: string,
  { targetGroupArn, port }: Binding,
  { elb }: Services,
): Promise<string | undefined> => {
  const { TargetHealthDescriptions = [] } = await elb.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
  );
  const found = TargetHealthDescriptions.filter(({ Target }) => Target?.Id === address);
  const own = found.find(({ Target }) => Target?.Port === port);
  if (own !== undefined) {
    return own.TargetHealth?.State === 'draining'
      ? `${address} drains already and is gone soon: there is nothing to adopt.`
      : undefined;
  }
  const ports = found.map(({ Target }) => Target?.Port).join(', ');
  return ports === ''
    ? `${address} is not registered in ${targetGroupArn}, so there is nothing to adopt. Is the address right?`
    : `${address} is registered in ${targetGroupArn} with port ${ports}, not ${port}: what has another port is none of this binding's targets.`;
};
