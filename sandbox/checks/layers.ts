import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { LAYER_RULES } from './layer-rules.ts';
import { report } from './report.ts';
import { filesEndingWith, topFolder } from './source-files.ts';

/** What a look at the imports below a folder found. */
export interface LayerFindings {
  /** The TypeScript files whose imports were read, e.g. `functions/domain/decide.ts`. */
  readonly seen: readonly string[];
  /** A line for each import that a rule refuses and for each file that was not looked at; empty when all is well. */
  readonly complaints: readonly string[];
}

/**
 * Holds the imports below `root` against LAYER_RULES.
 *
 * dependency-cruiser says "no violations" where it could not read TypeScript at all, so every file that is there and
 * that it did not see is a complaint as well.
 */
export const checkLayers = async (root: string): Promise<LayerFindings> => {
  const expected = filesEndingWith(root, '.ts');
  const folders = [...new Set(expected.map(topFolder))];
  if (folders.length === 0) return { seen: [], complaints: [`There is no TypeScript file below ${root}.`] };

  const { output } = await cruise(folders, {
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: [...LAYER_RULES] },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'require', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  });
  if (typeof output === 'string') throw new TypeError(`dependency-cruiser answered with text: ${output}`);

  const modules = new Set(output.modules.map((module) => module.source));
  return {
    seen: expected.filter((file) => modules.has(file)),
    complaints: [
      ...expected
        .filter((file) => !modules.has(file))
        .map((file) => `${file}: its imports were not read, so no rule was applied to it.`),
      ...(anyImports(output) ? [] : ['Not one import was found in any file: TypeScript was not understood.']),
      ...output.summary.violations.map(describe),
    ],
  };
};

type Violation = ICruiseResult['summary']['violations'][number];

const anyImports = (result: ICruiseResult): boolean => result.modules.some((module) => module.dependencies.length > 0);

const COMMENTS = new Map(LAYER_RULES.map((rule) => [rule.name, rule.comment]));

const describe = ({ from, to, cycle, rule }: Violation): string => {
  const route = [from, ...(cycle?.map((step) => step.name) ?? [to])].join(' -> ');
  return `${route}: ${rule.name}. ${COMMENTS.get(rule.name) ?? ''}`.trimEnd();
};

if (import.meta.main) {
  const { seen, complaints } = await checkLayers(process.cwd());
  const folders = new Set(seen.map(topFolder));
  report(complaints, `The imports of ${seen.length} files in ${folders.size} folders keep to the layers.`);
}
