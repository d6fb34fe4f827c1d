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
import { readAllowedPrincipals } from '../aws/permissions.ts';
import type { Tables } from '../aws/registry.ts';
import { type Difference, isQuiet, planDifference } from '../domain/difference.ts';
import { ConciergeError } from '../domain/errors.ts';
import { estateFrom, principalsOf, type ServicePrincipals } from '../registry/listing.ts';
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
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
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
  const { ec2, dynamo, tables, region, partition, now } = services;
  const isAnnounced = Array.isArray(input) || 'announce' in input;
  // The ledger first: what is decided while we read is then younger than what we know of it, and left to settle.
  const current = await readCurrent(dynamo, tables.ledger);
  const [connections, { items: registry, size }] = await Promise.all([
    readAllConnections(ec2, region),
    readWholeRegistry(dynamo, tables.registry),
  ]);
  const listing = { connections, registry, size, current, region, now: now().toISOString() };
  const estate = estateFrom(listing);
  const principals = await servicesToConverge(principalsOf(listing, partition), services);
  const all = planDifference({ ...estate, principals });
  const difference = Array.isArray(input) || !('serviceId' in input) ? all : only(all, input.serviceId);
  const { admit, revoke, places, warn, left } = difference;
  logger.info('swept', {
    connections: connections.length,
    admit,
    revoke,
    principals: difference.principals,
    places,
    warn: warn.length,
    left,
    distrust: estate.distrust,
  });
  if (isAnnounced && !isQuiet(difference)) await announce(difference, services);
  return difference;
};

/** How many services' allowed principals are read in one sweep: as many however many there are, so that 400 take less than two hours. */
const READ_IN_A_SWEEP = 20;
const SWEEP_MILLISECONDS = 5 * 60_000;

/**
 * The services whose allowed principals differ: by what registry and ledger say, all of them; by what EC2 says, those whose turn it is.
 */
const servicesToConverge = async (
  all: readonly ServicePrincipals[],
  { ec2, now }: Services,
): Promise<readonly string[]> => {
  const services = [...all].sort((one, other) => (one.serviceId < other.serviceId ? -1 : 1));
  const due = services.filter(({ isDue }) => isDue).map(({ serviceId }) => serviceId);
  const turn = Math.floor(now().getTime() / SWEEP_MILLISECONDS) * READ_IN_A_SWEEP;
  const count = Math.min(READ_IN_A_SWEEP, services.length);
  const found = Array.from({ length: count }, (_, index) => services[(turn + index) % services.length]);
  for (const service of found) {
    if (service === undefined || service.isDue) continue;
    const present = await readPrincipalsIfThere(ec2, service.serviceId);
    if (present !== undefined && service.differs(present)) due.push(service.serviceId);
  }
  return due;
};

/** A service that the registry has and EC2 does not: somebody will make it, or has deleted it. */
const readPrincipalsIfThere = async (ec2: EC2Client, serviceId: string): Promise<readonly string[] | undefined> => {
  try {
    return await readAllowedPrincipals(ec2, serviceId);
  } catch (error) {
    if (!(error instanceof Error) || !error.name.endsWith('.NotFound')) throw error;
    logger.warn('a registered service is not there', { serviceId });
    return undefined;
  }
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
  partition: required('PARTITION'),
  now: () => new Date(),
});
