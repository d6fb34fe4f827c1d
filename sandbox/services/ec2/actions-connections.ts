import type {
  AcceptVpcEndpointConnectionsRequest,
  AcceptVpcEndpointConnectionsResult,
  DescribeVpcEndpointConnectionsRequest,
  DescribeVpcEndpointConnectionsResult,
  Filter,
  RejectVpcEndpointConnectionsRequest,
  RejectVpcEndpointConnectionsResult,
  UnsuccessfulItem,
} from '@aws-sdk/client-ec2';
import type { ActionDefinition } from '../../cloud.ts';
import { type Caller, ec2Action, onEverything } from './action.ts';
import { required, requiredList, shaped } from './checks.ts';
import { type FilterTable, filtered, paged } from './describe.ts';
import { ec2Errors, unsuccessful } from './errors.ts';
import { accept, isEnded, reject } from './lifecycle.ts';
import { onService, ownService, requireService } from './lookups.ts';
import type { Connection, PrivateLink } from './model.ts';
import type { ItemAnswer, Uncertain } from './options.ts';
import { connectionView, type Seen, seenNow } from './views.ts';

const FILTERS: FilterTable<Seen> = {
  'ip-address-type': ({ connection }) => [connection.ipAddressType],
  'service-id': ({ connection }) => [connection.serviceId],
  'vpc-endpoint-owner': ({ connection }) => [connection.owner],
  'vpc-endpoint-region': ({ connection }) => [
    connection.region,
    ...(connection.region === connection.serviceRegion ? [] : ['cross-region']),
  ],
  'vpc-endpoint-state': ({ state }) => [state],
  'vpc-endpoint-id': ({ connection }) => [connection.id],
};

type AnswerRequest = AcceptVpcEndpointConnectionsRequest | RejectVpcEndpointConnectionsRequest;

/** The provider's view of connections, and its answers to them. */
export const connectionActions = (world: PrivateLink): Record<string, ActionDefinition> => {
  const { uncertain, defaultPage, largestPage } = world.settings;
  const { 'vpc-endpoint-id': _id, ...withoutEndpointId } = FILTERS;
  const table = uncertain.endpointIdFilter ? FILTERS : withoutEndpointId;
  return {
    DescribeVpcEndpointConnections: ec2Action<
      DescribeVpcEndpointConnectionsRequest,
      DescribeVpcEndpointConnectionsResult
    >(world, 'DescribeVpcEndpointConnections', {
      needs: () => onEverything('DescribeVpcEndpointConnections'),
      run: (input, caller) => {
        const own = seenNow(world, named(world, input.Filters)).filter(
          ({ connection, state }) =>
            ownService(world, caller, connection.serviceId) !== undefined &&
            (state !== 'deleted' || uncertain.deletedListed),
        );
        const { items, NextToken } = paged(filtered(own, input.Filters, table), input, defaultPage, largestPage);
        return { VpcEndpointConnections: items.map((seen) => connectionView(world, seen)), NextToken };
      },
    }),

    AcceptVpcEndpointConnections: ec2Action<AcceptVpcEndpointConnectionsRequest, AcceptVpcEndpointConnectionsResult>(
      world,
      'AcceptVpcEndpointConnections',
      {
        check: (input) => checkAnswer(uncertain, input),
        needs: (input, caller) => [onService(world, caller, 'AcceptVpcEndpointConnections', input.ServiceId ?? '')],
        run: (input, caller) => ({
          Unsuccessful: answer(world, caller, input, (connection) => {
            const refusal = acceptRefusal(uncertain, connection);
            if (refusal === undefined) accept(world, connection);
            return refusal;
          }),
        }),
      },
    ),

    RejectVpcEndpointConnections: ec2Action<RejectVpcEndpointConnectionsRequest, RejectVpcEndpointConnectionsResult>(
      world,
      'RejectVpcEndpointConnections',
      {
        check: (input) => checkAnswer(uncertain, input),
        needs: (input, caller) => [onService(world, caller, 'RejectVpcEndpointConnections', input.ServiceId ?? '')],
        run: (input, caller) => ({
          Unsuccessful: answer(world, caller, input, (connection) => {
            const refusal = rejectRefusal(uncertain, connection);
            if (refusal === undefined) reject(world, connection);
            return refusal;
          }),
        }),
      },
    ),
  };
};

/** The connections that a filter names one by one: of a thousand others none need be looked at. Undefined where there is no such filter. */
const named = (world: PrivateLink, filters: readonly Filter[] | undefined): readonly Connection[] | undefined => {
  const ids = filters?.find(({ Name }) => Name === 'vpc-endpoint-id')?.Values ?? [];
  if (ids.length === 0 || ids.some((id) => /[*?\\]/.test(id))) return undefined;
  return [...new Set(ids)].flatMap((id) => world.connections.get(id) ?? []);
};

const checkAnswer = (uncertain: Uncertain, input: AnswerRequest): void => {
  shaped('vpce-svc', required(input.ServiceId, 'ServiceId'));
  const ids = requiredList(input.VpcEndpointIds, 'VpcEndpointId');
  for (const id of ids) shaped('vpce', id);
  if (ids.length > uncertain.maxIdsPerAnswer) {
    throw ec2Errors.invalidValue(
      'VpcEndpointId',
      `${ids.length} ids`,
      `At most ${uncertain.maxIdsPerAnswer} are allowed.`,
    );
  }
};

const acceptRefusal = (uncertain: Uncertain, connection: Connection): ItemAnswer | undefined => {
  if (connection.state === 'pendingAcceptance') return undefined;
  if (isEnded(connection)) return uncertain.acceptEnded;
  if (connection.state !== 'rejected') return uncertain.acceptAccepted;
  return uncertain.acceptAfterReject ? undefined : uncertain.acceptRejected;
};

const rejectRefusal = (uncertain: Uncertain, connection: Connection): ItemAnswer | undefined => {
  if (isEnded(connection)) return uncertain.rejectEnded;
  return connection.state === 'rejected' ? uncertain.rejectRejected : undefined;
};

/**
 * Acts on each id by itself: HTTP 200, and in `Unsuccessful` those that could not be acted on. `act` returns undefined
 * where it acted, else how AWS answers.
 *
 * @throws AwsError `InvalidVpcEndpointServiceId.NotFound` for a service that is not the caller's.
 */
const answer = (
  world: PrivateLink,
  caller: Caller,
  input: AnswerRequest,
  act: (connection: Connection) => ItemAnswer | undefined,
): UnsuccessfulItem[] => {
  const service = requireService(world, caller, input.ServiceId ?? '');
  return (input.VpcEndpointIds ?? []).flatMap((id) => {
    const known = world.connections.get(id);
    const connection = known?.serviceId === service.id && known.history.at(-1)?.state !== undefined ? known : undefined;
    if (connection === undefined) {
      const code = world.settings.uncertain.unknownEndpoint;
      return code === null ? [] : [unsuccessful(id, code, ec2Errors.unknownEndpoint(id).message)];
    }
    const state = connection.state;
    const code = act(connection);
    return code === undefined || code === null
      ? []
      : [
          unsuccessful(
            id,
            code,
            `The Vpc Endpoint '${id}' is in state '${state}', which does not permit this request.`,
          ),
        ];
  });
};
