/** Writes SUPPORT.md from the action tables: `npm run support`. A test fails while the file says otherwise. */
import { writeFileSync } from 'node:fs';
import { VirtualClock } from './clock/virtual-clock.ts';
import type { ServiceDefinition } from './cloud.ts';
import { IGNORED_TYPES, RESOURCE_TYPES } from './deploy/types/all.ts';
import { supportText } from './support-text.ts';
import { wireServiceNames } from './wire/catalogue.ts';
import { wireNotModelled } from './wire/not-modelled.ts';
import { createEmptyWorld } from './world.ts';

/** The services of a world in which nothing is deployed. */
const services = (): readonly ServiceDefinition[] => {
  const host = { instancesPerFunction: 0, close: async () => undefined, start: () => never('a function') };
  const { cloud } = createEmptyWorld(
    { clock: new VirtualClock(0), seed: 0, endpoint: 'http://127.0.0.1', createHost: () => host },
    () => never('an asset'),
  );
  return cloud.services();
};

const never = (what: string): never => {
  throw new Error(`Nobody should ask for ${what} here.`);
};

/** The whole file, as it should be now. */
export const currentSupportText = (): string =>
  supportText({
    services: services(),
    wireServices: wireServiceNames,
    wireNotModelled,
    types: RESOURCE_TYPES,
    ignoredTypes: IGNORED_TYPES,
  });

if (import.meta.main) writeFileSync(new URL('SUPPORT.md', import.meta.url), currentSupportText());
