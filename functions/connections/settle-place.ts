/** Workflow state `Settle a place`: gives back a place that no run is going to give back. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import * as v from 'valibot';
import { readConnections } from '../aws/connections.ts';
import { isPlaceReleased, readPlaceAndAdmission } from '../aws/places.ts';
import { isPlaceFree } from '../domain/place.ts';
import { CustomerId, EndpointId, ServiceId } from '../registry/schemas.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({
  serviceId: ServiceId,
  customerId: CustomerId,
  vpcEndpointId: EndpointId,
  /** Which taking of the place is meant. */
  takenAt: v.string(),
});

interface Services {
  readonly ec2: EC2Client;
  readonly dynamo: DynamoDBClient;
  readonly ledger: string;
  readonly region: string;
}

/**
 * Reads the admission, then EC2, and releases the place on condition that it is still the same taking of it. A run that takes the request in
 * hand after our read of the admission and takes the place anew has another `takenAt`, or finds its place gone just before it would accept.
 *
 * If we die before the release, the next sweep finds the place again; if it runs twice, the second finds it released.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const run = async (
  { serviceId, customerId, vpcEndpointId, takenAt }: v.InferOutput<typeof Input>,
  { ec2, dynamo, ledger, region }: Services,
): Promise<{ readonly isReleased: boolean; readonly because: string }> => {
  const place = { serviceId, customerId, endpointId: vpcEndpointId, takenAt };
  const standing = await readPlaceAndAdmission(dynamo, ledger, place);
  const [connection] = await readConnections(ec2, { endpointIds: [vpcEndpointId], serviceIds: [serviceId], region });
  const { isFree, because } = isPlaceFree(place, standing, connection?.state);
  const isReleased = isFree && (await isPlaceReleased(dynamo, ledger, place));
  logger.info('place settled', { ...place, state: connection?.state, isFree, isReleased, because });
  return { isReleased, because };
};

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  ledger: required('LEDGER_TABLE'),
  region: required('AWS_REGION'),
});
