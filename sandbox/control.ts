import type { Deployment } from './deploy/deployment.ts';
import { DeploymentError } from './deploy/deployment-error.ts';
import { parseJsonObject } from './services/parse-json.ts';
import type { WireHandler, WireRequest, WireResponse } from './wire/wire.ts';

/** Paths that are the sandbox's own, not AWS's. */
const OWN = /^\/_sandbox(\/|\?|$)/;

const answer = (status: number, body: object): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(`${JSON.stringify(body)}\n`),
});

const deployOver = async (
  body: Uint8Array,
  deploy: (directory: string) => Promise<Deployment>,
): Promise<WireResponse> => {
  const assembly = parseJsonObject(Buffer.from(body).toString('utf8'))?.assembly;
  if (typeof assembly !== 'string' || assembly === '') {
    return answer(400, { message: 'Say which cloud assembly to deploy: {"assembly": "cdk.out"}.' });
  }
  try {
    const { updated, created, deleted, kept } = (await deploy(assembly)).changes;
    return answer(200, { updated, created, deleted, kept });
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    return answer(400, { message: error.message });
  }
};

const control = async (
  { method, path, body }: WireRequest,
  deploy: (directory: string) => Promise<Deployment>,
): Promise<WireResponse> => {
  if (method === 'POST' && path === '/_sandbox/deploy') {
    try {
      return await deployOver(body, deploy);
    } catch (error) {
      return answer(500, { message: `The sandbox failed: ${error instanceof Error ? error.message : String(error)}` });
    }
  }
  return answer(404, { message: `The sandbox has no ${method} ${path}. It has POST /_sandbox/deploy.` });
};

/**
 * A door that takes what is meant for the sandbox itself and hands on the rest, which is meant for AWS.
 *
 * @param deploy deploys the assembly in a directory over the stack that runs.
 */
export const withControl =
  (handler: WireHandler, deploy: (directory: string) => Promise<Deployment>): WireHandler =>
  (request) =>
    OWN.test(request.path) ? control(request, deploy) : handler(request);
