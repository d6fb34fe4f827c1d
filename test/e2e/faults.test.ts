import { describe, expect, it } from 'vitest';
import type { Fault } from '../../sandbox/faults/fault.ts';
import { injectFaults } from '../../sandbox/faults/inject.ts';
import { createSimulatedWorld } from '../../sandbox/simulated.ts';
import { admission } from '../../sandbox/stories/admission.ts';
import { Stage } from '../../sandbox/stories/stage.ts';
import { play } from '../../sandbox/stories/story.ts';
import { assembly } from '../support/assembly.ts';

/** The story's first case, an entitled account, in a world where something goes wrong. */
const playWith = async (...faults: readonly Fault[]) => {
  const world = await createSimulatedWorld({ assembly: assembly(), seed: 1 });
  const injection = injectFaults(world, faults);
  let isOver = false;
  const playing = play({ ...admission, cases: admission.cases.slice(0, 1) }, new Stage(world)).finally(() => {
    isOver = true;
  });
  playing.catch(() => undefined);
  await world.clock.run(() => isOver);
  await world.host.close();
  const [played] = await playing;
  injection.stop();
  const { entries } = world.journal;
  return {
    actual: played?.actual,
    log: world.journal.toText(),
    waiting: injection.waiting,
    /** How often EC2 did accept, whatever the caller heard. */
    acceptances: entries.filter(({ who, what }) => who === 'ec2' && /^vpce-\w+ pending$/.test(what)).length,
    entries,
  };
};
