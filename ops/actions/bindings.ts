import * as v from 'valibot';
import { type Binding, overlapsAmong } from '../../functions/domain/binding.ts';
import { plainText } from '../../functions/domain/text.ts';
import { bindingFrom, watchedFrom } from '../../functions/registry/bindings.ts';
import { TARGETS, WATCHED } from '../../functions/registry/keys.ts';
import { createAction } from '../action.ts';
import {
  type Item,
  isHeld,
  type KnownTargets,
  knownTargetsFrom,
  type Lease,
  readable,
  readBindings,
  readPartition,
  sortKeyOf,
  together,
} from '../bindings.ts';
import type { Services } from '../services.ts';

/** A binding, and what became of it. */
export interface BindingStanding
  extends Pick<Binding, 'bindingId' | 'serviceId' | 'targetGroupArn' | 'port' | 'source'> {
  /** The addresses that DNS named when a run last had nothing more to do; absent before the first. */
  readonly applied?: readonly string[];
  /** Since when DNS names others, ISO 8601. */
  readonly driftSince?: string;
  /** How many runs in a row failed, and when the last of them did. */
  readonly failures: number;
  readonly failedAt?: string;
  /** Which run has it in hand; `isOver` = it died, and the next one takes over. */
  readonly lease?: Lease & { readonly isOver: boolean };
}

/** Something that keeps bindings from being looked after. */
export interface BindingProblem {
  /** A binding's id, or the key of an entry that names none. */
  readonly name: string;
  readonly problem: string;
}

/** All bindings. All of it is plain text, whoever wrote it. */
export interface Bindings {
  readonly outcome: 'listed';
  /** Those that can be read, in the order of their ids. */
  readonly bindings: readonly BindingStanding[];
  readonly problems: readonly BindingProblem[];
}

/** Shows what each target group is kept in line with, and what became of it. @throws BadInput; what AWS throws. */
export const bindings = createAction(v.strictObject({}), async (_input, services): Promise<Bindings> => {
  const { ledger } = services.tables;
  const [items, targets, watched] = await Promise.all([
    readBindings(services),
    readPartition(ledger, TARGETS, services),
    readPartition(ledger, WATCHED, services),
  ]);
  const problems = [...problemsAmong(items)];
  const standings = readable(items).map((binding): BindingStanding => {
    const { bindingId, serviceId, targetGroupArn, port, source } = binding;
    const known = readKnown(bindingId, targets.get(sortKeyOf(bindingId)));
    if (typeof known === 'string') problems.push({ name: bindingId, problem: known });
    const { driftSince } = watchedFrom(watched.get(sortKeyOf(bindingId)));
    return {
      ...{ bindingId, serviceId, targetGroupArn, port, source },
      ...(driftSince === undefined ? {} : { driftSince }),
      ...(typeof known === 'string' ? { failures: 0 } : standingOf(known, services)),
    };
  });
  return { outcome: 'listed', bindings: standings, problems };
});

const standingOf = ({ record: { applied, failures, failedAt }, lease }: KnownTargets, services: Services) => ({
  ...(applied === undefined ? {} : { applied: applied.map((address) => plainText(address, 45)) }),
  failures,
  ...(failedAt === undefined ? {} : { failedAt }),
  ...(lease === undefined ? {} : { lease: { ...lease, isOver: !isHeld(lease, services) } }),
});

/** What the ledger knows, or why that can't be read: one spoiled item must not hide the others. */
const readKnown = (bindingId: string, item: Item | undefined): KnownTargets | string => {
  try {
    return knownTargetsFrom(bindingId, item);
  } catch (error) {
    return plainText(error instanceof Error ? error.message : String(error), 400);
  }
};

const problemsAmong = (items: ReadonlyMap<string, Item>): readonly BindingProblem[] => [
  ...[...items].flatMap(([sk, item]) => {
    const read = bindingFrom(item);
    if (read.kind !== 'unreadable') return [];
    const name = plainText(sk, 80);
    // It begins with the name.
    const problem = plainText(read.problem, 400).replace(`${name}: `, '');
    return [{ name, problem: `nothing is done for it: ${problem}` }];
  }),
  ...overlapsAmong(readable(items)).map(({ bindingIds, port, targetGroupArn }) => ({
    name: together(bindingIds),
    problem: `nothing is done for them: they would fight over port ${port} of ${targetGroupArn}. Take all but one away: "unbind"`,
  })),
];
