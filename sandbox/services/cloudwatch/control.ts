import * as v from 'valibot';
import type { ControlSubject } from '../../control.ts';
import { readOptions } from '../../control-options.ts';
import type { WorldMetrics } from './world-metrics.ts';

const METRIC = {
  namespace: v.pipe(v.string(), v.nonEmpty()),
  dimensions: v.optional(v.record(v.string(), v.string()), {}),
};
const VALUE = v.strictObject({ ...METRIC, value: v.pipe(v.number(), v.finite()) });
const NO_VALUE = v.strictObject(METRIC);

/**
 * `POST /_sandbox/metrics/NAME/VERB`: `put` and `hold` with `{"namespace": "AWS/RDS", "dimensions": {"DBInstanceIdentifier":
 * "orders-2"}, "value": 2500}`, `release` without the value. For what AWS itself would report and nothing here does.
 */
export const metricControl = (metrics: WorldMetrics): ControlSubject => ({
  subject: 'metrics',
  verbs: {
    put: (name, options) => {
      const { namespace, dimensions, value } = readOptions(VALUE, options);
      metrics.put([namespace, name, dimensions], value);
      return {};
    },
    hold: (name, options) => {
      const { namespace, dimensions, value } = readOptions(VALUE, options);
      metrics.hold([namespace, name, dimensions], value);
      return {};
    },
    release: (name, options) => {
      const { namespace, dimensions } = readOptions(NO_VALUE, options);
      metrics.hold([namespace, name, dimensions], undefined);
      return {};
    },
  },
});
