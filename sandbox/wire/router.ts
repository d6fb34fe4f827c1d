import { holding } from '../clock/clock.ts';
import type { Cloud } from '../cloud.ts';
import type { Principal } from '../iam/principal.ts';
import { ConnectionLost } from '../outage.ts';
import { AwsError } from '../services/errors.ts';
import { type Api, loadApi, loadedApi } from './api.ts';
import { awsJson } from './aws-json.ts';
import { type ProtocolName, type WireService, wireService } from './catalogue.ts';
import { readCredential } from './credential.ts';
import type { Protocol } from './protocol.ts';
import { awsQuery, ec2Query } from './query.ts';
import { notModelled, unknownOperation } from './refusals.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';
import type { WireHandler, WireRequest, WireResponse } from './wire.ts';

/** What the router needs of the world. */
export interface RouterParts {
  /** The home region's; global services are called there. */
  readonly cloud: Cloud;
  /** The cloud of a region; undefined where the world has no such region. @default the one cloud, whatever region is named */
  readonly cloudOf?: (region: string) => Cloud | undefined;
  /**
   * Who an access key is.
   *
   * @throws AwsError `InvalidClientTokenId` for a session key that no session has.
   */
  readonly principalOf: (accessKeyId: string) => Principal;
}

const protocols: Readonly<Record<ProtocolName, Protocol>> = { ec2Query, awsQuery, awsJson, restJson, restXml };

/** Before the service is known, the form of the request tells the form of the refusal. */
const guessProtocol = (request: WireRequest): Protocol => {
  if (request.headers['x-amz-target'] !== undefined) return awsJson;
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return isForm ? awsQuery : restJson;
};

const protocolOf = (service: WireService, request: WireRequest): Protocol =>
  service.queryCompatible && request.headers['x-amz-target'] === undefined ? awsQuery : protocols[service.protocol];

/** An unsigned request is refused in each protocol's own name for it. */
const unsigned = (protocol: Protocol): AwsError =>
  protocol.speaksQuery
    ? new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
    : new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);

/** The same unknown key is called differently by EC2, by the query services and by the JSON ones. */
const invalidKey = (service: WireService, protocol: Protocol, error: unknown): unknown => {
  if (!(error instanceof AwsError) || error.code !== 'InvalidClientTokenId') return error;
  if (protocol === ec2Query) {
    return new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
  }
  const isRenamed = !protocol.speaksQuery && !service.queryCompatible;
  const code = isRenamed ? 'UnrecognizedClientException' : 'InvalidClientTokenId';
  return new AwsError(code, 'The security token included in the request is invalid.', isRenamed ? 400 : 403);
};

/**
 * A signature for a region that the world does not have, worded as where the scope of a signature does not fit the endpoint.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html#reference_sigv-troubleshooting-credential-scope
 */
const unknownRegion = (protocol: Protocol, region: string): AwsError => {
  const message = `Credential should be scoped to a valid region, not '${region}'. The sandbox has no such region.`;
  if (protocol === ec2Query) return new AwsError('AuthFailure', message, 401);
  return protocol.speaksQuery
    ? new AwsError('SignatureDoesNotMatch', message, 403)
    : new AwsError('InvalidSignatureException', message, 403);
};

/** What is known of a request so far: an error is answered in the best form that this allows. */
interface Progress {
  readonly request: WireRequest;
  protocol: Protocol;
  api: Api | undefined;
  /** Whether `cloud.invoke` was entered, which keeps the journal itself. */
  invoked: boolean;
  who: string;
  what: string;
}

/**
 * The one door for clients: finds service, action and principal, reads the input, calls the cloud, writes the answer.
 *
 * A call goes to the region that its signature names. Signatures are not verified: any secret will do. Without a credential scope the answer is `MissingAuthenticationToken`;
 * what the sandbox does not model is 501 `NotImplemented`; what the API does not have is AWS's own refusal. What is not an
 * AwsError becomes 500 `InternalFailure`, with the stack in the journal.
 */
export const createRouter = ({ cloud, cloudOf = () => cloud, principalOf }: RouterParts): WireHandler => {
  const apiOf = (service: WireService): Promise<Api> => holding(cloud.clock, () => loadApi(service));

  /** Where a call goes. A signature for several regions names none: it is taken for the home region's. */
  const cloudFor = (service: string, protocol: Protocol, region = cloud.region): Cloud => {
    const there = cloud.isGlobal(service) ? cloud : cloudOf(region);
    if (there === undefined) throw unknownRegion(protocol, region);
    return there;
  };

  const call = async (progress: Progress, requestId: string): Promise<WireResponse> => {
    const { request } = progress;
    const credential = readCredential(request);
    if (credential === undefined) throw unsigned(progress.protocol);
    progress.what = credential.service;
    progress.who = credential.accessKeyId;
    const service = wireService(credential.service, request.headers['x-amz-target']);
    if (service === undefined) {
      throw new AwsError('NotImplemented', `The sandbox does not model the service ${credential.service}.`, 501);
    }
    const protocol = protocolOf(service, request);
    progress.protocol = protocol;
    const there = cloudFor(service.name, protocol, credential.region);
    const api = loadedApi(service) ?? (await apiOf(service));
    progress.api = api;
    const routed = protocol.route(api, request);
    progress.what = `${service.name}:${routed?.action ?? `${request.method} ${request.path}`}`;
    let principal: Principal;
    try {
      principal = principalOf(credential.accessKeyId);
    } catch (error) {
      throw invalidKey(service, protocol, error);
    }
    progress.who = principal.arn;
    const operation = api.operations.get(routed?.action ?? '');
    if (routed === undefined || operation === undefined) {
      throw unknownOperation(service, protocol.speaksQuery, routed?.action ?? `${request.method} ${request.path}`);
    }
    if (there.action(service.name, operation.name) === undefined) throw notModelled(service.name, operation.name);
    const input = routed.decode(operation);
    progress.invoked = true;
    const call = { service: service.name, action: operation.name, input, principal };
    const output = await (there.isGlobal(service.name)
      ? there.invoke(call)
      : there.outage.reaching(() => there.invoke(call)));
    return protocol.answer(api, operation, output, requestId);
  };

  const refuse = (progress: Progress, requestId: string, thrown: unknown): WireResponse => {
    const { who, what, protocol, api } = progress;
    const error =
      thrown instanceof AwsError
        ? thrown
        : new AwsError('InternalFailure', thrown instanceof Error ? thrown.message : String(thrown), 500);
    if (!progress.invoked) cloud.journal.write({ kind: 'call', who, what, detail: { error: error.code } });
    if (error !== thrown) {
      const stack = thrown instanceof Error ? thrown.stack : undefined;
      cloud.journal.write({ kind: 'log', who: 'wire', what: 'InternalFailure', detail: { call: what, stack } });
    }
    return protocol.refuse(api, error, requestId);
  };

  return async (request) => {
    const requestId = cloud.random.uuid();
    const progress: Progress = {
      request,
      protocol: guessProtocol(request),
      api: undefined,
      invoked: false,
      who: 'nobody',
      what: `${request.method} ${request.path}`,
    };
    let response: WireResponse;
    try {
      response = await call(progress, requestId);
    } catch (error) {
      if (error instanceof ConnectionLost) {
        const { who, what } = progress;
        cloud.journal.write({ kind: 'call', who, what, detail: { error: error.code } });
        throw error;
      }
      response = refuse(progress, requestId, error);
    }
    const date = new Date(cloud.clock.now()).toUTCString();
    return { ...response, headers: { ...response.headers, 'x-amzn-requestid': requestId, date } };
  };
};
