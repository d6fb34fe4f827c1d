import * as v from 'valibot';
import type { Binding } from '../domain/binding.ts';
import { type Effect, MODES, type ModesSet } from '../domain/mode.ts';
import type { PrincipalsRecord } from '../domain/ownership.ts';
import type { Customer, Entitlement, ServiceEntry } from '../domain/registry.ts';
import { plainText } from '../domain/text.ts';
import type { RegistrySeen } from '../domain/trust.ts';
import { REASON_CODES } from '../domain/verdict.ts';

/** An endpoint service's id: `vpce-svc-` and 8 or 17 hexadecimal digits. */
export const ServiceId = v.pipe(
  v.string(),
  v.regex(/^vpce-svc-(?:[0-9a-f]{17}|[0-9a-f]{8})$/, 'not an id of an endpoint service'),
);
/** An endpoint's id: `vpce-` and 8 or 17 hexadecimal digits. */
export const EndpointId = v.pipe(
  v.string(),
  v.regex(/^vpce-(?:[0-9a-f]{17}|[0-9a-f]{8})$/, 'not an id of a VPC endpoint'),
);
/** A customer's id: what keys are built of, hence without `#`. */
export const CustomerId = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'not a customer id'));

/** `2026-11-23T00:00:00Z`, and a day that exists: what `Date` can't read would compare as neither before nor after. */
const Instant = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, 'not a time such as 2026-11-23T00:00:00Z'),
  v.check((text) => {
    const time = Date.parse(text);
    return Number.isFinite(time) && new Date(time).toISOString().slice(0, 19) === text.slice(0, 19);
  }, 'not a time that exists'),
);
/** As AWS names it: `us-west-2`. */
export const Region = v.pipe(v.string(), v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'not a region'));

/** A customer's entry. */
export const CustomerSchema = v.object({
  customerId: CustomerId,
  name: v.pipe(v.string(), v.maxLength(256)),
  contact: v.exactOptional(v.pipe(v.string(), v.maxLength(256))),
  status: v.picklist(['active', 'suspended']),
}) satisfies v.GenericSchema<unknown, Customer>;

/** An entitlement's entry. */
export const EntitlementSchema = v.pipe(
  v.object({
    customerId: CustomerId,
    serviceId: ServiceId,
    regions: v.exactOptional(v.pipe(v.array(Region), v.minLength(1))),
    maxEndpoints: v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1, 'less than one endpoint: remove the entitlement instead'),
    ),
    from: v.exactOptional(Instant),
    until: v.exactOptional(Instant),
    whenEnded: v.exactOptional(v.picklist(['keep', 'revoke'])),
    approval: v.picklist(['automatic', 'manual', 'first-manual']),
  }),
  v.forward(
    v.check(({ from, until }) => from === undefined || until === undefined || from < until, 'it is not after from'),
    ['until'],
  ),
) satisfies v.GenericSchema<unknown, Entitlement>;

/** A service's entry, with its policy. */
export const ServiceEntrySchema = v.object({
  serviceId: ServiceId,
  origin: v.exactOptional(v.picklist(['created', 'imported'])),
  // An execution lasts a year at the most, and a token's task no longer than its execution.
  holdDays: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(30))),
  remindDays: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(30))),
  maxRevocations: v.exactOptional(
    v.pipe(v.number(), v.integer(), v.minValue(1, 'less than one: set the mode of revoke instead')),
  ),
  maxRevokedShare: v.exactOptional(
    v.pipe(
      v.number(),
      v.gtValue(0, 'not above 0: set the mode of revoke instead'),
      v.maxValue(1, 'a share is 1 at the most'),
    ),
  ),
  verdicts: v.exactOptional(v.record(v.picklist(REASON_CODES), v.picklist(['accept', 'reject', 'hold']))),
}) satisfies v.GenericSchema<unknown, ServiceEntry>;

/** A binding's id: what keys are built of, hence without `#`. */
export const BindingId = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'not a binding id'));

/** As DNS has it, without the dot at the end: `orders.proxy-abc.us-west-2.rds.amazonaws.com`. */
export const HostName = v.pipe(
  v.string(),
  v.maxLength(253),
  v.regex(/^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i, 'not a host name'),
);
/** As RDS takes them for proxies, endpoints, instances and clusters. */
export const RdsName = v.pipe(
  v.string(),
  v.maxLength(63, 'not a name of RDS'),
  v.regex(/^[a-zA-Z](?:-?[a-zA-Z0-9])*$/, 'not a name of RDS'),
);
/** An address of either family. */
export const IpAddress = v.pipe(v.string(), v.ip('not an address'));
const isBlock = (text: string): boolean => {
  const [network = '', bits = '', ...more] = text.split('/');
  const most = network.includes(':') ? 128 : 32;
  return more.length === 0 && v.is(IpAddress, network) && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
};
const Cidr = v.pipe(v.string(), v.check(isBlock, 'not a block such as 10.0.0.0/16'));

const AddressSourceSchema = v.variant('kind', [
  v.object({ kind: v.literal('proxy'), proxyName: RdsName, endpointName: v.exactOptional(RdsName) }),
  v.object({ kind: v.literal('instance'), instanceId: RdsName }),
  v.object({ kind: v.literal('cluster'), clusterId: RdsName, endpoint: v.picklist(['writer', 'reader']) }),
  v.object({ kind: v.literal('host'), hostName: HostName }),
  v.object({ kind: v.literal('fixed'), addresses: v.pipe(v.array(IpAddress), v.minLength(1, 'names nobody')) }),
]);

const whole = (least: number, most: number) => {
  const problem = `not a whole number from ${least} to ${most}`;
  return v.pipe(v.number(problem), v.integer(problem), v.minValue(least, problem), v.maxValue(most, problem));
};

const NO_SHARE = 'not a share above 0, up to 1';

/** A binding's entry. */
export const BindingSchema = v.object({
  bindingId: BindingId,
  serviceId: ServiceId,
  targetGroupArn: v.pipe(
    v.string(),
    v.regex(
      /^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16}$/,
      'not the ARN of a target group',
    ),
  ),
  port: whole(1, 65_535),
  source: AddressSourceSchema,
  family: v.exactOptional(v.picklist(['ipv4', 'ipv6'], 'not one of ipv4, ipv6')),
  within: v.exactOptional(v.pipe(v.array(Cidr), v.minLength(1, 'names no block: nothing would be believed'))),
  minHealthy: v.exactOptional(whole(1, 500)),
  maxRemovalRatio: v.exactOptional(v.pipe(v.number(NO_SHARE), v.gtValue(0, NO_SHARE), v.maxValue(1, NO_SHARE))),
  missesBeforeRemoval: v.exactOptional(whole(1, 60)),
  healthyWithinSeconds: v.exactOptional(whole(60, 3_600)),
  waitForDraining: v.exactOptional(v.boolean()),
}) satisfies v.GenericSchema<unknown, Binding>;

/** An account's id. */
export const AccountId = v.pipe(v.string(), v.regex(/^\d{12}$/, 'not an account of 12 digits'));

/** A match: which customer an account or an endpoint id stands for. */
export const MatchSchema = v.object({ customerId: CustomerId });

const ModeSchema = v.exactOptional(v.picklist(MODES));

/**
 * Modes in the ledger, as commands set them, of a service or of all. Effects that this version does not know are for others: a held request
 * may be older than they.
 */
export const ModesSchema = v.object({
  modes: v.object({
    accept: ModeSchema,
    reject: ModeSchema,
    revoke: ModeSchema,
    'principals-add': ModeSchema,
    'principals-remove': ModeSchema,
    'targets-add': ModeSchema,
    'targets-remove': ModeSchema,
    dns: ModeSchema,
  } satisfies Record<Effect, typeof ModeSchema>),
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  paused: v.exactOptional(v.object({ by: v.string(), reason: v.string(), at: v.string() })),
}) satisfies v.GenericSchema<unknown, ModesSet>;

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** How big the registry was, in the ledger. */
export const RegistrySeenSchema = v.object({
  tableId: v.string(),
  count: Count,
  at: v.string(),
  version: Count,
  frozen: v.exactOptional(v.object({ tableId: v.string(), count: Count, because: v.string(), at: v.string() })),
  /** Who last said that it may be believed. */
  confirmed: v.exactOptional(v.object({ by: v.string(), reason: v.string(), at: v.string() })),
}) satisfies v.GenericSchema<unknown, RegistrySeen>;

const Ordinal = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Which allowed principals of a service are ours, in the ledger. */
export const PrincipalsSchema = v.object({
  ours: v.record(
    v.string(),
    v.object({
      addedAt: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())),
      by: v.exactOptional(v.string()),
      reason: v.exactOptional(v.string()),
      at: v.exactOptional(v.string()),
    }),
  ),
  reverted: v.record(v.string(), Ordinal),
  contested: v.array(v.string()),
  applied: v.exactOptional(v.string()),
  version: Ordinal,
}) satisfies v.GenericSchema<unknown, PrincipalsRecord>;

/** Parses, and names one fault a field: the first. */
export const parseWith = <T>(schema: v.GenericSchema<unknown, T>, value: unknown) =>
  v.safeParse(schema, value, { abortPipeEarly: true });

/** What went wrong, field by field, in one line; values are somebody else's text, hence shortened and made plain. */
export const problemOf = (issues: readonly v.BaseIssue<unknown>[]): string =>
  plainText(issues.map((issue) => `${v.getDotPath(issue) ?? 'entry'}: ${issue.message}`).join('; '), 300);
