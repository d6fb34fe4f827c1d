import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'rolldown';
import { directoryName, type Stamp, writeBundle } from '../../../infra/bundling.ts';
import type { MutableState, Mutant, SourceChange, WorkflowChange } from './mutant.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const TEMPLATE = '.template.json';
const ASSETS = '.assets.json';

/** The stack's template, as far as mutants change it. */
interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: { DefinitionString?: unknown } }>
  >;
}

/** The stack's list of assets, as far as mutants change it. */
interface AssetManifest {
  readonly files: Readonly<Record<string, Asset>>;
}

interface Asset {
  readonly source: { path: string; readonly packaging?: string };
}

/** A part of a definition that has states of its own. */
interface Machine {
  readonly StartAt: string;
  readonly States: Record<string, MutableState>;
}

/** Where a state leads to. */
interface Transitions {
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

/**
 * Makes a synthesised assembly with one mistake in it. What the mistake does not touch is not copied: the list of assets names where it
 * lies, so that whoever plays several assemblies in one thread compiles it once.
 *
 * @param assembly - the right one, e.g. `.sandbox/properties`; it is only read.
 * @param room - a directory for it; each mutant gets a new one of its own in there, since compiled code is kept by its path.
 * @returns the new assembly's directory. Deploy it into a fresh world: the functions' versions keep their names.
 * @throws Error in words where the text is not found once, the state is not there, nothing is changed, or the sources no longer parse.
 */
export const mutatedAssembly = async (assembly: string, mutant: Mutant, room: string): Promise<string> => {
  const changes = changesOf(mutant);
  try {
    mkdirSync(room, { recursive: true });
    const whole = resolve(assembly);
    const directory = mkdtempSync(join(resolve(room), 'mutant-'));
    const stacks = stacksOf(whole);
    // The template is an asset too, and stays beside the list.
    const assets = stacks.flatMap(({ assets: { files } }) =>
      Object.values(files).filter(({ source }) => source.packaging === 'zip'),
    );
    for (const { source } of assets) source.path = resolve(whole, source.path);
    for (const change of changes) if ('workflow' in change) changeTemplate(stacks, change);
    const sources = changes.filter((change) => 'file' in change);
    if (sources.length > 0) await bundleAgain(sources, assets, { whole, directory });
    for (const { name, template, assets: list } of stacks) {
      writeFileSync(join(directory, `${name}${TEMPLATE}`), JSON.stringify(template));
      writeFileSync(join(directory, `${name}${ASSETS}`), JSON.stringify(list));
    }
    await copyFile(join(whole, 'manifest.json'), join(directory, 'manifest.json'));
    return directory;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`The mutant "${mutant.name}" can't be made: ${said}`, { cause: error });
  }
};

/** Everything that a mutant changes. */
export const changesOf = ({
  change,
  also,
}: Pick<Mutant, 'change' | 'also'>): readonly (SourceChange | WorkflowChange)[] =>
  also === undefined ? [change] : [change, also];

/** A stack of the assembly. */
interface Stack {
  readonly name: string;
  readonly template: Template;
  readonly assets: AssetManifest;
}

const stacksOf = (assembly: string): readonly Stack[] =>
  readdirSync(assembly)
    .filter((file) => file.endsWith(TEMPLATE))
    .map((file) => file.slice(0, -TEMPLATE.length))
    .map((name) => ({
      name,
      template: readJson<Template>(join(assembly, `${name}${TEMPLATE}`)),
      assets: readJson<AssetManifest>(join(assembly, `${name}${ASSETS}`)),
    }));

const changeTemplate = (stacks: readonly Stack[], change: WorkflowChange): void => {
  const isMeant = new RegExp(`^(?:Targets|Failover)?${change.workflow}StateMachine[0-9A-F]{8}$`);
  const [found, ...more] = stacks.flatMap(({ template: { Resources } }) =>
    Object.entries(Resources).filter(([id]) => isMeant.test(id)),
  );
  const { Properties } = found?.[1] ?? {};
  if (Properties === undefined || more.length > 0) throw new Error(`There is not one ${change.workflow}.`);
  Properties.DefinitionString = changedDefinition(String(Properties.DefinitionString), change);
};

/** A definition with one of its states changed. @throws Error where there is not one such state, or nothing changed. */
export const changedDefinition = (definition: string, { state: name, change }: WorkflowChange): string => {
  const machine = JSON.parse(definition) as Machine;
  const before = JSON.stringify(machine);
  const machines = machinesOf(machine);
  const found = machines.flatMap(({ States }): readonly MutableState[] => (States[name] ? [States[name]] : []));
  const [state, ...more] = found;
  if (state === undefined || more.length > 0) throw new Error(`There is not one state "${name}".`);
  change(state);
  if (JSON.stringify(machine) === before) throw new Error(`Nothing of the state "${name}" was changed.`);
  for (const each of machines) dropUnreachable(each);
  return JSON.stringify(machine);
};

/** A machine, and those of its Maps and branches. */
const machinesOf = (machine: Machine): readonly Machine[] => [
  machine,
  ...Object.values(machine.States).flatMap((state) => {
    const items = 'ItemProcessor' in state ? [state.ItemProcessor as Machine] : [];
    return [...items, ...((state.Branches ?? []) as readonly Machine[])].flatMap(machinesOf);
  }),
];

/** Step Functions takes no definition with a state that nobody leads to: what is left out goes with it. */
const dropUnreachable = ({ StartAt, States }: Machine): void => {
  const reached = new Set([StartAt]);
  // A set is gone through in the order of its growth.
  for (const name of reached) {
    const { Next, Default, Choices = [], Catch = [] } = (States[name] ?? {}) as Transitions;
    for (const next of [Next, Default, ...[...Choices, ...Catch].map((each) => each.Next)]) {
      if (next !== undefined) reached.add(next);
    }
  }
  for (const name of Object.keys(States)) if (!reached.has(name)) delete States[name];
};

/** A source with one piece of text replaced. @throws Error where that does not stand there once, or nothing changed. */
export const changedSource = ({ file, find, replace }: SourceChange): string => {
  const text = readFileSync(join(PROJECT, file), 'utf8');
  const times = text.split(find).length - 1;
  if (times !== 1) throw new Error(`${file} has ${times} times, not once: ${find}`);
  if (find === replace) throw new Error(`Nothing of ${file} was changed.`);
  return text.replace(find, () => replace);
};

/** Bundles every function again that one of the sources is part of, and has the lists of assets name the new bundles. */
const bundleAgain = async (
  changes: readonly SourceChange[],
  assets: readonly Asset[],
  { whole, directory }: { readonly whole: string; readonly directory: string },
): Promise<void> => {
  const texts = new Map(changes.map((change) => [realpathSync(join(PROJECT, change.file)), changedSource(change)]));
  const mistaken: Plugin = { name: 'mutant', load: (id) => texts.get(id) ?? null };
  const bundles = join(whole, 'bundles');
  const stamps = readdirSync(bundles).filter((name) => name.endsWith('.json'));
  const concerned = stamps.flatMap((name) => {
    const sources = Object.keys(readJson<Stamp>(join(bundles, name)).sources);
    return sources.some((source) => texts.has(source)) ? [{ name: basename(name, '.json'), sources }] : [];
  });
  if (concerned.length === 0) throw new Error(`No bundle of ${whole} is made of ${[...texts.keys()].join(' or ')}.`);
  for (const { name, sources } of concerned) {
    const entry = sources.find((source) => directoryName(source) === name);
    const asset = assets.find(({ source }) => isSameCode(source.path, join(bundles, name)));
    if (entry === undefined || asset === undefined) throw new Error(`The asset of ${name} is not found in ${whole}.`);
    const mutated = join(directory, basename(asset.source.path));
    await writeBundle({ entry, directory: mutated }, [mistaken]);
    asset.source.path = mutated;
  }
};

/** Whether two directories hold the same bundle: its entry names its other files by the hashes of what is in them. */
const isSameCode = (one: string, other: string): boolean => {
  const [first, second] = [one, other].map((each) => readFileSync(join(each, 'index.js'), 'utf8'));
  return first === second;
};
