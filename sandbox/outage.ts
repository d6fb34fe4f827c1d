/** What a client sees of a region that is cut off: a connection that is reset, or none at all. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  /** By which SDK clients know that they may try again. */
  readonly code = 'ECONNRESET';
}

/** Whether a region is cut off from the world. */
export class Outage {
  #healing: PromiseWithResolvers<void> | undefined;
  readonly #hit = new Set<() => void>();
  readonly #listeners: (() => void)[] = [];

  get isCut(): boolean {
    return this.#healing !== undefined;
  }

  /** Cuts the region off; every call that is under way fails. @returns false where it is cut off already. */
  cut(): boolean {
    if (this.#healing !== undefined) return false;
    this.#healing = Promise.withResolvers<void>();
    const hit = [...this.#hit];
    this.#hit.clear();
    for (const fail of hit) fail();
    return true;
  }

  /** @returns false where it is not cut off. */
  heal(): boolean {
    const healing = this.#healing;
    this.#healing = undefined;
    if (healing === undefined) return false;
    healing.resolve();
    for (const listener of this.#listeners) listener();
    return true;
  }

  /** Calls `listener` whenever the region is healed. */
  onHealed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves once the region is there again, which may be at once. */
  async untilHealed(): Promise<void> {
    while (this.#healing !== undefined) await this.#healing.promise;
  }

  /**
   * A call from outside. What it does goes on inside when the region is cut off meanwhile; the caller does not hear of it.
   *
   * @throws ConnectionLost where the region is cut off, or is before the call is answered.
   */
  async reaching<T>(call: () => Promise<T>): Promise<T> {
    if (this.isCut) throw new ConnectionLost('The region is cut off.');
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const fail = (): void => reject(new ConnectionLost('The region was cut off.'));
    this.#hit.add(fail);
    call()
      .then(resolve, reject)
      .finally(() => this.#hit.delete(fail));
    return promise;
  }
}
