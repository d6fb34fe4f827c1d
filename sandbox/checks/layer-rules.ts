import type { IForbiddenRuleType } from 'dependency-cruiser';

/** A rule that always says why, because its comment is what the person sees who broke it. */
export type LayerRule = IForbiddenRuleType & { readonly name: string; readonly comment: string };

/** Of the project's own files, those of `folder` may import each other and what `allowed` names, nothing else. */
const only = (name: string, folder: string, allowed: readonly string[], comment: string): LayerRule => ({
  name,
  severity: 'error',
  comment,
  from: { path: `^${folder}/` },
  to: { dependencyTypes: ['local'], pathNot: [`^${folder}/`, ...allowed] },
});

/**
 * Who may import whom. Reading order is data order, events -> workflows -> functions -> AWS; `infra` wires them, `ops`
 * drives them, `sandbox` runs what `infra` synthesised. Imports of types count: they are what one reads to understand
 * a layer. The shape of a rule: https://github.com/sverweij/dependency-cruiser/blob/main/doc/rules-reference.md
 */
export const LAYER_RULES: readonly LayerRule[] = [
  {
    name: 'domain-is-pure',
    severity: 'error',
    comment:
      'functions/domain imports nothing but itself: no package, no SDK, nothing of Node. Pass in as a value what it needs.',
    from: { path: '^functions/domain/' },
    to: { pathNot: '^functions/domain/' },
  },
  {
    name: 'the-app-knows-none-of-its-surroundings',
    severity: 'error',
    comment: 'functions, workflows and events run on AWS: what wires, drives or imitates them stays outside.',
    from: { path: '^(functions|workflows|events)/' },
    to: { path: '^(infra|ops|sandbox|bench)/' },
  },
  {
    name: 'functions-ship-what-they-import',
    severity: 'error',
    comment: 'A package that a function, or an operator, needs when it runs belongs in "dependencies" of package.json.',
    from: { path: '^(functions|workflows|events|ops)/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  },
  only(
    'infra-wires',
    'infra',
    ['^workflows/catalog\\.ts$', '^events/', '^functions/registry/', '^functions/domain/metric\\.ts$'],
    'infra imports the catalogue of workflows, the patterns of events, the keys of the tables and the names of metrics; the rest it names by path.',
  ),
  only(
    'ops-drives-from-outside',
    'ops',
    [
      '^functions/(domain|registry)/',
      '^functions/aws/(bindings|hosted-zone|lookups|observe|targets-look)\\.ts$',
      '^events/',
    ],
    'ops reuses the pure decisions, the keys of the tables and the events; it talks to AWS with clients of its own. Where no run can, it looks at targets as runs do, and writes into a zone as they do.',
  ),
  only(
    'sandbox-runs-what-the-template-names',
    'sandbox',
    ['^functions/registry/', '^events/', '^ops/(action|services|actions/[^/]+)\\.ts$', '^infra/bundling\\.ts$'],
    'The sandbox runs the synthesised template; of the sources it may know the keys of the tables, for its stories the events and what operators do, and for its mutants how a function is bundled.',
  ),
  {
    name: 'nobody-imports-tests',
    severity: 'error',
    comment: 'What is useful outside the tests does not belong in the tests.',
    from: { pathNot: '^test/' },
    to: { path: '^test/' },
  },
  {
    name: 'nobody-imports-benchmarks',
    severity: 'error',
    comment: 'Benchmarks measure the others; nothing is built on them.',
    from: { pathNot: '^(bench|test)/' },
    to: { path: '^bench/' },
  },
  {
    name: 'no-cycles',
    severity: 'error',
    comment: 'Two files that need each other when they run are one idea in two places. (Types may point both ways.)',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'everything-resolves',
    severity: 'error',
    comment: 'An import that resolves to nothing is held against no rule.',
    from: {},
    to: { couldNotResolve: true },
  },
];
