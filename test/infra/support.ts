import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ConciergeStack } from '../../infra/concierge-stack.ts';
import { type EnvironmentConfig, environmentNamed } from '../../infra/config.ts';
import { StandbyStack } from '../../infra/standby-stack.ts';

/** What a resource's property may be once the template is JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Resource {
  readonly Type: string;
  readonly Properties: { readonly [name: string]: Json };
}

const CODE = [
  'readRequests',
  'decideConnection',
  'decideRevocation',
  'answerConnections',
  'listDifferences',
  'settlePlace',
  'convergePrincipals',
  'watchTargets',
  'planTargets',
  'findBindings',
] as const;

/** Each function's code is one line here: the template does not depend on it but for the asset's hash. */
const stubCode = (directory: string, name: string): string => {
  const path = join(directory, name);
  mkdirSync(path);
  writeFileSync(join(path, 'index.js'), `exports.handler = async () => '${name}';\n`);
  return path;
};

/** Builds a stack as `infra/app.ts` does, with the feature flags of `cdk.json`, in this process. */
export const templateOf = (config: EnvironmentConfig): Template => {
  const directory = mkdtempSync(join(tmpdir(), 'concierge-infra-'));
  try {
    const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };
    const app = new App({ context, outdir: join(directory, 'cdk.out'), analyticsReporting: false });
    const code = Object.fromEntries(CODE.map((name) => [name, stubCode(directory, name)]));
    const stack = new ConciergeStack(app, 'PrivateLinkConcierge', {
      config,
      description: 'PrivateLink Concierge: answers connection requests',
      code: code as Record<(typeof CODE)[number], string>,
    });
    return Template.fromStack(stack);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

const STANDBY_CODE = ['plan', 'lookUp', 'compare', 'converge', 'latches', 'find', 'watch'] as const;

/** The template of an environment's standby region, as `infra/app.ts` makes it. @throws Error where the environment has none. */
export const standbyOf = (environment: string): Template => {
  const { account, standby } = environmentNamed(environment);
  if (standby === undefined) throw new Error(`The environment ${environment} has no standby region.`);
  const directory = mkdtempSync(join(tmpdir(), 'concierge-infra-'));
  try {
    const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };
    const app = new App({ context, outdir: join(directory, 'cdk.out'), analyticsReporting: false });
    const code = Object.fromEntries(STANDBY_CODE.map((name) => [name, stubCode(directory, name)]));
    const stack = new StandbyStack(app, 'PrivateLinkConciergeStandby', {
      account,
      config: standby,
      ownAlarms: 'PrivateLinkConcierge',
      code: code as Record<(typeof STANDBY_CODE)[number], string>,
    });
    return Template.fromStack(stack);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** The template of an environment of `infra/config.ts`. */
export const synthesise = (environment: string): Template => templateOf(environmentNamed(environment));

/** The template's resources of a type, by logical id. */
export const resourcesOf = (template: Template, type: string): readonly (readonly [id: string, Resource])[] =>
  Object.entries(template.findResources(type) as Record<string, Resource>);

/**
 * A logical id without the hash that CDK adds, and without the hash of a version's content:
 * `IntakeReadRequestsFunctionCA2DDFD7` -> `IntakeReadRequestsFunction`.
 */
export const nameOf = (logicalId: string): string =>
  logicalId.replace(/(CurrentVersion)[0-9A-F]{8}[0-9a-f]{32}$/, '$1').replace(/[0-9A-F]{8}$/, '');

/** A value in words: a reference is `<Queue>`, an attribute `<Queue.Arn>`, joined texts are one. */
export const inWords = (value: Json | undefined): string => {
  if (value === undefined || value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.map(inWords).join(' | ');
  const [[kind, inner] = ['', null]] = Object.entries(value);
  if (kind === 'Ref') return inner === 'AWS::Partition' ? 'aws' : `<${nameOf(inWords(inner))}>`;
  if (kind === 'Fn::GetAtt') {
    const [id, attribute] = inner as readonly string[];
    return `<${nameOf(id ?? '')}.${attribute}>`;
  }
  if (kind === 'Fn::Join') {
    const [separator, parts] = inner as readonly [string, readonly Json[]];
    return parts.map(inWords).join(separator);
  }
  return JSON.stringify(value);
};

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: Json;
  readonly Principal?: Json;
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: Json } };
}

/** The actions or resources of a statement, one or many, as a list. */
export const listOf = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value]);

/** The statements of every policy of the template that belongs to a role, by the role's name. */
export const statementsByRole = (template: Template): ReadonlyMap<string, readonly Statement[]> => {
  const statements = new Map<string, readonly Statement[]>();
  for (const [, { Properties }] of resourcesOf(template, 'AWS::IAM::Policy')) {
    const { Statement } = Properties.PolicyDocument as unknown as { Statement: readonly Statement[] };
    for (const role of Properties.Roles as readonly { Ref: string }[]) {
      const name = nameOf(role.Ref);
      statements.set(name, [...(statements.get(name) ?? []), ...Statement]);
    }
  }
  return statements;
};

const conditionInWords = ({ Condition }: Statement): string =>
  Object.entries(Condition ?? {})
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, value]) => ` if ${operator} ${key} = ${inWords(value)}`),
    )
    .join('');

/** A line for each action and resource: `sqs:SendMessage -> <Queue.Arn> if StringEquals ...`. */
export const linesOf = (statements: readonly Statement[]): readonly string[] =>
  statements.flatMap((statement) =>
    listOf(statement.Action).flatMap((action) =>
      listOf(statement.Resource).map(
        (resource) =>
          `${statement.Effect === 'Allow' ? '' : 'DENY '}${inWords(action)} -> ${inWords(resource)}${conditionInWords(statement)}`,
      ),
    ),
  );
