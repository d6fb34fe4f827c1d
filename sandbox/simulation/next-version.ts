import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

interface Resource {
  readonly Type: string;
  readonly Properties: { Environment?: { Variables?: Record<string, unknown> } };
}

/** Of stacks, not of what they nest. */
const isTemplate = (name: string): boolean => /^\w+\.template\.json$/.test(name);

/** The end of another logical id of the same construct: the CDK puts a hash of the function there. */
const OTHER = '0c0ffee0';

/**
 * Makes the assembly that a next deployment would deploy: every function has another environment, so each gets a new version and the
 * workflows name those. Whatever is under way goes on with the old ones.
 *
 * @param assembly - the cloud assembly's directory.
 * @param directory - where the next one goes; what was there is gone.
 */
export const nextVersion = (assembly: string, directory: string): string => {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(assembly)) {
    if (isTemplate(name))
      writeFileSync(join(directory, name), nextTemplate(readFileSync(join(assembly, name), 'utf8')));
    else symlinkSync(resolve(assembly, name), join(directory, name));
  }
  return directory;
};

const nextTemplate = (text: string): string => {
  const template = JSON.parse(text) as { readonly Resources: Readonly<Record<string, Resource>> };
  const all = Object.entries(template.Resources);
  for (const [, { Type, Properties }] of all) {
    if (Type !== 'AWS::Lambda::Function') continue;
    Properties.Environment = { Variables: { ...Properties.Environment?.Variables, DEPLOYMENT: 'next' } };
  }
  const versions = all.flatMap(([id, { Type }]) => (Type === 'AWS::Lambda::Version' ? [id] : []));
  return versions.reduce(
    (before, id) => before.replaceAll(id, `${id.slice(0, -OTHER.length)}${OTHER}`),
    JSON.stringify(template),
  );
};
