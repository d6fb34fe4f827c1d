import { type BindingView, readBindingView } from '../functions/aws/bindings.ts';
import type { Observed } from '../functions/aws/observe.ts';
import type { Lookers } from '../functions/aws/targets-look.ts';
import { countMisses, type Misses } from '../functions/domain/addresses.ts';
import type { Binding } from '../functions/domain/binding.ts';
import { NO_TARGETS } from '../functions/domain/targets-record.ts';
import { plainText } from '../functions/domain/text.ts';
import type { Services } from './services.ts';

/** The watch counts once a minute: so do we. */
const COUNT_MILLISECONDS = 60_000;

/** What is known where the ledger does not answer: nothing is ours, so that nothing is removed. */
const UNKNOWN: BindingView = {
  service: { kind: 'absent' },
  modesSet: { modes: { 'targets-add': 'enforce', 'targets-remove': 'observe' }, version: 0 },
  record: NO_TARGETS,
  misses: {},
};

/** How an operator's own machine looks at a binding. */
export interface DirectLooks {
  readonly lookers: Lookers;
  /** Why the ledger is not gone by; undefined as long as it answers. */
  readonly silence: () => string | undefined;
}

/**
 * Looks as runs do. Where the ledger does not answer the first question it is not asked again; later on, that is an error. Misses are counted
 * here too, at the pace of the watch, since that may be what does not work: of the two counts the higher one holds.
 *
 * @param resolver - who is asked for names. @default this machine's own
 */
export const directLooks = (resolver: string | undefined, services: Services): DirectLooks => {
  const { ec2, elb, rds, dynamo, tables, now } = services;
  let silence: string | undefined;
  let hasAnswered = false;
  const readLedger = async (binding: Binding): Promise<BindingView> => {
    if (silence !== undefined) return UNKNOWN;
    try {
      const view = await readBindingView(dynamo, tables, binding);
      hasAnswered = true;
      return view;
    } catch (error) {
      // An item that nobody can read says that something is ours: then nothing is touched.
      if (hasAnswered || !(error instanceof Error) || error.name === 'Malformed') throw error;
      silence = plainText(error.message, 300);
      return UNKNOWN;
    }
  };

  let counted: Misses = {};
  let countedAt = Number.NEGATIVE_INFINITY;
  const count = ({ look, binding }: Observed, ours: readonly string[]): Misses => {
    const isDue = now().getTime() - countedAt >= COUNT_MILLISECONDS;
    if (isDue) countedAt = now().getTime();
    // Between two counts, who is named begins anew, and nobody is missed.
    const counts = isDue || look.kind !== 'answered' ? look : { ...look, isWhole: false };
    counted = countMisses(counted, ours, counts, binding.missesBeforeRemoval);
    return counted;
  };
  const readView = async (binding: Binding, observed: Observed): Promise<BindingView> => {
    const view = await readLedger(binding);
    const ours = Object.keys(view.record.ours);
    const own = count(observed, ours);
    const misses = Object.fromEntries(
      ours.map((address) => [address, Math.max(view.misses[address] ?? 0, own[address] ?? 0)]),
    );
    return { ...view, misses };
  };
  return {
    lookers: { ec2, elb, rds, lookup: services.lookup(resolver), now, readView },
    silence: () => silence,
  };
};
