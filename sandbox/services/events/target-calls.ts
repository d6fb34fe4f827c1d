import { AwsError } from '../errors.ts';
import { parseJson } from '../parse-json.ts';
import { queueUrlOf } from '../sqs/queue-url.ts';

/** A call by which a rule or a schedule reaches its target. */
export interface TargetCall {
  readonly service: string;
  readonly action: string;
  readonly input: unknown;
}

/** The kinds of target that rules and schedules share. */
export type TargetKind = 'sqs' | 'sns' | 'lambda' | 'states' | 'events';

const KINDS: readonly (readonly [TargetKind, RegExp])[] = [
  ['sqs', /^arn:aws:sqs:[\w-]+:\d{12}:[\w-]+$/],
  ['sns', /^arn:aws:sns:[\w-]+:\d{12}:[\w-]+$/],
  ['lambda', /^arn:aws:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/],
  ['states', /^arn:aws:states:[\w-]+:\d{12}:stateMachine:[\w-]+(:[\w-]+)?$/],
  ['events', /^arn:aws:events:[\w-]+:\d{12}:event-bus\/[\w./-]+$/],
];

/** What an ARN names, or undefined where such targets are not modelled. */
export const targetKind = (arn: string): TargetKind | undefined => KINDS.find(([, pattern]) => pattern.test(arn))?.[0];

const asJson = (payload: string, arn: string): string => {
  if (parseJson(payload) !== undefined) return payload;
  throw new AwsError('InvalidJson', `The input for ${arn} is not valid JSON: ${payload.slice(0, 200)}`);
};

/**
 * The call that hands a payload to a queue, topic, function (asynchronously) or state machine.
 *
 * @throws AwsError `InvalidJson` where the target takes JSON only and the payload is none
 */
export const payloadCall = (kind: Exclude<TargetKind, 'events'>, arn: string, payload: string): TargetCall => {
  switch (kind) {
    case 'sqs':
      return { service: 'sqs', action: 'SendMessage', input: { QueueUrl: queueUrlOf(arn), MessageBody: payload } };
    case 'sns':
      return { service: 'sns', action: 'Publish', input: { TopicArn: arn, Message: payload } };
    case 'lambda': {
      const Payload = new Uint8Array(Buffer.from(asJson(payload, arn)));
      return { service: 'lambda', action: 'Invoke', input: { FunctionName: arn, InvocationType: 'Event', Payload } };
    }
    case 'states':
      return {
        service: 'states',
        action: 'StartExecution',
        input: { stateMachineArn: arn, input: asJson(payload, arn) },
      };
  }
};
