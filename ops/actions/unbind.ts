import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { plainText } from '../../functions/domain/text.ts';
import { ledgerKey, registryKey } from '../../functions/registry/keys.ts';
import { BindingId } from '../../functions/registry/schemas.ts';
import { createAction, Reason, type Refused, refused } from '../action.ts';
import { homeOf, isHeld, type Lease, noBinding, readKnownTargets, stillThe, type Unbound } from '../bindings.ts';
import { isWritten, readItem } from '../table.ts';

/** Nobody looks after the target group any more. Its targets stay as they are. */
export interface UnboundNow {
  readonly outcome: 'unbound';
  readonly bindingId: string;
  readonly by: string;
  /** Where its targets are; absent where the entry did not say. */
  readonly targetGroupArn?: string;
  readonly port?: number;
  /** The addresses whose targets are ours, sorted. */
  readonly ours: readonly string[];
  /** A run is at it: it ends at its next look, and fails. */
  readonly lease?: Lease;
}

/**
 * Takes a binding out of the registry. What was registered stays registered, and stays ours in the ledger: bound again to the same target
 * group, it goes on. Who did it and why is written down first: if we die before the entry is gone, the same command again mends it.
 *
 * @throws BadInput; `Malformed` where the ledger's item can't be read; what AWS throws.
 */
export const unbind = createAction(
  v.strictObject({ bindingId: BindingId, reason: Reason }),
  async ({ bindingId, reason }, services): Promise<UnboundNow | Refused> => {
    const key = registryKey.binding(bindingId);
    const { registry, ledger } = services.tables;
    const [before, known] = await Promise.all([
      readItem(registry, key, services),
      readKnownTargets(bindingId, services),
    ]);
    if (before === undefined) return refused(gone(bindingId, known.unbound));

    const by = await services.caller();
    const at = services.now().toISOString();
    const home = homeOf(before);
    await services.dynamo.send(
      new UpdateItemCommand({
        TableName: ledger,
        Key: marshall(ledgerKey.targets(bindingId)),
        UpdateExpression: 'SET unbound = :unbound',
        ExpressionAttributeValues: marshall({ ':unbound': { by, reason, at, ...home } }),
      }),
    );
    const done: UnboundNow = {
      outcome: 'unbound',
      bindingId,
      by,
      ...home,
      ours: Object.keys(known.record.ours).sort(),
      ...(isHeld(known.lease, services) ? { lease: known.lease } : {}),
    };
    const command = new DeleteItemCommand({ TableName: registry, Key: marshall(key), ...stillThe(before) });
    if (await isWritten(() => services.dynamo.send(command))) return done;
    if ((await readItem(registry, key, services)) !== undefined) {
      return refused(
        `Somebody wrote ${bindingId} while you were at it. It was not taken away: see "bindings", and give the command again if you still want it.`,
      );
    }
    const now = await readKnownTargets(bindingId, services);
    // The reply to our own write was lost, and it was made again.
    return now.unbound?.by === by && now.unbound.at === at ? done : refused(gone(bindingId, now.unbound));
  },
);

const gone = (bindingId: string, unbound: Unbound | undefined): string => {
  if (unbound === undefined) return noBinding(bindingId, { kind: 'absent' });
  const { by, at, reason } = unbound;
  return `There is no binding ${bindingId} any more: ${plainText(by, 300)} took it away at ${plainText(at, 40)} ("${plainText(reason, 500)}").`;
};
