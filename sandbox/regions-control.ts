import * as v from 'valibot';
import { ControlError, type ControlSubject } from './control.ts';
import { readOptions } from './control-options.ts';
import type { Region } from './region.ts';
import type { Regions } from './regions.ts';

const NOTHING = v.strictObject({});

const named = (regions: Regions, name: string): Region => {
  const region = regions.find(name);
  if (region === undefined)
    throw new ControlError(`There is no region ${name}: there are ${regions.names.join(', ')}.`);
  return region;
};

/** `POST /_sandbox/regions/us-west-2/VERB`: `cut` cuts the region off, `heal` brings it back, `show` changes nothing. Every answer says how it is now. */
export const regionControl = (regions: Regions): ControlSubject => {
  const doing =
    (act: (name: string) => void) =>
    (name: string, options: Readonly<Record<string, unknown>>): object => {
      readOptions(NOTHING, options);
      named(regions, name);
      act(name);
      return { region: name, isCut: regions.isCut(name) };
    };
  return {
    subject: 'regions',
    verbs: {
      cut: doing((name) => regions.cutOff(name)),
      heal: doing((name) => regions.heal(name)),
      show: doing(() => undefined),
    },
  };
};

/** A subject of which every region has its own: `{"region": "us-east-2"}` among the options says which. @default the home region's */
export const inRegions = (regions: Regions, make: (region: Region) => ControlSubject): ControlSubject => {
  const [home = ''] = regions.names;
  const { subject, verbs } = make(regions.get(home));
  return {
    subject,
    verbs: Object.fromEntries(
      Object.keys(verbs).map((verb) => [
        verb,
        (name: string, { region = home, ...options }: Readonly<Record<string, unknown>>): object =>
          make(named(regions, String(region))).verbs[verb]?.(name, options) ?? {},
      ]),
    ),
  };
};
