import type { Played, TargetsPlayed } from '../play.ts';
import type { EstateBinding } from './estate.ts';
import { type Look, PATIENCE, type TargetsWrite, targetKey } from './targets-watch.ts';

/** A call of ours that registers or deregisters targets, with what it stood on. */
export interface OwnWrite extends TargetsWrite {
  readonly plan: Look;
  readonly binding: EstateBinding;
  /** From when on the truth may have been what its plan was made from, by the world's clock: reads lag. */
  readonly from: number;
  /** Keys of its targets. */
  readonly keys: readonly string[];
}

/** Every call of ours that registers or deregisters targets. @throws Error for one without a plan of a binding of the world */
export const ownWrites = ({ history, targets }: Played): readonly OwnWrite[] => {
  const { bindings = [], elbv2 } = history.estate ?? {};
  const lag = elbv2?.readDelay?.[1] ?? 0;
  return (targets?.watch.writes ?? []).flatMap((write) => {
    if (write.by === 'hand') return [];
    const binding = bindings.find(({ name }) => name === write.plan?.binding);
    if (write.plan === undefined || binding === undefined) throw new Error('Targets were written without a plan.');
    const keys = write.targets.map((target) => targetKey(write.targetGroupArn, target));
    return [{ ...write, plan: write.plan, binding, from: write.plan.begun.at - lag, keys }];
  });
};

/** Whether a target was never healthy since it was registered. @param until - by the world's clock */
export const wasNeverHealthy = ({ watch }: TargetsPlayed, key: string, until: number): boolean => {
  const states = (watch.health.get(key) ?? []).filter(({ at }) => at <= until).map(({ state }) => state);
  const begun = Math.max(states.lastIndexOf('deregistered'), states.lastIndexOf('draining')) + 1;
  return !states.slice(begun).includes('healthy');
};

/** Whether a call takes back only what never got healthy, as far as its plan may have seen: what a run registered in vain. */
export const isWithdrawal = (targets: TargetsPlayed, { action, keys, from }: OwnWrite): boolean =>
  action === 'deregister' && keys.every((key) => wasNeverHealthy(targets, key, from));

/** A target of a write's binding, as its run may have seen it. */
export interface SeenTarget {
  readonly key: string;
  readonly address: string;
  readonly zone: string;
  /** From when the plan may have read it until the call. */
  readonly states: readonly string[];
}

/** Every target of the binding's port that there was since the plan was made. */
export const seenTargets = ({ watch }: TargetsPlayed, write: OwnWrite): readonly SeenTarget[] => {
  const { targetGroupArn, binding, from, mark, before } = write;
  const ending = `:${binding.port}`;
  return [...watch.health.keys()].flatMap((key) => {
    if (!key.startsWith(`${targetGroupArn} `) || !key.endsWith(ending)) return [];
    const address = key.slice(targetGroupArn.length + 1, -ending.length);
    const states = watch.statesOf(key, from, mark).filter((state) => state !== 'deregistered');
    if (states.length === 0) return [];
    const zone = before.find(({ id, port }) => id === address && port === binding.port)?.zone ?? '';
    return [{ key, address, zone, states }];
  });
};

/** Whether an address is one that a VPC of these worlds may have. */
export const isPlausible = (address: string): boolean => address.startsWith('10.');

/** Whom DNS named while somebody looked. */
export const answersDuring = (
  { watch }: TargetsPlayed,
  hostName: string | undefined,
  { begun, ended }: Look,
): readonly string[] =>
  watch.heard.flatMap((answer) =>
    answer.hostName === hostName &&
    answer.mark > begun.mark &&
    // One that dies does not say so.
    (ended === undefined ? answer.at <= begun.at + PATIENCE : answer.mark < ended.mark)
      ? (answer.addresses ?? [])
      : [],
  );
