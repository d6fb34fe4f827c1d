import { describe, expect, it } from 'vitest';
import lockfile from '../../package-lock.json' with { type: 'json' };

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly inBundle?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const packages: Readonly<Record<string, Locked>> = lockfile.packages;

/** What the package at `path` gets when it asks for `name`: from the nearest node_modules at or above it. */
const resolve = (path: string, name: string): Locked | undefined => {
  const inside = path === '' ? '' : `${path}/`;
  const found = packages[`${inside}node_modules/${name}`];
  return found || path === '' ? found : resolve(path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))), name);
};

const EXACT = /^\d+\.\d+\.\d+$/;

describe('package-lock.json', () => {
  // npm leaves out the binaries that it could not see: those of other platforms, where the lockfile was made beside an
  // installed node_modules or from a registry that lacks them. `npm ci` then refuses it, on this platform too.
  // https://github.com/npm/cli/issues/4828
  it('names the binaries of every platform', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
      Object.entries(optionalDependencies ?? {})
        .filter(([, version]) => EXACT.test(version))
        .filter(([name, version]) => resolve(path, name)?.version !== version)
        .map(([name, version]) => `${path} -> ${name}@${version}`),
    );

    expect(missing).toEqual([]);
  });

  it('says byte for byte what each package is that every platform installs', () => {
    const unsealed = Object.entries(packages)
      .filter(([path, { integrity, optional, inBundle }]) => path !== '' && !integrity && !optional && !inBundle)
      .map(([path]) => path);

    expect(unsealed).toEqual([]);
  });
});
