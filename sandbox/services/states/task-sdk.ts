import type { Json } from '../../asl/definition.ts';
import { StateError } from '../../asl/state-error.ts';
import { SDK_SERVICES, sdkErrorName } from './sdk-services.ts';
import { orTaskError, sdkCause } from './task-failure.ts';
import type { TaskContext } from './tasks.ts';

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Changes the first letter of every member's name, at any depth. */
const renamed = (value: unknown, change: (name: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((item) => renamed(item, change));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [change(name), renamed(member, change)]));
};
const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Takes the path off every id, at any depth. */
const withBareIds = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(withBareIds);
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'Id' && typeof member === 'string' ? member.slice(member.lastIndexOf('/') + 1) : withBareIds(member),
    ]),
  );
};

/** A reply as a state sees it: dates are ISO 8601, blobs their text; `$metadata` and absent members are gone. */
const asResult = (value: unknown): Json => {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(asResult);
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([name, member]) => member !== undefined && name !== '$metadata');
    return Object.fromEntries(members.map(([name, member]) => [name, asResult(member)]));
  }
  return value === undefined ? null : (value as Json);
};

/**
 * `arn:aws:states:::aws-sdk:<service>:<camelAction>`: the action as the SDK has it, by the state machine's role.
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export const callSdk = async ({ cloud, principal, request }: TaskContext): Promise<Json> => {
  const { resourceType, action } = request.resource;
  const service = SDK_SERVICES[resourceType.slice('aws-sdk:'.length)];
  if (service === undefined) throw new Error(`${request.resource.arn} was accepted, but no such service is known.`);
  const name = upper(action);
  const target = service.services.find((candidate) => cloud.action(candidate, name) !== undefined);
  const input = service.lowerCaseMembers === true ? renamed(request.arguments, lower) : request.arguments;
  const output = await orTaskError<unknown>(
    () => cloud.invoke({ service: target ?? service.services[0] ?? '', action: name, input: input ?? {}, principal }),
    (failure) =>
      new StateError(
        sdkErrorName(service, failure.code),
        sdkCause(service.name, failure, cloud.random.uuid(), service.unlisted === 'all'),
      ),
  );
  const shown = asResult(output ?? {});
  const result = service.bareIds === true ? withBareIds(shown) : shown;
  return service.lowerCaseMembers === true ? (renamed(result, upper) as Json) : result;
};
