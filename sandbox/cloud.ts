import type { Clock } from './clock/clock.ts';
import type { AccountPrincipal, PolicyDocument, Principal, RolePrincipal } from './iam/principal.ts';
import type { Journal } from './journal.ts';
import { Outage } from './outage.ts';
import type { Random } from './random.ts';
import { type MetricSink, NO_METRICS } from './services/cloudwatch/sink.ts';
import { AwsError } from './services/errors.ts';

/** The region in which the stack lives. */
export const HOME_REGION = 'us-west-2';
/** The region that takes over. */
export const STANDBY_REGION = 'us-east-2';
/** The account into which the template is deployed. */
export const PROVIDER_ACCOUNT = '123456789012';
/** Who deploys, and who any client is whose access key id is not a 12-digit account id: an administrator of the provider's account. */
export const OPERATOR: AccountPrincipal = {
  kind: 'account',
  accountId: PROVIDER_ACCOUNT,
  arn: `arn:aws:iam::${PROVIDER_ACCOUNT}:user/operator`,
};

/** One thing that IAM must allow before an action runs. All of an action's permissions must be allowed. */
export interface Permission {
  /** e.g. `ec2:AcceptVpcEndpointConnections`. */
  readonly action: string;
  /** The resource's ARN, or `*` where the action has no resource type. */
  readonly resource: string;
  /** The resource's own policy (queue, topic, bus, function, key), where it has one. */
  readonly resourcePolicy?: PolicyDocument | undefined;
  /** Condition keys beyond those that follow from the principal, e.g. `{ 'aws:ResourceTag/team': 'x' }`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** What an action knows of its caller. */
export interface CallContext {
  readonly principal: Principal;
  readonly requestId: string;
  readonly cloud: Cloud;
}

/**
 * One API action. The same definition answers a client's request, a resource of the template, an SDK task of a workflow
 * and another service's call.
 *
 * `I` and `O` are the SDK's own input and output types: timestamps are `Date`, blobs `Uint8Array`.
 */
// biome-ignore lint/suspicious/noExplicitAny: a table of actions holds many input types; each definition is typed where it is written
export interface ActionDefinition<I = any, O = any> {
  /** What IAM is asked. May throw an AwsError where AWS reports a missing resource before it looks at permissions. */
  permissions(input: I, context: CallContext): readonly Permission[];
  /** Does it. Throws AwsError for what a client is to see. */
  run(input: I, context: CallContext): O | Promise<O>;
}

/** A service of the sandbox: its name is what SigV4 signs with, which is also the prefix of its IAM actions. */
export interface ServiceDefinition {
  readonly name: string;
  readonly actions: Readonly<Record<string, ActionDefinition>>;
  /** Whether there is one for all regions: its resources have no region, and it answers whatever region a client signs for. */
  readonly isGlobal?: true;
  /** How this service words a refusal by IAM. Default: `AccessDeniedException`. */
  readonly denied?: (message: string) => AwsError;
  /** What it does not model, for SUPPORT.md, a line each. */
  readonly notModelled?: readonly string[];
}

/** One call, however it came in. */
export interface Call {
  readonly service: string;
  readonly action: string;
  readonly input: unknown;
  readonly principal: Principal;
}

/** Decides whether a principal may do what a permission names. */
export interface Authorizer {
  /**
   * @param region - where the call is made.
   * @returns `undefined` when allowed, else AWS's sentence that says why not.
   */
  refuse(principal: Principal, permission: Permission, region: string): string | undefined;
  /**
   * Opens a session of the role for a service, e.g. `assumeRole('pipes.amazonaws.com', roleArn, pipeName)`.
   *
   * @param sourceArn - the resource for which the service takes the role, where it is known.
   * @param region - where the service is.
   * @throws AwsError `AccessDenied` where the role does not exist or its trust policy does not name the service.
   */
  assumeRole(service: string, roleArn: string, sessionName: string, sourceArn?: string, region?: string): RolePrincipal;
}

/** Looks at, delays, breaks or replaces a call: stories and faults stand here. `next()` makes the call itself. */
export type Interceptor = (call: Call, next: () => Promise<unknown>) => Promise<unknown>;

/** What a cloud is made of. */
export interface CloudParts {
  /** @default {@link HOME_REGION} */
  readonly region?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly authorizer: Authorizer;
  /** Whether the region is cut off. @default it never is */
  readonly outage?: Outage;
  /** The clouds of the world's other regions. @default there are none */
  readonly elsewhere?: (region: string) => Cloud | undefined;
}

/** All services of one region of a world behind one face. Data flows through `invoke` only: authorise, journal, run. */
export class Cloud {
  /** e.g. `us-west-2`. */
  readonly region: string;
  readonly outage: Outage;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  /** Where services count what they do: nowhere until CloudWatch is there. */
  metrics: MetricSink = NO_METRICS;
  readonly #authorizer: Authorizer;
  readonly #elsewhere: (region: string) => Cloud | undefined;
  readonly #services = new Map<string, ServiceDefinition>();
  readonly #interceptors: Interceptor[] = [];

  constructor(parts: CloudParts) {
    this.region = parts.region ?? HOME_REGION;
    this.outage = parts.outage ?? new Outage();
    this.clock = parts.clock;
    this.random = parts.random;
    this.journal = parts.journal;
    this.#authorizer = parts.authorizer;
    this.#elsewhere = parts.elsewhere ?? (() => undefined);
  }

  /**
   * The cloud of a region, for a service that reaches over to another.
   *
   * @throws AwsError `UnknownEndpoint` (503) for a region that the world does not have, and for one that is cut off: nobody
   * answers there.
   */
  in(region: string): Cloud {
    const cloud = region === this.region ? this : this.#elsewhere(region);
    if (cloud === undefined) throw new AwsError('UnknownEndpoint', `The sandbox has no region ${region}.`, 503);
    if (cloud !== this && cloud.outage.isCut) throw new AwsError('UnknownEndpoint', `${region} is cut off.`, 503);
    return cloud;
  }

  /** See {@link Authorizer.assumeRole}. */
  assumeRole(service: string, roleArn: string, sessionName: string): RolePrincipal {
    return this.#authorizer.assumeRole(service, roleArn, sessionName, undefined, this.region);
  }

  /** See {@link Authorizer.refuse}: for what a service checks before somebody does it. */
  refusal(principal: Principal, permission: Permission): string | undefined {
    return this.#authorizer.refuse(principal, permission, this.region);
  }

  register(service: ServiceDefinition): void {
    this.#services.set(service.name, service);
  }

  services(): readonly ServiceDefinition[] {
    return [...this.#services.values()];
  }

  /** Whether the service is the same in all regions. */
  isGlobal(service: string): boolean {
    return this.#services.get(service)?.isGlobal === true;
  }

  /** The action, or undefined where it is not modelled. */
  action(service: string, action: string): ActionDefinition | undefined {
    const actions = this.#services.get(service)?.actions;
    return actions !== undefined && Object.hasOwn(actions, action) ? actions[action] : undefined;
  }

  /** Puts an interceptor around every call from now on, outermost last; returns how to take it away. */
  intercept(interceptor: Interceptor): () => void {
    this.#interceptors.push(interceptor);
    return () => {
      const index = this.#interceptors.indexOf(interceptor);
      if (index >= 0) this.#interceptors.splice(index, 1);
    };
  }

  /**
   * Authorises and makes one call. While the region is cut off nothing goes on in it: calls wait until it is healed, and so
   * do answers.
   *
   * @throws AwsError what the client is to see; `NotImplemented` (501) for an action that is not modelled.
   */
  async invoke(call: Call): Promise<unknown> {
    const chain = this.#interceptors.reduce<() => Promise<unknown>>(
      (next, interceptor) => () => interceptor(call, next),
      () => this.#run(call),
    );
    const name = `${call.service}:${call.action}`;
    const isHeld = (): boolean => this.outage.isCut && !this.isGlobal(call.service);
    if (isHeld()) await this.outage.untilHealed();
    try {
      const output = await chain();
      if (isHeld()) await this.outage.untilHealed();
      this.journal.write({ kind: 'call', who: call.principal.arn, what: name });
      return output;
    } catch (error) {
      if (isHeld()) await this.outage.untilHealed();
      const code = error instanceof AwsError ? error.code : 'InternalFailure';
      this.journal.write({ kind: 'call', who: call.principal.arn, what: name, detail: { error: code } });
      throw error;
    }
  }

  async #run(call: Call): Promise<unknown> {
    const service = this.#services.get(call.service);
    const action = this.action(call.service, call.action);
    if (service === undefined || action === undefined) {
      throw new AwsError('NotImplemented', `The sandbox does not model ${call.service}:${call.action}.`, 501);
    }
    const context: CallContext = { principal: call.principal, requestId: this.random.uuid(), cloud: this };
    for (const permission of action.permissions(call.input, context)) {
      const refusal = this.refusal(call.principal, permission);
      if (refusal !== undefined) throw service.denied?.(refusal) ?? new AwsError('AccessDeniedException', refusal);
    }
    return action.run(call.input, context);
  }
}
