import fc from 'fast-check';
import type { DnsRecord, RecordFacts, RecordValue } from '../../functions/domain/dns-record.ts';
import {
  aFailover,
  aRecord,
  atAddresses,
  atTargets,
  PRIMARY,
  PRIMARY_GROUP,
  SECONDARY,
  SECONDARY_GROUP,
} from '../support/dns-records.ts';

/** The same runs every time: a failure here is a failure everywhere. */
export const RUNS = { seed: 20_261_126, numRuns: 500 };

const anyValue: fc.Arbitrary<RecordValue> = fc.oneof(
  fc.constantFrom(PRIMARY, SECONDARY),
  fc.subarray(['10.0.0.1', '10.0.0.2', '10.0.0.3'], { minLength: 1 }).map((addresses) => atAddresses(...addresses)),
  fc.constantFrom(atTargets(PRIMARY_GROUP), atTargets(SECONDARY_GROUP), atTargets(PRIMARY_GROUP, 6379)),
);
const anyWeight = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
const anySides = fc.dictionary(
  fc.constantFrom('blue', 'green', 'constructor'),
  fc.record({ weight: anyWeight, value: anyValue }),
  { minKeys: 1, noNullPrototype: true },
);
/** A record of any routing. */
export const anyRecord: fc.Arbitrary<DnsRecord> = fc
  .oneof(
    anyValue.map((value) => ({ kind: 'simple' as const, value })),
    anySides.map((sides) => ({ kind: 'weighted' as const, sides })),
    fc
      .record({
        primary: anyValue,
        secondary: anyValue,
        engages: fc.constantFrom('automatic' as const, 'manual-armed' as const),
      })
      .map((changes) => aFailover(changes)),
  )
  .map((routing) => aRecord({ routing }));
/** What may have been read of its targets, and what a person set. */
export const anyFacts: fc.Arbitrary<RecordFacts> = fc
  .record({
    read: fc.dictionary(
      fc.constantFrom('5432 us-west-2', '5432 eu-west-1', '6379 us-west-2'),
      fc.oneof(fc.constant(undefined), fc.uniqueArray(fc.constantFrom('10.1.0.1', '10.1.0.2', '10.1.0.3'))),
    ),
    healthCheckId: fc.constantFrom('check-1', 'check-2', undefined),
    weights: fc.option(fc.dictionary(fc.constantFrom('blue', 'green', 'constructor'), anyWeight), { nil: undefined }),
  })
  .map(({ read, healthCheckId, weights }) => ({
    addressesOf: (value) =>
      value.kind === 'targets' ? read[`${value.port} ${value.targetGroupArn.split(':')[3] ?? ''}`] : undefined,
    ...(healthCheckId === undefined ? {} : { healthCheckId }),
    ...(weights === undefined ? {} : { weights }),
  }));
