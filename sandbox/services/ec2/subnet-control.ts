import * as v from 'valibot';
import { ControlError, type ControlSubject } from '../../control.ts';
import { readOptions } from '../../control-options.ts';
import type { Subnets } from './subnets.ts';

const DEFINE = v.strictObject({
  vpcId: v.optional(v.pipe(v.string(), v.regex(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/))),
  zone: v.optional(v.pipe(v.string(), v.nonEmpty())),
  size: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(251))),
});

/** `POST /_sandbox/subnets/ID/define` with `{"vpcId": "vpc-…", "zone": "us-west-2b", "size": 8}`: where a subnet is, and how large. */
export const subnetControl = (subnets: Subnets): ControlSubject => ({
  subject: 'subnets',
  verbs: {
    define: (id, options) => {
      if (!/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) throw new ControlError(`${id} is no id of a subnet.`);
      const { vpcId, zone, size } = readOptions(DEFINE, options);
      const { id: _, ...before } = subnets.find(id);
      const now = subnets.define({
        id,
        vpcId: vpcId ?? before.vpcId,
        zone: zone ?? before.zone,
        size: size ?? before.size,
      });
      return { id, vpcId: now.vpcId, zone: now.zone, size: now.size };
    },
  },
});
