import { OPERATOR, PROVIDER_ACCOUNT } from '../../cloud.ts';
import type { TargetNow } from '../../services/elbv2/balanced-targets.ts';
import type { SimulatedWorld } from '../../simulated.ts';
import type { Mark, Watch } from '../watch.ts';
import type { Estate, EstateBinding, EstateGroup, EstateProxy } from './estate.ts';

const VPC = 'vpc-0e57a7e0e57a7e0e5';
/** RDS Proxy's port for PostgreSQL, which is the only one that its nodes serve: so it is what is checked of all. */
const CHECKED = 5432;
const ZONES = ['us-west-2a', 'us-west-2b', 'us-west-2c'] as const;
const POLL_MILLISECONDS = 5_000;

/** A person entered a binding, or took it away. */
export interface Bind extends Mark {
  readonly binding: string;
  readonly isBound: boolean;
}

/** A binding at one moment. */
export interface BindingStanding {
  readonly binding: EstateBinding;
  readonly isBound: boolean;
  /** What DNS names where nothing ails, sorted. */
  readonly named: readonly string[];
  /** Of the binding's port, draining ones among them. */
  readonly targets: readonly TargetNow[];
  /** How many targets of any port the group has. */
  readonly inGroup: number;
  /** Addresses of every interface that the proxy has, of all its endpoints. */
  readonly interfaces: readonly string[];
}

const text = (S: string) => ({ S });
const number = (value: number) => ({ N: String(value) });

/** Who makes what is behind load balancers, and enters what follows it. */
export class EstateKeeper {
  readonly binds: Bind[] = [];
  readonly #world: SimulatedWorld;
  readonly #watch: Watch;
  readonly #estate: Estate;
  readonly #idOf: (service: string) => string;
  /** ARNs of target groups, by their names. */
  readonly #groups = new Map<string, string>();
  /** Under which sources are looked up, by their names. */
  readonly #hostNames = new Map<string, string>();
  /** Where host names lead to. */
  readonly #addresses = new Map<string, readonly string[]>();
  readonly #defined = new Set<string>();
  #entered: Promise<void> = Promise.resolve();

  /** @param idOf - a service's id, by its name. */
  constructor(world: SimulatedWorld, watch: Watch, estate: Estate, idOf: (service: string) => string) {
    this.#world = world;
    this.#watch = watch;
    this.#estate = estate;
    this.#idOf = idOf;
  }

  /** A binding, by its name. @throws Error where the estate has none of that name */
  bindingOf(name: string): EstateBinding {
    const found = this.#estate.bindings.find((binding) => binding.name === name);
    if (found === undefined) throw new Error(`There is no binding ${name} in this world.`);
    return found;
  }

  /** The target group of a binding. @throws Error before it is made */
  groupOf({ group }: Pick<EstateBinding, 'group'>): string {
    const arn = this.#groups.get(group);
    if (arn === undefined) throw new Error(`There is no target group ${group} yet.`);
    return arn;
  }

  /** The name under which a source is looked up; undefined before there is one. */
  hostNameOf(source: string): string | undefined {
    return this.#hostNames.get(source);
  }

  /** The end of what {@link enter} began. */
  get entered(): Promise<void> {
    return this.#entered;
  }

  /** A host name leads to these addresses from now on. */
  lead(host: string, addresses: readonly string[]): void {
    this.#addresses.set(host, addresses);
    this.#world.dns.setName(this.#hostNames.get(host) ?? host, addresses);
  }

  /** How a binding and everything about it is in truth, whatever a read that lags or a resolver would say. */
  standing(): readonly BindingStanding[] {
    return this.#estate.bindings.flatMap((binding) => {
      if (!this.#groups.has(binding.group)) return [];
      const all = this.#world.targets.registered(this.groupOf(binding));
      const [of = '', endpoint] = binding.source.split('/');
      const isHost = this.#addresses.has(of);
      const nodes = isHost ? [] : this.#world.proxies.nodes(of);
      const own = endpoint === undefined ? 'default' : `${of}-${endpoint}`;
      const listed = nodes.filter((node) => node.isListed && this.#isOf(node.endpoint, of, own));
      const named = isHost ? (this.#addresses.get(of) ?? []) : listed.flatMap(({ addresses }) => addresses);
      return [
        {
          binding,
          isBound: this.binds.findLast((each) => each.binding === binding.name)?.isBound === true,
          named: [...named].sort(),
          targets: all.filter(({ port }) => port === binding.port),
          inGroup: all.length,
          interfaces: nodes.flatMap(({ addresses }) => addresses),
        },
      ];
    });
  }

  /** The default endpoint goes by the proxy's own name, or another one; the additional ones by theirs. */
  #isOf(endpoint: string, proxy: string, own: string): boolean {
    const isAdditional = this.#estate.proxies.some(
      ({ name, endpoints }) => name === proxy && endpoints.some((each) => `${proxy}-${each}` === endpoint),
    );
    return own === 'default' ? !isAdditional : endpoint === own;
  }

  /** Makes everything but what takes its time, and enters what can be; the rest comes by itself. */
  async enter(): Promise<void> {
    const { proxies, hosts, groups, bindings } = this.#estate;
    for (const host of hosts) {
      this.#hostNames.set(host.name, `${host.name}.internal.example`);
      this.lead(host.name, host.addresses);
    }
    for (const [index, proxy] of proxies.entries()) await this.#makeProxy(proxy, index);
    for (const group of groups) await this.#makeGroup(group);
    for (const { name, source } of bindings) if (!source.includes('/')) await this.bind(name, true);
    this.#entered = this.#makeEndpoints();
  }

  /** Enters a binding, or takes it away. */
  async bind(name: string, isBound: boolean): Promise<void> {
    const binding = this.bindingOf(name);
    if (this.hostNameOf(binding.source) === undefined) return;
    const TableName = this.#output('RegistryTable');
    const Key = { pk: text('BINDINGS'), sk: text(`BINDING#${name}`) };
    this.binds.push({ ...this.#watch.mark(), binding: name, isBound });
    this.#watch.note(`a person ${isBound ? 'enters' : 'takes away'} ${name}`);
    await (isBound
      ? this.#call('dynamodb', 'PutItem', { TableName, Item: { ...Key, ...this.#entry(binding) } })
      : this.#call('dynamodb', 'DeleteItem', { TableName, Key }));
    this.binds.push({ ...this.#watch.mark(), binding: name, isBound });
  }

  #entry(binding: EstateBinding): Readonly<Record<string, unknown>> {
    const { name, service, port, source, minHealthy, maxRemovalRatio, missesBeforeRemoval, healthyWithinSeconds } =
      binding;
    const bounds = { minHealthy, maxRemovalRatio, missesBeforeRemoval, healthyWithinSeconds };
    const [of = '', endpoint] = source.split('/');
    const follows = this.#estate.hosts.some((host) => host.name === of)
      ? { kind: text('host'), hostName: text(this.#hostNames.get(of) ?? '') }
      : {
          kind: text('proxy'),
          proxyName: text(of),
          ...(endpoint === undefined ? {} : { endpointName: text(`${of}-${endpoint}`) }),
        };
    return {
      bindingId: text(name),
      serviceId: text(this.#idOf(service)),
      targetGroupArn: text(this.groupOf(binding)),
      port: number(port),
      source: { M: follows },
      ...Object.fromEntries(
        Object.entries(bounds).flatMap(([key, value]) => (value === undefined ? [] : [[key, number(value)]])),
      ),
    };
  }

  async #makeProxy({ name, zones }: EstateProxy, index: number): Promise<void> {
    const output = await this.#call('rds', 'CreateDBProxy', {
      DBProxyName: name,
      EngineFamily: 'POSTGRESQL',
      RoleArn: `arn:aws:iam::${PROVIDER_ACCOUNT}:role/proxy`,
      VpcSubnetIds: this.#subnets(index, zones),
      Auth: [{ AuthScheme: 'SECRETS', SecretArn: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:proxy' }],
    });
    this.#hostNames.set(name, (output as { readonly DBProxy: { readonly Endpoint: string } }).DBProxy.Endpoint);
  }

  #subnets(index: number, zones: number): readonly string[] {
    return ZONES.slice(0, zones).map((zone, at) => {
      const id = `subnet-0e57a7e00000000${index + 1}${at + 1}`;
      if (!this.#defined.has(id)) this.#world.subnets.define({ id, vpcId: VPC, zone });
      this.#defined.add(id);
      return id;
    });
  }

  async #makeEndpoints(): Promise<void> {
    for (const [index, { name, zones, endpoints }] of this.#estate.proxies.entries()) {
      for (const endpoint of endpoints) {
        await this.#untilAvailable(name);
        const output = await this.#call('rds', 'CreateDBProxyEndpoint', {
          DBProxyName: name,
          DBProxyEndpointName: `${name}-${endpoint}`,
          VpcSubnetIds: this.#subnets(index, zones),
        });
        const { DBProxyEndpoint } = output as { readonly DBProxyEndpoint: { readonly Endpoint: string } };
        this.#hostNames.set(`${name}/${endpoint}`, DBProxyEndpoint.Endpoint);
      }
    }
    for (const { name, source } of this.#estate.bindings) if (source.includes('/')) await this.bind(name, true);
  }

  async #untilAvailable(name: string): Promise<void> {
    for (;;) {
      const output = await this.#call('rds', 'DescribeDBProxies', { DBProxyName: name });
      const [proxy] = (output as { readonly DBProxies: readonly { readonly Status: string }[] }).DBProxies;
      if (proxy?.Status === 'available') return;
      await this.#world.clock.sleep(POLL_MILLISECONDS);
    }
  }

  async #makeGroup({ name, isCrossZone, saidBy, drains }: EstateGroup): Promise<void> {
    const Value = String(isCrossZone);
    const cross = { Key: 'load_balancing.cross_zone.enabled', Value };
    const balancers = (await this.#call('elasticloadbalancing', 'CreateLoadBalancer', {
      Name: `sim-${name}`,
      Type: 'network',
      Scheme: 'internal',
      Subnets: this.#subnets(8, ZONES.length),
    })) as { readonly LoadBalancers: readonly [{ readonly LoadBalancerArn: string }] };
    const [{ LoadBalancerArn }] = balancers.LoadBalancers;
    const groups = (await this.#call('elasticloadbalancing', 'CreateTargetGroup', {
      Name: `sim-${name}`,
      Protocol: 'TCP',
      Port: CHECKED,
      VpcId: VPC,
      TargetType: 'ip',
      HealthCheckPort: String(CHECKED),
      Tags: [{ Key: 'privatelink-concierge', Value: 'managed' }],
    })) as { readonly TargetGroups: readonly [{ readonly TargetGroupArn: string }] };
    const [{ TargetGroupArn }] = groups.TargetGroups;
    this.#groups.set(name, TargetGroupArn);
    await this.#call('elasticloadbalancing', 'CreateListener', {
      LoadBalancerArn,
      Port: CHECKED,
      Protocol: 'TCP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    });
    const delay = { Key: 'deregistration_delay.timeout_seconds', Value: String(drains) };
    await this.#call('elasticloadbalancing', 'ModifyTargetGroupAttributes', {
      TargetGroupArn,
      Attributes: [delay, ...(saidBy === 'group' ? [cross] : [])],
    });
    if (saidBy === 'balancer') {
      await this.#call('elasticloadbalancing', 'ModifyLoadBalancerAttributes', {
        LoadBalancerArn,
        Attributes: [cross],
      });
    }
  }

  #output(name: string): string {
    const value = this.#world.deployment.outputs[name];
    if (value === undefined) throw new Error(`The stack has no output ${name}.`);
    return value;
  }

  #call(service: string, action: string, input: unknown): Promise<unknown> {
    return this.#world.cloud.invoke({ service, action, input, principal: OPERATOR });
  }
}
