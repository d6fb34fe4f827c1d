import type { HistoryService, Terms } from './history.ts';

/** An item's attributes in DynamoDB's form. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A text in DynamoDB's form. */
export const text = (S: string) => ({ S });

const LAX = ['requester-unknown', 'customer-suspended', 'contract-ended', 'approval-needed', 'quota-reached'];
const STRICT = [...LAX, 'requester-ambiguous', 'entry-unreadable', 'region-not-covered', 'contract-not-begun'];

/** A service's entry. */
export const serviceEntry = (
  serviceId: string,
  { policy, begins, bound = {} }: Pick<HistoryService, 'policy' | 'begins' | 'bound'>,
): Attributes => {
  const all = (codes: readonly string[], verdict: string) =>
    Object.fromEntries(codes.map((code) => [code, text(verdict)]));
  const verdicts = { plain: {}, none: {}, lax: all(LAX, 'accept'), strict: all(STRICT, 'reject') };
  const door = { closed: 'hold', shut: 'reject' } as const;
  const chosen = policy === 'closed' || policy === 'shut' ? all(['entitled'], door[policy]) : verdicts[policy];
  return {
    serviceId: text(serviceId),
    ...(begins === 'enforce' ? { origin: text('created') } : {}),
    ...Object.fromEntries(Object.entries(bound).map(([name, value]) => [name, { N: String(value) }])),
    ...(Object.keys(chosen).length === 0 ? {} : { verdicts: { M: chosen } }),
  };
};

/** A customer's entry. */
export const customerEntry = (customerId: string, status: string): Attributes => ({
  customerId: text(customerId),
  name: text(customerId),
  status: text(status),
});

/** An entitlement's entry. @param beginning - when the history begins, in milliseconds: its times count from there. */
export const entitlementEntry = (
  serviceId: string,
  customerId: string,
  { maxEndpoints, approval, from, until, whenEnded, regions }: Terms,
  beginning: number,
): Attributes => {
  const time = (seconds: number) => text(instant(beginning + seconds * 1000));
  return {
    customerId: text(customerId),
    serviceId: text(serviceId),
    maxEndpoints: { N: String(maxEndpoints) },
    approval: text(approval),
    ...(from === undefined ? {} : { from: time(from) }),
    ...(until === undefined ? {} : { until: time(until) }),
    ...(whenEnded === undefined ? {} : { whenEnded: text(whenEnded) }),
    ...(regions === undefined ? {} : { regions: { L: regions.map(text) } }),
  };
};

/** The entry's times have no fraction of a second. */
const instant = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
