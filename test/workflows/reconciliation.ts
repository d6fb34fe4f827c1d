import type { Json } from '../../sandbox/asl/definition.ts';
import { finish, prepare, START } from '../sandbox/asl/run-definition.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import type { Admission, Attempt, Script } from './admission.ts';
import { textOf } from './support.ts';

/** The workflow that is started again. */
export const ADMIT_CONNECTION = 'arn:aws:states:us-west-2:123456789012:stateMachine:c-admit-connection';
/** The workflow that disconnects. */
export const REVOKE_CONNECTION = 'arn:aws:states:us-west-2:123456789012:stateMachine:c-revoke-connection';
/** The run that is started. */
export const STARTED = 'arn:aws:states:us-west-2:123456789012:execution:c-admit-connection:second';
/** The ids, as a person gives them, or an event. */
export const IDS = { serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID };

/** What stands for the placeholders, as the stack would fill them in. */
const DEPLOYED: Readonly<Record<string, string>> = {
  Ledger: 'ledger-table',
  Bus: 'bus',
  AdmitConnection: ADMIT_CONNECTION,
  RevokeConnection: REVOKE_CONNECTION,
  ListDifferences: 'list-differences:3',
  ConvergePrincipals: 'converge-principals:4',
  SettlePlace: 'settle-place:2',
};
const definition = JSON.parse(
  textOf('reconcile.asl.json').replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => DEPLOYED[name] ?? ''),
) as object;

/** What the rule hands over of a run that ended; `input` is the run's own, as a text. */
export const ended = (input: Json, status = 'ABORTED'): Json => ({
  executionArn: 'arn:aws:states:us-west-2:123456789012:execution:c-admit-connection:first',
  status,
  input,
});

/** What the rule hands over of a run that was stopped. */
export const STOPPED = ended(JSON.stringify(IDS));

/** A request that was started again so often since yesterday; the reply of every task on its way. */
export const restarted = (times: number): Script => ({
  'Count its restarts': [{ Count: times, ScannedCount: times }],
  'Note the restart': [{}],
  'Start admit-connection': [{ ExecutionArn: STARTED, StartDate: START / 1000 }],
  'Record the failure': [{}],
});

/**
 * Executes `reconcile` on virtual time, its tasks answered by the script: the replies of a task one after the other, the last one
 * again and again.
 *
 * @throws Error for a task that the script does not expect, whatever the workflow makes of it.
 */
export const reconcile = async (script: Script = {}, input: Json = IDS): Promise<Admission> => {
  const attempts: Attempt[] = [];
  const surprises: string[] = [];
  const world = prepare(definition, {
    input,
    tasks: async ({ resource, arguments: given }) => {
      const entered = world.execution.history.events.findLast(
        ({ stateEnteredEventDetails: each }) => each !== undefined,
      );
      const state = entered?.stateEnteredEventDetails?.name ?? '';
      const replies = script[state] ?? [];
      const before = attempts.filter((each) => each.state === state).length;
      const action = `${resource.resourceType.replace('aws-sdk:', '')}:${resource.action}`;
      attempts.push({ state, action, arguments: given, at: (world.clock.now() - START) / 1000 });
      if (replies.length === 0) surprises.push(state);
      const reply = replies[Math.min(before, replies.length - 1)];
      if (reply instanceof Error) throw reply;
      return reply;
    },
  });
  const { status, output, error, cause, seconds, events } = await finish(world);
  if (surprises.length > 0) throw new Error(`The test expects no call of ${surprises.join(', ')}.`);
  const path = events.flatMap(({ stateEnteredEventDetails: each }) => each?.name ?? []);
  return { status, output, error, cause, seconds, path, attempts, historyEvents: events.length };
};
