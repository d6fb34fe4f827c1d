import { createRequire } from 'node:module';
import { AwsError } from '../errors.ts';

/** JSON as DynamoDB's wire has it: `{ TableName: 'Ledger', Key: { pk: { S: 'x' } } }`, binary in base64. */
export type Wire = Readonly<Record<string, unknown>>;

/** The parts of dynalite that are used. It has no types of its own. */
interface Validation {
  readonly types: unknown;
  readonly custom?: unknown;
}
type Callback = (error: unknown, answer?: Wire) => void;
type Action = (store: Store, data: Wire, callback: Callback) => void;
interface ItemStore {
  get(key: string, callback: (error: unknown, item?: Wire) => void): void;
  put(key: string, value: Wire, callback: Callback): void;
  del(key: string, callback: Callback): void;
}
interface TableStore {
  put(key: string, value: Wire, callback: Callback): void;
  del(key: string, callback: Callback): void;
}
interface Store {
  readonly tableDb: TableStore;
  getItemDb(name: string): ItemStore;
  getTable(name: string, checkStatus: boolean, callback: Callback): void;
  deleteItemDb(name: string, callback: Callback): void;
  deleteIndexDb(kind: 'Local' | 'Global', table: string, index: string, callback: Callback): void;
}
interface Validations {
  checkTypes(data: unknown, types: unknown): Wire;
  checkValidations(data: Wire, types: unknown, custom: unknown, store: Store): void;
}

const load = createRequire(import.meta.url);
const database = load('dynalite/db') as { create(options: object): Store; itemSize(item: Wire): number };
const validations = load('dynalite/validations') as Validations;

/** The operations that dynalite does itself; tables and BatchGetItem are ours. */
const OPERATIONS = ['putItem', 'getItem', 'updateItem', 'deleteItem', 'query', 'scan', 'batchWriteItem'] as const;
type Operation = (typeof OPERATIONS)[number];

const actions = Object.fromEntries(OPERATIONS.map((name) => [name, load(`dynalite/actions/${name}`)])) as Record<
  Operation,
  Action
>;
const CHECKED = [...OPERATIONS, 'batchGetItem', 'createTable', 'deleteTable', 'describeTable', 'listTables'] as const;
const checks = Object.fromEntries(CHECKED.map((name) => [name, load(`dynalite/validations/${name}`)])) as Record<
  (typeof CHECKED)[number],
  Validation
>;

/** `com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException` becomes the code after the `#`; other errors stay as they are. */
const translate = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Error('dynalite failed', { cause: error });
  if (!('body' in error) || !('statusCode' in error)) return error;
  const body = error.body as Readonly<Record<string, string>>;
  const type = body.__type ?? '';
  const message = body.message ?? body.Message ?? '';
  return new AwsError(type.slice(type.indexOf('#') + 1), message, Number(error.statusCode));
};

const misshapen = (operation: string): AwsError =>
  new AwsError('SerializationException', `The input of ${operation} has a value of another type than the API's`);

/** Is told what an item was and what it is now, in the order in which the writes took effect; either is undefined where there was none. */
export type Tap = (before: Wire | undefined, after: Wire | undefined) => void;

/** An item's size as DynamoDB counts it: names, values, and no overhead. */
export const itemSize = (item: Wire): number => database.itemSize(item);

/**
 * A table's items for one action, which reads an item under its lock before it writes it: so that what was there before is
 * known without another read.
 */
const tapped = (items: ItemStore, tap: Tap): ItemStore => {
  let before: Wire | undefined;
  return {
    ...items,
    get: (key, callback) => {
      items.get(key, (error, item) => {
        before = item;
        callback(error, item);
      });
    },
    put: (key, value, callback) => {
      items.put(key, value, (error, answer) => {
        if (error === null || error === undefined) tap(before, value);
        callback(error, answer);
      });
    },
    del: (key, callback) => {
      items.del(key, (error, answer) => {
        if (error === null || error === undefined) tap(before, undefined);
        callback(error, answer);
      });
    },
  };
};

const answered = <T = Wire>(start: (callback: Callback) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    start((error, answer) => {
      if (error !== null && error !== undefined) reject(translate(error));
      // By way of JSON: dynalite's answers share objects with its input and hold undefined members.
      else resolve(JSON.parse(JSON.stringify(answer ?? {})) as T);
    });
  });

/**
 * dynalite's store in memory, its validation and its item operations, called as functions. Neither a socket nor HTTP is
 * between: that is several times as fast as injecting requests into its listener, and what it takes from the real world is
 * all in the layers left out: request ids, the tables' times, ids and timers, BatchGetItem's shuffling.
 *
 * Its modules are no public interface, so its version is pinned.
 */
export class Dynalite {
  readonly #plain = database.create({});
  readonly #taps = new Map<string, Tap>();
  readonly #store: Store = {
    ...this.#plain,
    getItemDb: (name) => {
      const tap = this.#taps.get(name);
      const items = this.#plain.getItemDb(name);
      return tap === undefined ? items : tapped(items, tap);
    },
  };

  /**
   * Checks an input as DynamoDB does, in a copy, and gives the checked form.
   *
   * @throws AwsError `ValidationException`, `SerializationException`.
   */
  check(operation: (typeof CHECKED)[number], input: Wire): Wire {
    const { types, custom } = checks[operation];
    try {
      const data = validations.checkTypes(JSON.parse(JSON.stringify(input)), types);
      validations.checkValidations(data, types, custom, this.#store);
      return data;
    } catch (error) {
      // Its checks take a shape for granted that some inputs do not have; whatever they stumble over, DynamoDB's front end refuses.
      if (error instanceof TypeError) throw misshapen(operation);
      throw translate(error);
    }
  }

  /** @param data what {@link check} gave. */
  run(operation: Operation, data: Wire): Promise<Wire> {
    return answered((callback) => actions[operation](this.#store, data, callback));
  }

  /** Checks, then runs. */
  call(operation: Operation, input: Wire): Promise<Wire> {
    return this.run(operation, this.check(operation, input));
  }

  /** @throws AwsError `ResourceNotFoundException`. */
  table<T = Wire>(name: string): Promise<T> {
    return answered<T>((callback) => this.#store.getTable(name, false, callback));
  }

  /** Tells of every change of the table's items from now on, until another tap takes its place or, with none, no more. */
  tap(table: string, tap: Tap | undefined): void {
    if (tap === undefined) this.#taps.delete(table);
    else this.#taps.set(table, tap);
  }

  async putTable(name: string, description: Wire): Promise<void> {
    await answered((callback) => this.#store.tableDb.put(name, description, callback));
  }

  /** Takes away a table with its items and indexes. */
  async deleteTable(name: string, indexes: readonly (readonly ['Local' | 'Global', string])[]): Promise<void> {
    this.#taps.delete(name);
    await answered((callback) => this.#store.deleteItemDb(name, callback));
    for (const [kind, index] of indexes) {
      await answered((callback) => this.#store.deleteIndexDb(kind, name, index, callback));
    }
    await answered((callback) => this.#store.tableDb.del(name, callback));
  }
}
