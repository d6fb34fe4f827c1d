import type { Target } from '@aws-sdk/client-eventbridge';
import { HOME_REGION } from '../../cloud.ts';
import { regionOfArn } from '../region-of-arn.ts';
import type { Matcher } from './pattern.ts';

/** A rule: which events of its bus go to which targets. */
export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  pattern: string;
  matcher: Matcher;
  enabled: boolean;
  description: string | undefined;
  /** By target id, in the order in which they were put. */
  readonly targets: Map<string, Target>;
}

/** An event bus of an account. */
export interface EventBus {
  readonly name: string;
  readonly account: string;
  readonly arn: string;
  readonly description: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** By name. */
  readonly rules: Map<string, Rule>;
}

export const busArn = (region: string, account: string, name: string): string =>
  `arn:aws:events:${region}:${account}:event-bus/${name}`;

/** The default bus is not part of its rules' ARNs: `rule/NAME`, else `rule/BUS/NAME`. */
export const ruleArn = (region: string, account: string, bus: string, name: string): string =>
  `arn:aws:events:${region}:${account}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`;

/** The buses of all accounts; every account has a bus named `default`. */
export class EventsModel {
  readonly region: string;
  readonly #buses = new Map<string, EventBus>();

  /** @param region - @default {@link HOME_REGION} */
  constructor(region = HOME_REGION) {
    this.region = region;
  }

  /** A bus by its name, or by an ARN, which may be another account's; undefined is `default`. */
  bus(account: string, nameOrArn = 'default'): EventBus | undefined {
    const arn = nameOrArn.startsWith('arn:') ? nameOrArn : busArn(this.region, account, nameOrArn);
    const found = this.#buses.get(arn);
    if (found !== undefined || !arn.endsWith(':event-bus/default')) return found;
    if (regionOfArn(arn) !== this.region) return undefined;
    return this.create(arn.split(':')[4] ?? account, 'default', undefined, 0);
  }

  create(account: string, name: string, description: string | undefined, now: number): EventBus {
    const bus: EventBus = {
      name,
      account,
      arn: busArn(this.region, account, name),
      description,
      createdAt: now,
      rules: new Map(),
    };
    this.#buses.set(bus.arn, bus);
    return bus;
  }

  delete(bus: EventBus): void {
    this.#buses.delete(bus.arn);
  }

  /** An account's buses by name. */
  ofAccount(account: string): readonly EventBus[] {
    this.bus(account);
    return [...this.#buses.values()]
      .filter((bus) => bus.account === account)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
