import type { Json } from '../../asl/definition.ts';
import type { Cloud } from '../../cloud.ts';

const dateHeader = (millis: number): string => new Date(millis).toUTCString();

/**
 * The HTTP members that an optimised integration adds to its result, as recorded on AWS.
 *
 * @param bytes the reply's Content-Length
 * @param headers what the service adds to the common headers
 */
export const sdkMetadata = (
  cloud: Cloud,
  bytes: number,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): Record<string, Json> => {
  const requestId = cloud.random.uuid();
  const all: Record<string, string> = {
    Connection: 'keep-alive',
    'Content-Length': String(bytes),
    'Content-Type': contentType,
    Date: dateHeader(cloud.clock.now()),
    'x-amzn-RequestId': requestId,
    ...headers,
  };
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]])),
      HttpHeaders: all,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
};
