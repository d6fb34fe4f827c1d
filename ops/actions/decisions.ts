import * as v from 'valibot';
import { CustomerId, EndpointId } from '../../functions/registry/schemas.ts';
import { createAction } from '../action.ts';
import { type DecisionRecord, type LedgerIndex, readRecords } from '../records.ts';

/** `2026-11-23`, and a day that exists. */
const Day = v.pipe(
  v.string(),
  v.isoDate('not a day such as 2026-11-23'),
  v.check(
    (day) => !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day),
    'not a day that exists',
  ),
);

const INDEX_OF = { customerId: 'ByCustomer', endpointId: 'ByEndpoint', day: 'ByDay' } as const satisfies Record<
  string,
  LedgerIndex
>;

type By = keyof typeof INDEX_OF;

const BY = Object.keys(INDEX_OF) as readonly By[];

const Input = v.pipe(
  v.strictObject({
    customerId: v.exactOptional(CustomerId),
    endpointId: v.exactOptional(EndpointId),
    /** In UTC. */
    day: v.exactOptional(Day),
    most: v.exactOptional(
      v.pipe(
        v.number('not a whole number'),
        v.integer('not a whole number'),
        v.minValue(1, 'not from 1 to 10000'),
        v.maxValue(10_000, 'not from 1 to 10000'),
      ),
      50,
    ),
  }),
  v.check(
    (input) => BY.filter((by) => input[by] !== undefined).length === 1,
    'one of customer, endpoint and day is needed',
  ),
);

/** Decisions, newest first. */
export interface Decisions {
  readonly outcome: 'listed';
  readonly decisions: readonly DecisionRecord[];
  /** There are more than were asked for. */
  readonly isCut: boolean;
}

/** Lists what was decided for a customer, of an endpoint, or on a day. @throws BadInput; what AWS throws. */
export const decisions = createAction(Input, async (input, services): Promise<Decisions> => {
  const by = BY.find((each) => input[each] !== undefined) ?? 'day';
  const query = { index: INDEX_OF[by], value: input[by] ?? '', most: input.most };
  const { records, isCut } = await readRecords(query, services);
  return { outcome: 'listed', decisions: records, isCut };
});
