import { type CustomerEntry, registerCustomer } from './customers.ts';
import type { RecordedDecision, RequestView } from './request-view.ts';
import type { Stage } from './stage.ts';
import type { CaseResult } from './story.ts';

/** The endpoint service of the sandbox, by its name in `infra/config.ts`. */
export const SERVICE = 'orders';

const UNTIL_THE_NOTICE_CAME = 60_000;

/** A request and what became of it up to now. */
export interface Requested extends RequestView {
  readonly serviceId: string;
  readonly endpointId: string;
  readonly account: string;
  /** What the customer sees of its endpoint; `deleted` also where EC2 lists it no more. */
  readonly state: string;
}

/** Which request to look at. */
export type RequestId = Pick<Requested, 'serviceId' | 'endpointId' | 'account'>;

/** A customer creates an endpoint. */
export const ask = async (stage: Stage, account: string): Promise<RequestId> => {
  const { serviceId, serviceName } = await stage.endpointService(SERVICE);
  return { serviceId, account, endpointId: await stage.createEndpoint(account, serviceName) };
};

/**
 * Waits until a request is at rest: everything recorded and told, and nobody works on it.
 *
 * @param isEnough - what must have come of it besides. @default anything
 * @throws Error where a run about it did not end well, unless `runsMayFail`.
 */
export const atRest = async (
  stage: Stage,
  id: RequestId,
  isEnough: (view: RequestView) => boolean = () => true,
  { runsMayFail = false } = {},
): Promise<Requested> =>
  stage.until(`the end of ${id.endpointId}`, async () => {
    const view = await stage.request(id.serviceId, id.endpointId);
    const failed = view.runs.find(({ status }) => status !== 'RUNNING' && status !== 'SUCCEEDED');
    if (failed !== undefined && !runsMayFail) throw new Error(await stage.endOf(failed));
    if (!view.isAtRest || !isEnough(view)) return undefined;
    const state = (await stage.endpointState(id.account, id.endpointId)) ?? 'deleted';
    return { ...id, ...view, state };
  });

/** A customer creates an endpoint; what becomes of it. */
export const askAndWait = async (
  stage: Stage,
  account: string,
  isEnough?: (view: RequestView) => boolean,
  options?: { readonly runsMayFail?: boolean },
): Promise<Requested> => atRest(stage, await ask(stage, account), isEnough, options);

/** So many decisions were made. */
export const decided =
  (count: number) =>
  ({ decisions }: RequestView): boolean =>
    decisions.length >= count;

/** Reason codes, with AWS's own words where it said that it did not act. */
export const reasonsOf = (decisions: readonly RecordedDecision[]): readonly string[] =>
  decisions.flatMap(({ code, unsuccessful }) => (unsuccessful === undefined ? [code] : [code, unsuccessful]));

/** Every decision's outcome in order, then what the customer sees: `held, accepted, available`. */
export const resultOf = ({ decisions, state }: Pick<Requested, 'decisions' | 'state'>): CaseResult => ({
  actual: [...decisions.map(({ outcome }) => outcome), state].join(', '),
  reasons: reasonsOf(decisions),
});

/** The customer deletes its endpoint, and what follows from that is over. */
export const leave = async (stage: Stage, id: RequestId): Promise<Requested> => {
  await stage.deleteEndpoint(id.account, id.endpointId);
  await stage.clock.sleep(UNTIL_THE_NOTICE_CAME);
  return atRest(stage, id, undefined, { runsMayFail: true });
};

/** Enters a customer as a case needs it: whatever was entered for it before is replaced. */
export const enter = async (stage: Stage, entry: CustomerEntry): Promise<void> =>
  registerCustomer(stage, (await stage.endpointService(SERVICE)).serviceId, entry);
