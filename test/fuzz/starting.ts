import type { Json } from '../../sandbox/asl/definition.ts';
import { failure, type Ran, run } from '../sandbox/asl/run-definition.ts';
import { textOf } from '../workflows/support.ts';

/** Where every task stops the run: only what is done before the first one is looked at. */
export const STOP = 'Test.Stop';

export interface Started extends Ran {
  readonly path: readonly string[];
  /** What the first task was called with. */
  readonly asked: unknown;
}

const starting = (file: string) => {
  const definition = JSON.parse(textOf(file).replaceAll(/\$\{\w+\}/g, 'deployed')) as object;
  return async (input: unknown): Promise<Started> => {
    const asked: unknown[] = [];
    const tasks = async (call: { readonly arguments: unknown }): Promise<never> => {
      asked.push(call.arguments);
      throw failure(STOP);
    };
    const ran = await run(definition, { input: input as Json, tasks });
    const path = ran.events.flatMap(({ stateEnteredEventDetails: each }) => each?.name ?? []);
    return { ...ran, path, asked: asked[0] };
  };
};
/** Starts each workflow with an input, and looks at what comes of it. */
export const start = {
  'admit-connection': starting('admit-connection.asl.json'),
  'revoke-connection': starting('revoke-connection.asl.json'),
  reconcile: starting('reconcile.asl.json'),
  'refresh-targets': starting('refresh-targets.asl.json'),
  'update-failover': starting('update-failover.asl.json'),
};
