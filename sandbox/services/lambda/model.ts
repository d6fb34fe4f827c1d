import type { AliasConfiguration, FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import type { Cloud } from '../../cloud.ts';
import type { PolicyDocument, PolicyStatement, Principal, RolePrincipal } from '../../iam/principal.ts';
import type { SessionKeys } from '../../iam/sessions.ts';
import type { FunctionHost, FunctionInstance, FunctionSpec } from '../../run/function-host.ts';
import { InstancePool } from '../../run/instance-pool.ts';
import type { Configuration } from './configuration.ts';
import { lambdaEnvironment } from './environment.ts';
import { notFound } from './errors.ts';
import { type FunctionRef, functionArn } from './names.ts';
import { policyOf } from './resource-policy.ts';

/** What Lambda needs of the world around it. */
export interface LambdaOptions {
  readonly host: FunctionHost;
  /** Where the asset with an S3 key lies, e.g. `cdk.out/asset.4f2a...`. */
  readonly assets: (s3Key: string) => string;
  readonly sessions: { open(principal: RolePrincipal): SessionKeys };
  /** The VPC of a subnet, for functions that have a `VpcConfig`. */
  readonly vpcOf: (subnetId: string) => string;
  /** The sandbox's own address, for the functions' `AWS_ENDPOINT_URL`. */
  readonly endpoint: () => string;
}

/** What a version is made of. */
export interface VersionParts {
  readonly configuration: Configuration;
  /** Where its code is: its own asset, whatever becomes of the function later. */
  readonly directory: string;
  /** Who its code is. */
  readonly principal: RolePrincipal;
}

/** One published version or `$LATEST`: code, a configuration and the environments that run it. */
export interface FunctionVersion extends VersionParts {
  readonly pool: InstancePool;
}

/** A version's number, and what `$LATEST` was when it was published. */
export interface Publication {
  readonly number: number;
  readonly latest: Configuration;
}

/** A function with all that belongs to it. */
export interface FunctionRecord {
  readonly name: string;
  /** By version; `$LATEST` is one. */
  readonly versions: Map<string, FunctionVersion>;
  /** What was published last. */
  published: Publication | undefined;
  readonly aliases: Map<string, AliasConfiguration & { readonly FunctionVersion: string }>;
  /** By qualifier; '' is the function itself. */
  readonly policies: Map<string, PolicyStatement[]>;
  readonly eventInvokeConfigs: Map<string, FunctionEventInvokeConfig>;
  readonly tags: Map<string, string>;
  reserved: number | undefined;
  /** Invocations under way, of all versions. */
  running: number;
}

/** What an account may run at once, of which at least 100 are left unreserved. https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
export const ACCOUNT_CONCURRENCY = 1000;
export const UNRESERVED_MINIMUM = 100;

/** JSON objects are kept as such, so that a reader of the journal can look into them. */
const logDetail = (line: string): unknown => {
  if (!line.startsWith('{')) return line;
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
};

/** The functions of a world. */
export class LambdaModel {
  readonly functions = new Map<string, FunctionRecord>();
  readonly region: string;
  readonly #cloud: Cloud;
  readonly #options: LambdaOptions;
  /** Which environment calls as whom: each has a session of its own. */
  readonly #callers = new WeakMap<Principal, FunctionInstance>();
  /** Those of what `$LATEST` was before, by function: some of their environments may still be busy. */
  readonly #retired = new Map<string, InstancePool[]>();

  constructor(cloud: Cloud, options: LambdaOptions) {
    this.region = cloud.region;
    this.#cloud = cloud;
    this.#options = options;
  }

  /** @throws AwsError `ResourceNotFoundException` */
  find({ name, qualifier }: FunctionRef): FunctionRecord {
    const found = this.functions.get(name);
    if (found === undefined) throw notFound(`Function not found: ${functionArn(this.region, { name, qualifier })}`);
    return found;
  }

  /**
   * The version that a reference means: an alias's, a number's, or `$LATEST`.
   *
   * @throws AwsError `ResourceNotFoundException`
   */
  version(ref: FunctionRef): FunctionVersion {
    const record = this.find(ref);
    const qualifier = ref.qualifier ?? '$LATEST';
    const version = record.versions.get(record.aliases.get(qualifier)?.FunctionVersion ?? qualifier);
    if (version === undefined) throw notFound(`Function not found: ${functionArn(this.region, ref)}`);
    return version;
  }

  /** The resource policy of exactly this qualifier, where it has one. */
  policy({ name, qualifier }: FunctionRef): PolicyDocument | undefined {
    const statements = this.functions.get(name)?.policies.get(qualifier ?? '');
    return statements === undefined || statements.length === 0 ? undefined : policyOf(statements);
  }

  /** Adds a version and readies its environments. Invocations under way of the `$LATEST` that it replaces are finished as they began. */
  addVersion(record: FunctionRecord, parts: VersionParts): FunctionVersion {
    const { configuration, principal } = parts;
    const { host } = this.#options;
    const arn = functionArn(this.region, { name: record.name, qualifier: undefined });
    const pool = new InstancePool({
      clock: this.#cloud.clock,
      limit: host.instancesPerFunction,
      log: (line) => {
        const detail = logDetail(line);
        this.#cloud.journal.write({ kind: 'log', who: arn, what: 'line', detail });
        this.#cloud.metrics.line(arn, detail);
      },
      start: (log) => {
        const session = { ...principal };
        const instance = host.start(this.#spec(record, parts, session), log);
        this.#callers.set(session, instance);
        return instance;
      },
    });
    const version = { ...parts, pool };
    const replaced = record.versions.get(configuration.Version)?.pool;
    replaced?.retire();
    if (replaced !== undefined) this.#retired.set(record.name, [...(this.#retired.get(record.name) ?? []), replaced]);
    record.versions.set(configuration.Version, version);
    return version;
  }

  /** The function goes, with every environment. */
  delete(record: FunctionRecord): void {
    this.endEnvironments(record.name);
    this.functions.delete(record.name);
    this.#retired.delete(record.name);
  }

  /**
   * Ends the environments of a function, or of all of them, whatever they are doing: a fault.
   *
   * @returns how many there were
   */
  endEnvironments(name?: string): number {
    const records = name === undefined ? [...this.functions.values()] : [this.find({ name, qualifier: undefined })];
    return records
      .flatMap((record) => [
        ...[...record.versions.values()].map(({ pool }) => pool),
        ...(this.#retired.get(record.name) ?? []),
      ])
      .reduce((count, pool) => count + pool.kill(), 0);
  }

  /** Ends every environment that does nothing: all functions start cold. */
  endIdle(): void {
    for (const { versions } of this.functions.values()) for (const { pool } of versions.values()) pool.cool();
  }

  /**
   * Ends the one environment that made a call: a fault.
   *
   * @param caller as the call has it; two sessions of one role are two objects.
   * @returns whether it was an environment's call
   */
  endCaller(caller: Principal): boolean {
    const instance = this.#callers.get(caller);
    instance?.kill();
    return instance !== undefined;
  }

  /** How many invocations functions without a reservation have under way. */
  unreservedRunning(): number {
    return [...this.functions.values()].reduce(
      (sum, { reserved, running }) => sum + (reserved === undefined ? running : 0),
      0,
    );
  }

  totalReserved(except?: string): number {
    return [...this.functions.values()].reduce(
      (sum, each) => sum + (each.name === except ? 0 : (each.reserved ?? 0)),
      0,
    );
  }

  /** Every environment has keys and a log stream of its own. */
  #spec(record: FunctionRecord, { configuration, directory }: VersionParts, principal: RolePrincipal): FunctionSpec {
    const { clock, random } = this.#cloud;
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const logging = configuration.LoggingConfig ?? {};
    const logFormat = logging.LogFormat === 'JSON' ? 'JSON' : 'Text';
    return {
      functionName: record.name,
      functionVersion: configuration.Version,
      directory,
      handler: configuration.Handler,
      timeoutSeconds: configuration.Timeout,
      memoryMb: configuration.MemorySize,
      logFormat,
      ...(configuration.VpcConfig?.VpcId === undefined ? {} : { vpcId: configuration.VpcConfig.VpcId }),
      environment: lambdaEnvironment({
        region: this.region,
        functionName: record.name,
        version: configuration.Version,
        handler: configuration.Handler,
        memoryMb: configuration.MemorySize,
        logGroup: logging.LogGroup ?? `/aws/lambda/${record.name}`,
        logStream: `${day}/[${configuration.Version}]${random.hex(32)}`,
        logFormat,
        logLevel: logging.ApplicationLogLevel,
        keys: this.#options.sessions.open(principal),
        endpoint: this.#options.endpoint(),
        variables: configuration.Environment?.Variables ?? {},
      }),
    };
  }
}
