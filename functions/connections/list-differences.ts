/** The sweep: compares everything that EC2 lists with registry and ledger, and says what differs. Writes nothing. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import * as v from 'valibot';
import { differenceFound } from '../../events/difference-found.ts';
import { EVENT_SOURCE } from '../../events/source.ts';
import { readAllConnections } from '../aws/connections.ts';
import { calling } from '../aws/errors.ts';
import { readCurrent, readWholeRegistry } from '../aws/estate.ts';
import type { Tables } from '../aws/registry.ts';
import { type Difference, isQuiet, planDifference } from '../domain/difference.ts';
import { ConciergeError } from '../domain/errors.ts';
import { estateFrom } from '../registry/listing.ts';
import { ServiceId } from '../registry/schemas.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.union([
  /** A workflow asks, for one service or for all, and works the answer off itself. */
  v.strictObject({ serviceId: v.exactOptional(ServiceId) }),
  /** The schedule: what differs goes to the bus. */
  v.strictObject({ announce: v.literal(true) }),
  /** Changes of the registry, as a stream's pipe has them: that there are any is all that counts. */
  v.array(v.unknown()),
]);

interface Services {
  readonly ec2: EC2Client;
  readonly dynamo: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly tables: Tables;
  readonly bus: string;
  readonly region: string;
  readonly now: () => Date;
}

/**
 * Reads all connections of account and region, the whole registry and what is in force in the ledger: pages, however many services there
 * are. A read that breaks off fails the sweep: a list of which a part is missing would make connections look gone.
 *
 * @returns the difference, for one service where one was named; nobody waits for the answer to an announcement.
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const run = async (input: v.InferOutput<typeof Input>, services: Services): Promise<Difference> => {
  const { ec2, dynamo, tables, region, now } = services;
  const isAnnounced = Array.isArray(input) || 'announce' in input;
  // The ledger first: what is decided while we read is then younger than what we know of it, and left to settle.
  const current = await readCurrent(dynamo, tables.ledger);
  const [connections, { items: registry, size }] = await Promise.all([
    readAllConnections(ec2, region),
    readWholeRegistry(dynamo, tables.registry),
  ]);
  const estate = estateFrom({ connections, registry, size, current, region, now: now().toISOString() });
  const all = planDifference({ ...estate, principals: [] });
  const difference = Array.isArray(input) || !('serviceId' in input) ? all : only(all, input.serviceId);
  const { admit, revoke, principals, places, warn, left } = difference;
  logger.info('swept', {
    connections: connections.length,
    admit,
    revoke,
    principals,
    places,
    warn: warn.length,
    left,
    distrust: estate.distrust,
  });
  if (isAnnounced && !isQuiet(difference)) await announce(difference, services);
  return difference;
};

const only = (difference: Difference, serviceId: string | undefined): Difference => {
  const isOf = (each: { readonly serviceId: string }): boolean => each.serviceId === serviceId;
  const { admit, revoke, principals, places } = difference;
  return {
    ...difference,
    admit: admit.filter(isOf),
    revoke: revoke.filter(isOf),
    principals: principals.filter(isOf),
    places: places.filter(isOf),
  };
};

const announce = async (difference: Difference, { events, bus }: Services): Promise<void> => {
  const { detailType, ...detail } = differenceFound(difference);
  const entry = { EventBusName: bus, Source: EVENT_SOURCE, DetailType: detailType, Detail: JSON.stringify(detail) };
  const { Entries = [] } = await calling('tell the bus', () => events.send(new PutEventsCommand({ Entries: [entry] })));
  // The bus answers 200 to an entry that it did not take.
  const [failed] = Entries.filter(({ ErrorCode }) => ErrorCode !== undefined);
  if (failed !== undefined) {
    throw new ConciergeError('Throttled', `tell the bus: ${failed.ErrorCode}: ${failed.ErrorMessage}`);
  }
};

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  events: tracer.captureAWSv3Client(new EventBridgeClient({})),
  tables: { registry: required('REGISTRY_TABLE'), ledger: required('LEDGER_TABLE') },
  bus: required('EVENT_BUS'),
  region: required('AWS_REGION'),
  now: () => new Date(),
});
