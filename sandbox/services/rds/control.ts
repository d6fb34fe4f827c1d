import * as v from 'valibot';
import { ControlError, type ControlSubject } from '../../control.ts';
import { readOptions } from '../../control-options.ts';
import type { ProxyLife } from './proxy-life.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(200));

const ROTATE = v.strictObject({
  endpoint: v.optional(text),
  nodes: v.optional(v.picklist(['one', 'all'])),
  pace: v.optional(v.picklist(['one-by-one', 'at-once'])),
  gapSeconds: v.optional(v.pipe(v.number(), v.minValue(0))),
  healthy: v.optional(v.boolean()),
});
const SCALE = v.strictObject({ nodes: count, endpoint: v.optional(text) });
const ZONE = v.strictObject({ zone: text });
const SERVE = v.strictObject({ address: text, serving: v.boolean() });
const NOTHING = v.strictObject({});

/**
 * `POST /_sandbox/proxies/NAME/VERB`, e.g. `rotate` with `{"nodes": "all", "pace": "one-by-one", "gapSeconds": 60}`,
 * `scale` with `{"nodes": 4}`, `fail-zone` with `{"zone": "us-west-2a"}`, `serve` with `{"address": "10.0.0.4", "serving": false}`.
 * `nodes` shows them. Every answer has all nodes as they are now.
 */
export const proxyControl = (proxies: ProxyLife): ControlSubject => {
  const now = (name: string): object => ({ nodes: proxies.nodes(name) });
  return {
    subject: 'proxies',
    verbs: {
      rotate: (name, options) => {
        const { gapSeconds, healthy, ...rest } = readOptions(ROTATE, options);
        const gap = gapSeconds === undefined ? undefined : gapSeconds * 1_000;
        return { added: proxies.rotate(name, { ...rest, gap, isHealthy: healthy }), ...now(name) };
      },
      scale: (name, options) => ({ added: proxies.scale(name, readOptions(SCALE, options)), ...now(name) }),
      'fail-zone': (name, options) => ({
        lost: proxies.failZone(name, readOptions(ZONE, options).zone),
        ...now(name),
      }),
      'restore-zone': (name, options) => {
        proxies.restoreZone(name, readOptions(ZONE, options).zone);
        return now(name);
      },
      serve: (name, options) => {
        const { address, serving } = readOptions(SERVE, options);
        if (!proxies.nodes(name).some(({ addresses }) => addresses.includes(address))) {
          throw new ControlError(`The proxy ${name} has no node at ${address}.`);
        }
        proxies.serve(address, serving);
        return now(name);
      },
      throttle: (name, options) => {
        readOptions(NOTHING, options);
        proxies.throttle(name);
        return now(name);
      },
      nodes: (name, options) => {
        readOptions(NOTHING, options);
        return now(name);
      },
    },
  };
};
