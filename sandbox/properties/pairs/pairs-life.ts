import { HOME_REGION, OPERATOR, STANDBY_REGION } from '../../cloud.ts';
import { AwsError } from '../../services/errors.ts';
import type { Watch } from '../watch.ts';
import type { Pair, PairsDeed } from './pairs.ts';
import type { PairsKeeper } from './pairs-keeper.ts';
import type { PairsWatch, ZoneSet } from './pairs-watch.ts';

const ASKS_FOR_REASONS = ['failover', 'failback', 'shift'];

/** What happens to pairs, and what people do about them by hand. */
export class PairsLife {
  readonly #watch: Watch;
  readonly #keeper: PairsKeeper;
  readonly #pairsWatch: PairsWatch;

  constructor(watch: Watch, keeper: PairsKeeper, pairsWatch: PairsWatch) {
    this.#watch = watch;
    this.#keeper = keeper;
    this.#pairsWatch = pairsWatch;
  }

  /** Does what a step says; what can't be done any more is not done. */
  async do(deed: PairsDeed): Promise<void> {
    switch (deed.deed) {
      case 'wellness':
        return this.#keeper.setWellness(this.#keeper.pairOf(deed.pair), deed.is);
      case 'side':
        return this.#keeper.change(this.#keeper.pairOf(deed.pair), deed.side, deed.event);
      case 'order':
        return this.#order(deed);
      case 'zone':
        return this.#write(this.#keeper.pairOf(deed.pair), deed.what);
      case 'dns-mode':
        return this.#keeper.setMode(deed.service, deed.mode);
      case 'dns-pause':
        return this.#keeper.pause(deed.isPaused);
    }
  }

  async #order({ pair, action, isForced, weight = 50 }: Extract<PairsDeed, { deed: 'order' }>): Promise<void> {
    const input = {
      recordId: pair,
      action,
      ...(ASKS_FOR_REASONS.includes(action) ? { by: OPERATOR.arn, reason: 'as agreed' } : {}),
      ...(isForced === true && action !== 'shift' && ASKS_FOR_REASONS.includes(action) ? { force: true } : {}),
      ...(action === 'shift' ? { weights: { primary: weight, secondary: 100 - weight } } : {}),
    };
    this.#watch.note(`an operator has ${pair} ${action}`);
    await this.#keeper.call(STANDBY_REGION, 'states', 'StartExecution', {
      stateMachineArn: this.#keeper.output('UpdateFailoverArn'),
      input: JSON.stringify(input),
    });
  }

  /** A person writes into the zone by hand; Route 53 may refuse it, or be busy: then it is left. */
  async #write(pair: Pair, what: Extract<PairsDeed, { deed: 'zone' }>['what']): Promise<void> {
    const change = this.#changeOf(pair, what);
    if (change === undefined) return;
    try {
      // Route 53 is one for all regions: it is called at home.
      await this.#keeper.call(HOME_REGION, 'route53', 'ChangeResourceRecordSets', {
        HostedZoneId: this.#keeper.zoneIdOf(pair),
        ChangeBatch: { Changes: [change] },
      });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  }

  #changeOf(
    pair: Pair,
    what: Extract<PairsDeed, { deed: 'zone' }>['what'],
  ): { readonly Action: string; readonly ResourceRecordSet: ZoneSet } | undefined {
    const name = this.#keeper.nameOf(pair);
    if (what === 'beside') {
      const beside = { Name: `beside.${name}`, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '10.99.9.9' }] };
      return { Action: 'UPSERT', ResourceRecordSet: beside };
    }
    const sets = this.#pairsWatch.setsOf(this.#keeper.zoneIdOf(pair));
    const own = sets.filter((set) => set.Name === `${name}.` && set.Type === 'A');
    const mark = sets.find(({ Name, Type }) => Type === 'TXT' && Name.endsWith(`.${name}.`));
    switch (what) {
      case 'unmark':
        return mark === undefined ? undefined : { Action: 'DELETE', ResourceRecordSet: mark };
      case 'drop': {
        const last = own.at(-1);
        return last === undefined ? undefined : { Action: 'DELETE', ResourceRecordSet: last };
      }
      case 'edit': {
        const first = own.find(({ TTL }) => TTL !== undefined);
        return first === undefined ? undefined : { Action: 'UPSERT', ResourceRecordSet: { ...first, TTL: 59 } };
      }
    }
  }
}
