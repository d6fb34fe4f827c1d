import { HOME_REGION, OPERATOR, PROVIDER_ACCOUNT } from '../cloud.ts';
import { DeploymentError } from '../deploy/deployment-error.ts';
import { accountPrincipal, type Principal } from '../iam/principal.ts';
import { AwsError } from '../services/errors.ts';
import type { SimulatedWorld } from '../simulated.ts';
import { ACCOUNTS } from './choices.ts';
import { type Deed, type History, OWN } from './history.ts';
import { Keeper } from './keeper.ts';
import { Operator } from './operator.ts';
import { isPairsDeed, type PairsDeed } from './pairs/pairs.ts';
import { PairsKeeper } from './pairs/pairs-keeper.ts';
import { PairsLife } from './pairs/pairs-life.ts';
import { PairsWatch } from './pairs/pairs-watch.ts';
import type { RegistryVersions } from './registry-truth.ts';
import { Silences } from './silence.ts';
import { isTargetsDeed, type TargetsDeed } from './targets/estate.ts';
import { EstateKeeper } from './targets/estate-keeper.ts';
import { EstateLife } from './targets/estate-life.ts';
import type { Mark, Watch } from './watch.ts';
import type { WriteWatch } from './write-watch.ts';

/** A request of a history, as it came to be. */
export interface Request {
  /** `e1`. */
  readonly name: string;
  readonly service: string;
  readonly endpointId: string;
  readonly account: string;
  readonly created: Mark;
}

/** An operator's start of the workflow. */
interface StartByHand {
  /** The execution's name. */
  readonly execution: string;
  readonly input: 'right' | 'dry' | 'wrong';
}

/** Who writes down what the world shows. */
interface Watches {
  readonly watch: Watch;
  readonly writeWatch: WriteWatch;
}

/** The deeds that are about an endpoint that was created before. */
type EndpointDeed = Exclude<Extract<Deed, { readonly endpoint: string }>, { readonly deed: 'create' }>;

/** Milliseconds after which a failed deployment is tried again, and how often it is in all. */
const DEPLOYED_AGAIN_AFTER = 120_000;
const MOST_DEPLOYMENTS = 30;

const isAboutOne = (deed: Deed): deed is EndpointDeed => 'endpoint' in deed && deed.deed !== 'create';

const nameOf = (executionArn: string): string => executionArn.slice(executionArn.lastIndexOf(':') + 1);

/** Consumers, the operator and those who keep the registry: each calls AWS as itself, by the door that every client's call goes through. */
export class Actors {
  readonly registry: RegistryVersions;
  readonly requests = new Map<string, Request>();
  readonly startsByHand: StartByHand[] = [];
  readonly silences: Silences;
  /** Whoever keeps what is behind load balancers, where there is anything. */
  readonly estate: EstateKeeper | undefined;
  /** Whoever keeps names over two regions, and who looks on, where there are any. */
  readonly pairs: { readonly keeper: PairsKeeper; readonly watch: PairsWatch } | undefined;
  readonly #life: EstateLife | undefined;
  readonly #pairsLife: PairsLife | undefined;
  readonly #world: SimulatedWorld;
  readonly #watch: Watch;
  readonly #keeper: Keeper;
  readonly #operator: Operator;
  /** Ids of services by their names. */
  readonly #services = new Map<string, string>();
  readonly #nextAssembly: string | undefined;

  /** @param nextAssembly - what a deployment in the middle deploys. */
  constructor(world: SimulatedWorld, { watch, writeWatch }: Watches, history: History, nextAssembly?: string) {
    this.silences = new Silences(world);
    this.#world = world;
    this.#watch = watch;
    this.#nextAssembly = nextAssembly;
    this.#services.set(OWN, this.#output('ServiceIdorders'));
    const idOf = (service: string) => this.idOf(service);
    if (history.estate !== undefined) {
      this.estate = new EstateKeeper(world, watch, history.estate, idOf);
      this.#life = new EstateLife(world, watch, history.estate, this.estate);
    }
    if (history.pairs !== undefined) {
      const keeper = new PairsKeeper(world, watch, history.pairs, idOf);
      this.pairs = { keeper, watch: new PairsWatch(world, watch, history.pairs, keeper) };
      this.#pairsLife = new PairsLife(watch, keeper, this.pairs.watch);
    }
    this.#keeper = new Keeper(world, watch, history, idOf);
    this.registry = this.#keeper.registry;
    this.#operator = new Operator(world, watch, {
      idOf,
      registry: this.registry,
      wake: (service, endpointId) => this.#start(service, endpointId, 'right'),
      writeWatch,
    });
  }

  /** A service's id, by its name. @throws Error where there is none */
  idOf(service: string): string {
    const id = this.#services.get(service);
    if (id === undefined) throw new Error(`There is no service ${service} in this history.`);
    return id;
  }

  /** A service's name, by its id; undefined = none of this history's. */
  serviceOf(id: string): string | undefined {
    return [...this.#services].find(([, each]) => each === id)?.[0];
  }

  /** Makes the other services and hands them over, and enters everything that a history begins with. */
  async enter(history: History): Promise<void> {
    // Where nothing is bound, nobody need look at addresses each minute.
    if (history.estate === undefined) await this.#every('Targets', 'rate(1 day)');
    for (const { name } of history.others ?? []) await this.#createService(name);
    await this.#keeper.enter(history);
    await this.estate?.enter();
    await this.pairs?.keeper.enter();
    this.pairs?.watch.begin();
  }

  /** Does what a step says. What is to be done with an endpoint that does not exist (yet) is not done. */
  async do(deed: Deed): Promise<void> {
    const keeper = this.#keeper;
    const operator = this.#operator;
    if (isPairsDeed<Exclude<Deed, PairsDeed>>(deed)) return this.#pairsLife?.do(deed);
    if (isTargetsDeed<Exclude<Deed, TargetsDeed | PairsDeed>>(deed)) return this.#life?.do(deed);
    if (isAboutOne(deed)) return this.#doWith(deed);
    const { service = OWN } = deed as { readonly service?: string };
    switch (deed.deed) {
      case 'create':
        return this.#create(service, deed.endpoint, deed.account);
      case 'mode':
        return operator.setMode(service, deed.effect, deed.mode);
      case 'pause':
        return operator.pause(deed.of === 'all' ? undefined : service, deed.isPaused);
      case 'sweep':
        return operator.sweep();
      case 'confirm':
        return operator.confirm();
      case 'abort':
        return operator.abort();
      case 'redrive':
        return operator.redrive();
      case 'deploy':
        return this.#deploy();
      case 'principal':
        return this.#allow(service, deed.account, deed.isAllowed);
      case 'silence':
        this.#watch.note(`no ${deed.of} come for a while`);
        return this.silences.begin(deed.of, deed.lasts);
      case 'lose':
        return keeper.lose(deed.customerId);
      case 'restore':
        return keeper.restore(deed.customerId);
      case 'rewind':
        return keeper.rewind();
      case 'import':
        return keeper.import(deed.customers);
      case 'customer':
        return keeper.setCustomer(deed.customerId, deed.isThere);
      case 'status':
        return keeper.setStatus(deed.customerId, deed.status);
      case 'entitle':
        return keeper.entitle(service, deed.customerId, deed.terms);
      case 'revoke':
        return keeper.entitle(service, deed.customerId);
      case 'match':
        return keeper.match(service, ['account', deed.account], deed.customerId, deed.isMatched);
    }
  }

  async #doWith(deed: EndpointDeed): Promise<void> {
    const request = this.requests.get(deed.endpoint);
    if (request === undefined) return;
    const { service, endpointId, account } = request;
    switch (deed.deed) {
      case 'delete':
        await this.#call('ec2', 'DeleteVpcEndpoints', { VpcEndpointIds: [endpointId] }, accountPrincipal(account));
        return;
      case 'answer': {
        const action = `${deed.verdict === 'accept' ? 'Accept' : 'Reject'}VpcEndpointConnections`;
        await this.#call('ec2', action, { ServiceId: this.idOf(service), VpcEndpointIds: [endpointId] });
        return;
      }
      case 'start':
        return this.#start(service, endpointId, deed.input);
      case 'word':
        return this.#operator.say(deed.answer, service, endpointId);
      case 'force':
        return this.#operator.force(service, endpointId);
      case 'claim':
        return this.#keeper.match(service, ['endpoint', endpointId], deed.customerId, true);
    }
  }

  /** Everything in the ledger, in the order of its keys. */
  async ledger(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const items: Readonly<Record<string, unknown>>[] = [];
    let from: unknown;
    do {
      const input = {
        TableName: this.#output('LedgerTable'),
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      };
      const output = (await this.#call('dynamodb', 'Scan', input)) as {
        readonly Items?: readonly Readonly<Record<string, unknown>>[];
        readonly LastEvaluatedKey?: unknown;
      };
      items.push(...(output.Items ?? []));
      from = output.LastEvaluatedKey;
    } while (from !== undefined);
    return items;
  }

  /** ARNs of each service's allowed principals, by the service's name. */
  async allowedPrincipals(): Promise<ReadonlyMap<string, readonly string[]>> {
    const allowed = new Map<string, readonly string[]>();
    for (const [name, ServiceId] of this.#services) {
      const arns: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = (await this.#call('ec2', 'DescribeVpcEndpointServicePermissions', {
          ServiceId,
          ...(NextToken === undefined ? {} : { NextToken }),
        })) as { AllowedPrincipals?: readonly { readonly Principal?: string }[]; NextToken?: string };
        arns.push(...(page.AllowedPrincipals ?? []).map(({ Principal = '' }) => Principal));
        NextToken = page.NextToken;
      } while (NextToken !== undefined && NextToken !== '');
      allowed.set(name, arns);
    }
    return allowed;
  }

  /** Texts of all messages in dead-letter queues: they are taken out. */
  async deadLetters(): Promise<readonly string[]> {
    const { QueueUrls = [] } = (await this.#call('sqs', 'ListQueues', {})) as {
      readonly QueueUrls?: readonly string[];
    };
    const texts: string[] = [];
    for (const QueueUrl of QueueUrls.filter((url) => /dead|dlq/i.test(url))) {
      for (;;) {
        const output = await this.#call('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
        const { Messages = [] } = output as { readonly Messages?: readonly { readonly Body?: string }[] };
        if (Messages.length === 0) break;
        texts.push(...Messages.map(({ Body = '' }) => Body));
      }
    }
    return texts;
  }

  /** Has the sweep come as often as an expression says: `rate(5 minutes)`. */
  sweep(expression: string): Promise<void> {
    return this.#every('Sweep', expression);
  }

  async #every(construct: string, expression: string): Promise<void> {
    const listed = (await this.#call('scheduler', 'ListSchedules', {})) as { Schedules?: readonly { Name: string }[] };
    for (const { Name } of (listed.Schedules ?? []).filter((each) => each.Name.includes(construct))) {
      const schedule = (await this.#call('scheduler', 'GetSchedule', { Name })) as Record<string, unknown>;
      const { FlexibleTimeWindow, Target } = schedule;
      await this.#call('scheduler', 'UpdateSchedule', {
        Name,
        FlexibleTimeWindow,
        Target,
        ScheduleExpression: expression,
      });
    }
  }

  /** An endpoint service as `ops` takes one over: with the tag, the notices, and accounts that a person allowed. */
  async #createService(name: string): Promise<void> {
    const balancer = `arn:aws:elasticloadbalancing:${HOME_REGION}:${PROVIDER_ACCOUNT}:loadbalancer/net/${name}/1`;
    const made = (await this.#call('ec2', 'CreateVpcEndpointServiceConfiguration', {
      NetworkLoadBalancerArns: [balancer],
    })) as { readonly ServiceConfiguration: { readonly ServiceId: string } };
    const { ServiceId } = made.ServiceConfiguration;
    this.#services.set(name, ServiceId);
    const AddAllowedPrincipals = ACCOUNTS.map((account) => `arn:aws:iam::${account}:root`);
    await this.#call('ec2', 'ModifyVpcEndpointServicePermissions', { ServiceId, AddAllowedPrincipals });
    const Tags = [{ Key: 'privatelink-concierge', Value: 'managed' }];
    await this.#call('ec2', 'CreateTags', { Resources: [ServiceId], Tags });
    await this.#call('ec2', 'CreateVpcEndpointConnectionNotification', {
      ServiceId,
      ConnectionNotificationArn: this.#output('IntakeTopicArn'),
      ConnectionEvents: ['Accept', 'Connect', 'Delete', 'Reject'],
    });
  }

  async #create(service: string, name: string, account: string): Promise<void> {
    const input = {
      VpcEndpointType: 'Interface',
      ServiceName: `com.amazonaws.vpce.us-west-2.${this.idOf(service)}`,
      VpcId: `vpc-0${account.slice(0, 7)}`,
      SubnetIds: [`subnet-0${account.slice(0, 7)}`],
    };
    const output = await this.#call('ec2', 'CreateVpcEndpoint', input, accountPrincipal(account));
    const { VpcEndpoint } = output as { readonly VpcEndpoint: { readonly VpcEndpointId: string } };
    const endpointId = VpcEndpoint.VpcEndpointId;
    this.requests.set(name, { name, service, endpointId, account, created: this.#watch.mark() });
    this.#watch.note(`${account} created ${endpointId}`);
  }

  /** A person allows an account by hand, or no longer: none of our business. */
  async #allow(service: string, account: string, isAllowed: boolean): Promise<void> {
    const change = [`arn:aws:iam::${account}:root`];
    this.#watch.note(`a person ${isAllowed ? 'allows' : 'forbids'} ${account} to connect to ${service}`);
    await this.#call('ec2', 'ModifyVpcEndpointServicePermissions', {
      ServiceId: this.idOf(service),
      ...(isAllowed ? { AddAllowedPrincipals: change } : { RemoveAllowedPrincipals: change }),
    });
  }

  async #deploy(): Promise<void> {
    if (this.#nextAssembly === undefined) return;
    // What goes wrong may hit a deployment too: it fails half-way, and whoever deploys tries again from there.
    for (let tries = 1; ; tries += 1) {
      this.#watch.note('another version is deployed');
      try {
        await this.#world.deployOver(this.#nextAssembly);
        this.#watch.note('another version was deployed');
        return;
      } catch (error) {
        // One at a time: CloudFormation refuses a second one as well.
        if (!(error instanceof DeploymentError) || tries === MOST_DEPLOYMENTS) throw error;
        this.#watch.note(`the deployment failed: ${error.message}`);
      }
      await this.#world.clock.sleep(DEPLOYED_AGAIN_AFTER);
    }
  }

  async #start(service: string, endpointId: string, input: StartByHand['input']): Promise<void> {
    const request = { serviceId: this.idOf(service), vpcEndpointId: input === 'wrong' ? 'vpce-' : endpointId };
    const output = await this.#call('states', 'StartExecution', {
      stateMachineArn: this.#output('AdmitConnectionArn'),
      input: JSON.stringify({ ...request, ...(input === 'dry' ? { dryRun: true } : {}) }),
    });
    const { executionArn } = output as { readonly executionArn: string };
    this.startsByHand.push({ execution: nameOf(executionArn), input });
  }

  #output(name: string): string {
    const value = this.#world.deployment.outputs[name];
    if (value === undefined) throw new Error(`The stack has no output ${name}.`);
    return value;
  }

  #call(service: string, action: string, input: unknown, principal: Principal = OPERATOR): Promise<unknown> {
    return this.#world.cloud.invoke({ service, action, input, principal });
  }
}

/** EC2 tells a person that the endpoint is no longer there, or that the account is not allowed: that is life, not a failure of the sandbox. */
export const isRefusal = ({ deed }: Deed, error: unknown): boolean =>
  error instanceof AwsError && ['delete', 'answer', 'create', 'principal'].includes(deed);
