import * as v from 'valibot';
import { ControlError, type ControlSubject } from '../../control.ts';
import { readOptions } from '../../control-options.ts';
import type { Route53Control } from './facade.ts';

const NOTHING = v.strictObject({});
const CONTROL_PLANE = 'control-plane';

/**
 * `POST /_sandbox/route53/control-plane/VERB`: `down`, after which every request to the API fails with 503 while DNS answers
 * and health checks go on, and `up`; `calls` shows how many requests there were. `POST /_sandbox/route53/HEALTH-CHECK-ID/fail`
 * and `recover`: whether the endpoint of a health check answers; `status` shows whether it is healthy.
 */
export const route53Subject = (route53: Route53Control): ControlSubject => {
  const onControlPlane =
    (act: () => void = () => undefined) =>
    (name: string, options: Readonly<Record<string, unknown>>): object => {
      readOptions(NOTHING, options);
      if (name !== CONTROL_PLANE) throw new ControlError(`Say ${CONTROL_PLANE}, not ${name}.`);
      act();
      return { isUp: route53.controlPlane.isUp, calls: route53.controlPlane.calls };
    };
  const onCheck =
    (act: (id: string) => void = () => undefined) =>
    (id: string, options: Readonly<Record<string, unknown>>): object => {
      readOptions(NOTHING, options);
      act(id);
      return { isHealthy: route53.isHealthy(id) };
    };
  return {
    subject: 'route53',
    verbs: {
      down: onControlPlane(() => route53.controlPlane.down()),
      up: onControlPlane(() => route53.controlPlane.up()),
      calls: onControlPlane(),
      fail: onCheck((id) => route53.answers(id, false)),
      recover: onCheck((id) => route53.answers(id, true)),
      status: onCheck(),
    },
  };
};
