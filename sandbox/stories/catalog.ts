import { admission } from './admission.ts';
import { burst } from './burst.ts';
import { estate } from './estate.ts';
import { failover } from './failover.ts';
import { holds } from './holds.ts';
import { intake } from './intake.ts';
import { leftovers } from './leftovers.ts';
import { life } from './life.ts';
import { modes } from './modes.ts';
import { races } from './races.ts';
import { refusals } from './refusals.ts';
import type { Story } from './story.ts';
import { sweeps } from './sweeps.ts';
import { targets } from './targets.ts';

/** Every story there is, in the order in which `--story all` plays them. */
export const STORIES: readonly Story[] = [
  admission,
  refusals,
  holds,
  modes,
  races,
  intake,
  leftovers,
  sweeps,
  life,
  estate,
  targets,
  failover,
];

/** Stories that take minutes: only played by name. */
const LONG: readonly Story[] = [burst(1_000, 400)];

/** What `npm start` plays when it is not told: the telling cases, in under a minute. */
export const TOUR: readonly Story[] = [admission];

/** @throws Error that lists the stories there are. */
export const storiesNamed = (name: string): readonly Story[] => {
  if (name === 'all') return STORIES;
  const stories = [...STORIES, ...LONG];
  const found = stories.filter((story) => story.name === name);
  if (found.length === 0) {
    throw new Error(`There is no story "${name}". Stories: all, ${stories.map((story) => story.name).join(', ')}.`);
  }
  return found;
};
