import type { Connection, PrivateLink, WireState } from './model.ts';
import { announce } from './notices.ts';

/** States in which a connection takes up its service: it cannot be deleted, nor lose load balancers. */
const ATTACHED: readonly WireState[] = ['pendingAcceptance', 'pending', 'available', 'partial'];
/** States in which nothing can be answered any more. */
const ENDED: readonly WireState[] = ['deleting', 'deleted', 'failed', 'expired'];

/**
 * Whether the connection stands in the way of its service's deletion.
 * See https://docs.aws.amazon.com/vpc/latest/privatelink/delete-endpoint-service.html
 */
export const isAttached = (connection: Connection): boolean => ATTACHED.includes(connection.state);

/** Whether the connection is over for its provider. */
export const isEnded = (connection: Connection): boolean => ENDED.includes(connection.state);

const move = (world: PrivateLink, connection: Connection, state: WireState): void => {
  connection.cancel();
  connection.cancel = () => undefined;
  const from = connection.state;
  connection.state = state;
  connection.history.push({ at: world.cloud.clock.now(), state });
  world.cloud.journal.write({
    kind: 'state',
    who: 'ec2',
    what: `${connection.id} ${state}`,
    detail: { serviceId: connection.serviceId, owner: connection.owner, from },
  });
};

const later = (world: PrivateLink, connection: Connection, milliseconds: number, task: () => void): void => {
  connection.cancel = world.cloud.clock.after(milliseconds, task);
};

const provision = (world: PrivateLink, connection: Connection): void => {
  const { timings, failing } = world.settings;
  const fails = failing > 0 && world.cloud.random.next() < failing;
  later(world, connection, world.within(timings.provisioning), () => {
    move(world, connection, fails ? 'failed' : 'available');
  });
};

/**
 * A consumer's request: waits for the provider (`pendingAcceptance`), or goes ahead where none need accept (`pending`).
 * See https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html
 */
export const begin = (world: PrivateLink, connection: Connection): void => {
  world.connections.set(connection.id, connection);
  connection.history.push({ at: world.cloud.clock.now(), state: connection.state });
  world.cloud.journal.write({
    kind: 'state',
    who: 'ec2',
    what: `${connection.id} ${connection.state}`,
    detail: { serviceId: connection.serviceId, owner: connection.owner },
  });
  announce(world, connection, 'Connect');
  if (connection.state === 'pending') provision(world, connection);
  else if (Number.isFinite(world.settings.uncertain.requestExpires)) {
    later(world, connection, world.settings.uncertain.requestExpires, () => move(world, connection, 'expired'));
  }
};

/** The provider accepts: `pending`, and `available` some tens of seconds later. */
export const accept = (world: PrivateLink, connection: Connection): void => {
  move(world, connection, 'pending');
  announce(world, connection, 'Accept');
  provision(world, connection);
};

/** The provider rejects, or cuts what it accepted: `rejected` until the consumer deletes the endpoint. */
export const reject = (world: PrivateLink, connection: Connection): void => {
  move(world, connection, 'rejected');
  announce(world, connection, 'Reject');
};

/** The consumer deletes: `deleting`, `deleted`, and some minutes later not known any more. */
export const remove = (world: PrivateLink, connection: Connection): void => {
  const { timings, readDelay } = world.settings;
  move(world, connection, 'deleting');
  announce(world, connection, 'Delete');
  later(world, connection, world.within(timings.deleting), () => {
    move(world, connection, 'deleted');
    later(world, connection, world.within(timings.deletedKept), () => {
      connection.history.push({ at: world.cloud.clock.now(), state: undefined });
      // A read that lags may still be shown the end of it.
      later(world, connection, readDelay[1], () => world.connections.delete(connection.id));
    });
  });
};
