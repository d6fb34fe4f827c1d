import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { report } from './report.ts';
import { filesEndingWith } from './source-files.ts';

/**
 * Where one seed must give one log, byte for byte, and which files are excused: those that make the clock out of real
 * time, those that put a function's process together, and the commands that a person starts and that measure seconds.
 */
const DETERMINISTIC = /^(sandbox|functions\/domain)\//;
const EXCUSED = /^sandbox\/((clock|run|checks)\/|(start|serve)\.ts$)/;
/** The domain may not look around either: no environment, no network, no waiting, no printing. */
const PURE = /^functions\/domain\//;

const CLOCK = 'time comes from cloud.clock';
const TIMER = 'waiting is done by cloud.clock.sleep or cloud.clock.after';
const RANDOM = 'random numbers and ids come from cloud.random';
const OUTSIDE = 'functions/domain is pure: pass in as a value what it needs';

const GLOBALS = new Map([
  ['setTimeout', TIMER],
  ['setInterval', TIMER],
  ['performance', CLOCK],
]);
const GLOBALS_OF_THE_DOMAIN = new Map([
  ['process', OUTSIDE],
  ['fetch', OUTSIDE],
  ['console', OUTSIDE],
  ['setImmediate', OUTSIDE],
  ['queueMicrotask', OUTSIDE],
  ['Buffer', OUTSIDE],
  ['crypto', OUTSIDE],
]);
const PROPERTIES = new Map([
  ['Date.now', CLOCK],
  ['process.hrtime', CLOCK],
  ['process.uptime', CLOCK],
  ['Math.random', RANDOM],
  ['crypto.randomUUID', RANDOM],
  ['crypto.randomBytes', RANDOM],
  ['crypto.randomInt', RANDOM],
  ['crypto.getRandomValues', RANDOM],
  ['AbortSignal.timeout', TIMER],
]);
/** What may not be imported from a module of Node; a `*` import of `node:crypto` is judged where its names are used. */
const IMPORTS = new Map([
  ['timers', { names: /^(setTimeout|setInterval|scheduler)$/, why: TIMER }],
  ['timers/promises', { names: /^(setTimeout|setInterval|scheduler)$/, why: TIMER }],
  ['perf_hooks', { names: /./, why: CLOCK }],
  ['crypto', { names: /^(random|getRandomValues|webcrypto)/, why: RANDOM }],
]);

/**
 * Finds what would make two runs with the same seed differ.
 *
 * @param file The path in the project with `/` between its parts: it decides which rules hold.
 * @returns A line for each place, e.g. `sandbox/cloud.ts:12: Date.now: time comes from cloud.clock.`
 */
export const findNondeterminism = (file: string, text: string): string[] => {
  if (!DETERMINISTIC.test(file) || EXCUSED.test(file)) return [];
  const globals = PURE.test(file) ? new Map([...GLOBALS, ...GLOBALS_OF_THE_DOMAIN]) : GLOBALS;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const aliases = namespacesOfNode(source);
  const found: string[] = [];

  const complain = (node: ts.Node, what: string, why: string): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    found.push(`${file}:${line}: ${what}: ${why}.`);
  };

  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isImportDeclaration(node)) {
      visitImport(node);
      return;
    }
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(withoutGlobal(node.expression))) {
      const name = withoutGlobal(node.expression).getText(source);
      checkProperty(node, aliases.get(name) ?? name, node.name.text);
    }
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isObjectBindingPattern(node.name)) {
      const name = withoutGlobal(node.initializer).getText(source);
      for (const { propertyName, name: own } of node.name.elements) {
        checkProperty(node, aliases.get(name) ?? name, (propertyName ?? own).getText(source));
      }
    }
    if (ts.isNewExpression(node) && isDate(node.expression, source) && !node.arguments?.length) {
      complain(node, 'new Date() without an argument', CLOCK);
    }
    if (ts.isCallExpression(node) && isDate(node.expression, source)) complain(node, 'Date() without new', CLOCK);
    if (ts.isIdentifier(node) && isGlobalUse(node)) {
      const why = globals.get(node.text);
      if (why) complain(node, node.text, why);
    }
    ts.forEachChild(node, visit);
  };

  const checkProperty = (node: ts.Node, object: string, property: string): void => {
    const why = PROPERTIES.get(`${object}.${property}`);
    if (why) complain(node, `${object}.${property}`, why);
  };

  const visitImport = (node: ts.ImportDeclaration): void => {
    const named = node.importClause?.namedBindings;
    const rule = IMPORTS.get(moduleName(node));
    if (!rule || !named || !ts.isNamedImports(named) || isTypeOnly(node)) return;
    for (const { propertyName, name, isTypeOnly: typeOnly } of named.elements) {
      const imported = (propertyName ?? name).text;
      if (!typeOnly && rule.names.test(imported)) complain(node, `${imported} of node:${moduleName(node)}`, rule.why);
    }
  };

  visit(source);
  return found;
};

const moduleName = (node: ts.ImportDeclaration): string =>
  ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text.replace(/^node:/, '') : '';

const isTypeOnly = (node: ts.ImportDeclaration): boolean =>
  node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;

/** `globalThis.Date` is `Date`. */
const withoutGlobal = (node: ts.Expression): ts.Node =>
  ts.isPropertyAccessExpression(node) && /^global(This)?$/.test(node.expression.getText()) ? node.name : node;

const isDate = (node: ts.Expression, source: ts.SourceFile): boolean => withoutGlobal(node).getText(source) === 'Date';

/** Local names of `import * as c from 'node:crypto'` and `import c from 'node:crypto'`, mapped to the global's name. */
const namespacesOfNode = (source: ts.SourceFile): Map<string, string> => {
  const aliases = new Map<string, string>();
  for (const node of source.statements) {
    if (!ts.isImportDeclaration(node) || moduleName(node) !== 'crypto') continue;
    const { name, namedBindings } = node.importClause ?? {};
    if (name) aliases.set(name.text, 'crypto');
    if (namedBindings && ts.isNamespaceImport(namedBindings)) aliases.set(namedBindings.name.text, 'crypto');
  }
  return aliases;
};

/** Whether an identifier is used as a value of its own: neither the `b` of `a.b`, nor a key, nor a name being declared. */
const isGlobalUse = (node: ts.Identifier): boolean => {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node)
    return /^global(This)?$/.test(parent.expression.getText());
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if ('name' in parent && parent.name === node) return false;
  return !(ts.isBindingElement(parent) && parent.propertyName === node);
};

if (import.meta.main) {
  const files = filesEndingWith(process.cwd(), '.ts').filter((file) => DETERMINISTIC.test(file) && !EXCUSED.test(file));
  const complaints = files.flatMap((file) => findNondeterminism(file, readFileSync(join(process.cwd(), file), 'utf8')));
  if (files.length === 0) complaints.push('No file was found in sandbox/ or functions/domain/.');
  report(complaints, `${files.length} files of the sandbox and the domain read no real time and no real chance.`);
}
