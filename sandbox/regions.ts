import type { Region } from './region.ts';

/** The regions of a world. Each is built when it is first used: one that nobody uses costs nothing. */
export class Regions {
  /** In the order in which they are shown, the stack's own first. */
  readonly names: readonly string[];
  readonly #build: (name: string) => Region;
  readonly #built = new Map<string, Region>();

  constructor(names: readonly string[], build: (name: string) => Region) {
    this.names = names;
    this.#build = build;
  }

  /** A region, built by now; undefined for one that the world does not have. */
  find(name: string): Region | undefined {
    const known = this.#built.get(name);
    if (known !== undefined || !this.names.includes(name)) return known;
    const region = this.#build(name);
    this.#built.set(name, region);
    return region;
  }

  /** The same. @throws RangeError for a region that the world does not have. */
  get(name: string): Region {
    const region = this.find(name);
    if (region === undefined) throw new RangeError(`There is no region ${name}: there are ${this.names.join(', ')}.`);
    return region;
  }

  /** Those that were used so far. */
  used(): readonly Region[] {
    return [...this.#built.values()];
  }

  isCut(name: string): boolean {
    return this.#built.get(name)?.cloud.outage.isCut === true;
  }

  /**
   * Cuts a region off from everybody, as if it were gone. Every call to it fails as a connection that is lost, those under way
   * too, and nothing goes on in it: functions are ended, and what falls due for executions, schedules, pollers, targets and
   * proxies is held until {@link heal}. Global services answer on.
   *
   * @throws RangeError for a region that the world does not have.
   */
  cutOff(name: string): void {
    const region = this.get(name);
    if (!region.cloud.outage.cut()) return;
    region.cloud.journal.write({ kind: 'state', who: 'regions', what: `${name} cut off` });
    region.endAll();
  }

  /** Brings a region back: what was held is done now. @throws RangeError for a region that the world does not have. */
  heal(name: string): void {
    const { cloud } = this.get(name);
    if (cloud.outage.isCut) cloud.journal.write({ kind: 'state', who: 'regions', what: `${name} healed` });
    cloud.outage.heal();
  }
}
