import * as v from 'valibot';
import type { Customer, Entitlement, ServiceEntry } from '../domain/registry.ts';
import { REASON_CODES } from '../domain/verdict.ts';

/** An endpoint service's id: `vpce-svc-` and 8 or 17 hexadecimal digits. */
export const ServiceId = v.pipe(v.string(), v.regex(/^vpce-svc-[0-9a-f]{8,17}$/, 'not an id of an endpoint service'));
/** An endpoint's id: `vpce-` and 8 or 17 hexadecimal digits. */
export const EndpointId = v.pipe(v.string(), v.regex(/^vpce-[0-9a-f]{8,17}$/, 'not an id of a VPC endpoint'));
/** A customer's id: what keys are built of, hence without `#`. */
export const CustomerId = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'not a customer id'));

const Instant = v.pipe(v.string(), v.isoTimestamp('not an ISO 8601 time in UTC'));
const Region = v.pipe(v.string(), v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'not a region'));

/** A customer's entry. */
export const CustomerSchema = v.object({
  customerId: CustomerId,
  name: v.pipe(v.string(), v.maxLength(256)),
  contact: v.exactOptional(v.pipe(v.string(), v.maxLength(256))),
  status: v.picklist(['active', 'suspended']),
}) satisfies v.GenericSchema<unknown, Customer>;

/** An entitlement's entry. */
export const EntitlementSchema = v.object({
  customerId: CustomerId,
  serviceId: ServiceId,
  regions: v.exactOptional(v.pipe(v.array(Region), v.minLength(1))),
  maxEndpoints: v.pipe(v.number(), v.integer(), v.minValue(1)),
  from: v.exactOptional(Instant),
  until: v.exactOptional(Instant),
  approval: v.picklist(['automatic', 'manual', 'first-manual']),
}) satisfies v.GenericSchema<unknown, Entitlement>;

/** A service's entry, with its policy. */
export const ServiceEntrySchema = v.object({
  serviceId: ServiceId,
  verdicts: v.exactOptional(v.record(v.picklist(REASON_CODES), v.picklist(['accept', 'reject', 'hold']))),
}) satisfies v.GenericSchema<unknown, ServiceEntry>;

/** A match: which customer an account or an endpoint id stands for. */
export const MatchSchema = v.object({ customerId: CustomerId });

/** What went wrong, field by field, in one line: `maxEndpoints: Invalid value: Expected >=1 but received 0`. */
export const problemOf = (issues: readonly v.BaseIssue<unknown>[]): string =>
  issues.map((issue) => `${v.getDotPath(issue) ?? 'entry'}: ${issue.message}`).join('; ');
