import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DeploymentError } from './deployment-error.ts';
import type { Template } from './template.ts';

interface Artifact {
  readonly type: string;
  /** `aws://123456789012/us-west-2`, with `unknown-region` where the app does not say. */
  readonly environment?: string;
  /** Artifacts that must be there before. */
  readonly dependencies?: readonly string[];
  readonly properties?: {
    readonly templateFile?: string;
    readonly directoryName?: string;
    readonly stackName?: string;
  };
}
interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source?: { readonly path?: string };
        readonly destinations?: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/** A stack of a cloud assembly. */
export interface AssemblyStack {
  /** The artifact's, by which others depend on it. */
  readonly id: string;
  readonly name: string;
  /** Where it is to be deployed; undefined where the app leaves it open. */
  readonly region: string | undefined;
  readonly dependencies: readonly string[];
  readonly template: Template;
}

const readJson = <T>(file: string): T => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (cause) {
    throw new DeploymentError(`${file} cannot be read. Run the synthesis (cdk synth) first.`, { cause });
  }
};

const stacksOf = (directory: string): readonly AssemblyStack[] => {
  const { artifacts = {} } = readJson<{ artifacts?: Readonly<Record<string, Artifact>> }>(
    join(directory, 'manifest.json'),
  );
  return Object.entries(artifacts).flatMap(([id, { type, environment, dependencies = [], properties = {} }]) => {
    // A stage of an app is an assembly of its own inside this one.
    if (type === 'cdk:cloud-assembly' && properties.directoryName !== undefined) {
      return stacksOf(join(directory, properties.directoryName));
    }
    if (type !== 'aws:cloudformation:stack' || properties.templateFile === undefined) return [];
    const region = environment?.split('/').at(-1);
    return [
      {
        id,
        name: properties.stackName ?? id,
        region: region === 'unknown-region' ? undefined : region,
        dependencies,
        template: readJson<Template>(join(directory, properties.templateFile)),
      },
    ];
  });
};

/**
 * Reads one stack of what `cdk synth` wrote.
 *
 * @param directory the cloud assembly, usually `cdk.out`.
 * @param stackName may be left out where the assembly holds one stack.
 * @throws DeploymentError naming the stacks that there are.
 * @see https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/cloud-assembly-schema for the manifest's schema
 */
export const readStack = (directory: string, stackName?: string): AssemblyStack => {
  const stacks = stacksOf(directory);
  const names = stacks.map(({ name }) => name).join(', ') || 'none';
  if (stackName === undefined && stacks.length !== 1) {
    throw new DeploymentError(`${directory} holds ${stacks.length} stacks (${names}): say which one to deploy.`);
  }
  const stack = stackName === undefined ? stacks[0] : stacks.find(({ name }) => name === stackName);
  if (stack === undefined) throw new DeploymentError(`${directory} has no stack ${stackName}. It holds ${names}.`);
  return stack;
};

/**
 * Every stack of what `cdk synth` wrote, each after those that it depends on, else in the manifest's order.
 *
 * @throws DeploymentError where there is none, where two have one name, and where they depend on each other in a ring.
 */
export const readStacks = (directory: string): readonly AssemblyStack[] => {
  const stacks = stacksOf(directory);
  if (stacks.length === 0) throw new DeploymentError(`${directory} holds no stack.`);
  const ordered: AssemblyStack[] = [];
  const put = (stack: AssemblyStack, above: readonly AssemblyStack[]): void => {
    if (ordered.includes(stack)) return;
    if (above.includes(stack)) {
      throw new DeploymentError(`${[...above, stack].map(({ name }) => name).join(' needs ')}: none can be the first.`);
    }
    for (const needed of stacks) if (stack.dependencies.includes(needed.id)) put(needed, [...above, stack]);
    const namesake = ordered.find(({ name }) => name === stack.name);
    if (namesake !== undefined) throw new DeploymentError(`${directory} has two stacks named ${stack.name}.`);
    ordered.push(stack);
  };
  for (const stack of stacks) put(stack, []);
  return ordered;
};

const assetManifests = (directory: string): readonly string[] => {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory() && entry.name.startsWith('assembly-')) return assetManifests(join(directory, entry.name));
      return entry.isFile() && entry.name.endsWith('.assets.json') ? [join(directory, entry.name)] : [];
    });
};

/**
 * Where the content of Lambda functions' code lies, in every assembly that was deployed into a world: functions keep the
 * code of theirs.
 */
export class Assets {
  readonly #directories: string[] = [];
  readonly #paths = new Map<string, string>();

  /** Takes up what an assembly's manifests (`*.assets.json`) name. A key that was known leads to the newer assembly. */
  add(directory: string): void {
    this.#directories.push(directory);
    for (const manifest of assetManifests(directory)) {
      for (const { source, destinations = {} } of Object.values(readJson<AssetManifest>(manifest).files ?? {})) {
        if (source?.path === undefined) continue;
        for (const { objectKey } of Object.values(destinations)) {
          this.#paths.set(objectKey, resolve(manifest, '..', source.path));
        }
      }
    }
  }

  /**
   * `find('3f1c….zip')` is the absolute path of the directory that CDK would have zipped and uploaded under that key.
   *
   * @throws DeploymentError for a key that no manifest names.
   */
  find(s3Key: string): string {
    const path = this.#paths.get(s3Key);
    if (path !== undefined) return path;
    throw new DeploymentError(`No asset of ${this.#directories.join(' or ')} has the key ${s3Key}.`);
  }
}
