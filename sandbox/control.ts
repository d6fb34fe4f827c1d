import type { Deployment } from './deploy/deployment.ts';
import { DeploymentError } from './deploy/deployment-error.ts';
import { AwsError } from './services/errors.ts';
import { parseJsonObject } from './services/parse-json.ts';
import type { WireHandler, WireRequest, WireResponse } from './wire/wire.ts';

/** Paths that are the sandbox's own, not AWS's. */
const OWN = /^\/_sandbox(\/|\?|$)/;

/** Something more that can be asked of a sandbox by `POST /_sandbox/SUBJECT/NAME/VERB`, with JSON for options. */
export interface ControlSubject {
  /** e.g. `proxies`. */
  readonly subject: string;
  /**
   * What each verb does. Whatever it returns is the answer.
   *
   * @throws ControlError in words for options that are no good; AwsError for a thing that does not exist.
   */
  readonly verbs: Readonly<Record<string, (name: string, options: Readonly<Record<string, unknown>>) => object>>;
}

/** A request to the sandbox that says what it can't say. */
export class ControlError extends Error {}

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

const verbsOf = (subjects: readonly ControlSubject[]): readonly string[] =>
  subjects.map(({ subject, verbs }) => `POST /_sandbox/${subject}/NAME/{${Object.keys(verbs).join('|')}}`);

/** `undefined` where no subject has the path. */
const act = ({ method, path, body }: WireRequest, subjects: readonly ControlSubject[]): WireResponse | undefined => {
  const [, , subject, name, verb, ...more] = path.split('/');
  const verbs = subjects.find((one) => one.subject === subject)?.verbs;
  if (method !== 'POST' || verbs === undefined || name === undefined || verb === undefined || more.length > 0) return;
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (run === undefined) return;
  const text = Buffer.from(body).toString('utf8');
  const options = text.trim() === '' ? {} : parseJsonObject(text);
  if (options === undefined) return answer(400, { message: 'The options are a JSON object, or nothing at all.' });
  try {
    return answer(200, run(decodeURIComponent(name), options));
  } catch (error) {
    if (error instanceof ControlError || error instanceof URIError) return answer(400, { message: error.message });
    if (error instanceof AwsError) return answer(error.status, { message: error.message });
    throw error;
  }
};

const control = async (
  request: WireRequest,
  deploy: (directory: string) => Promise<Deployment>,
  subjects: readonly ControlSubject[],
): Promise<WireResponse> => {
  const { method, path, body } = request;
  try {
    if (method === 'POST' && path === '/_sandbox/deploy') return await deployOver(body, deploy);
    const acted = act(request, subjects);
    if (acted !== undefined) return acted;
  } catch (error) {
    return answer(500, { message: `The sandbox failed: ${error instanceof Error ? error.message : String(error)}` });
  }
  const ways = ['POST /_sandbox/deploy', ...verbsOf(subjects)].join(', ');
  return answer(404, { message: `The sandbox has no ${method} ${path}. It has ${ways}.` });
};

/**
 * A door that takes what is meant for the sandbox itself and hands on the rest, which is meant for AWS.
 *
 * @param deploy deploys the assembly in a directory over the stack that runs.
 * @param subjects what else may be asked of the sandbox.
 */
export const withControl =
  (
    handler: WireHandler,
    deploy: (directory: string) => Promise<Deployment>,
    subjects: readonly ControlSubject[] = [],
  ): WireHandler =>
  (request) =>
    OWN.test(request.path) ? control(request, deploy, subjects) : handler(request);
