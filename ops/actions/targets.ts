import { isIP, isIPv4, isIPv6 } from 'node:net';
import * as v from 'valibot';
import { malformed } from '../../functions/domain/errors.ts';
import { plainText } from '../../functions/domain/text.ts';
import { BindingId, parseWith, problemOf } from '../../functions/registry/schemas.ts';
import { createAction, Reason, type Refused, refused } from '../action.ts';
import { whyNot } from '../bindings.ts';
import { type Ending, follow } from '../follow.ts';
import { start } from '../wake.ts';
import { type TargetsDirect, targetsDirect } from './targets-direct.ts';

/** `10.0.0.2`, `127.0.0.1:5353`, `[fd00::2]:53`. */
const ResolverAddress = v.pipe(
  v.string(),
  v.check((text) => isResolver(text), 'not an address of a resolver, such as 10.0.0.2 or 127.0.0.1:5353'),
);

const isResolver = (text: string): boolean => {
  if (isIP(text) !== 0) return true;
  const [, bracketed, plainAddress, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const isPort = port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);
  return isPort && (isIPv6(bracketed ?? '') || isIPv4(plainAddress ?? ''));
};

const Given = v.strictObject({
  bindingId: BindingId,
  /** Does it; absent = says what would be done. */
  apply: v.exactOptional(v.literal(true)),
  /** From this machine, where no run can do it. */
  direct: v.exactOptional(v.literal(true)),
  reason: v.exactOptional(Reason),
  resolver: v.exactOptional(ResolverAddress),
});

const Input = v.pipe(
  Given,
  v.check(
    ({ direct, apply, reason }) => direct === undefined || apply === undefined || reason !== undefined,
    'doing it directly needs a reason: --reason',
  ),
  v.check(
    ({ direct, reason, resolver }) => direct === true || (reason === undefined && resolver === undefined),
    'a reason and a resolver are for --direct',
  ),
  v.check(
    ({ apply, reason }) => reason === undefined || apply === true,
    'a reason is for doing it: give --apply as well, or leave the reason away',
  ),
);

const plain = (maximum: number) =>
  v.pipe(
    v.string(),
    v.transform((text) => plainText(text, maximum)),
  );
const Addresses = v.array(plain(45));

/** A plan as a run gives it out, plain for people. */
const PlanSchema = v.object({
  add: Addresses,
  remove: Addresses,
  isSwap: v.boolean(),
  withheld: v.array(v.object({ address: plain(45), effect: plain(20), because: plain(300) })),
  foreign: Addresses,
  healthy: v.number(),
  doubt: v.exactOptional(plain(300)),
});

const PlannedSchema = v.object({ step: plain(20), because: plain(500), plan: PlanSchema });

const EndedSchema = v.variant('outcome', [
  v.object({ outcome: v.literal('refreshed'), added: Addresses, removed: Addresses, plan: PlanSchema }),
  v.object({ outcome: v.literal('busy'), heldBy: plain(300), heldUntil: plain(40) }),
]);

/** What a run planned when it last looked: addresses, sorted. */
export type ShownPlan = v.InferOutput<typeof PlanSchema>;

/** What would be done about a target group at this moment. Nothing was done. */
export interface TargetsPlanned {
  readonly outcome: 'planned';
  readonly bindingId: string;
  readonly plan: ShownPlan;
  readonly executionArn: string;
}

/** A run brought a target group in line, as far as the witnesses and the modes let it. */
export interface TargetsApplied {
  readonly outcome: 'applied';
  readonly bindingId: string;
  /** What it registered, and what it deregistered. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** What it planned last. */
  readonly plan: ShownPlan;
  readonly executionArn: string;
}

/** A run is at it still. It goes on without us. */
export interface TargetsRunning {
  readonly outcome: 'running';
  readonly bindingId: string;
  readonly executionArn: string;
}

/** Seconds that a person waits: a plan takes some, unless AWS turns its reads away; new targets have ten minutes to get healthy. */
const PATIENCE = { plan: 180, apply: 1200 } as const;

/**
 * Shows what would be done about a target group, or has it done and waits for the end of it. The same workflow does both, and a real run goes
 * by modes and pauses as any other. Directly, it is done from here, without a run.
 *
 * @throws BadInput; `Malformed` for an output that is none of ours; NotFollowed; what AWS throws.
 */
export const targets = createAction(
  Input,
  async (
    { bindingId, apply, direct, reason, resolver },
    services,
  ): Promise<TargetsPlanned | TargetsApplied | TargetsRunning | TargetsDirect | Refused> => {
    if (direct === true) return targetsDirect({ bindingId, reason, resolver }, services);
    const objection = await whyNot(bindingId, services);
    if (objection !== undefined) return refused(objection);
    const executionArn = await start(
      await services.refreshTargets(),
      apply === true ? { bindingId } : { bindingId, dryRun: true },
      services,
    );
    const ending = await follow(executionArn, apply === true ? PATIENCE.apply : PATIENCE.plan, services);
    if (ending.kind === 'running') return { outcome: 'running', bindingId, executionArn };
    if (ending.kind === 'failed') return refused(failed(bindingId, ending, executionArn));
    if (apply !== true) {
      const { plan } = outputOf(PlannedSchema, ending.output, executionArn);
      return { outcome: 'planned', bindingId, plan, executionArn };
    }
    const ended = outputOf(EndedSchema, ending.output, executionArn);
    return ended.outcome === 'busy'
      ? refused(busy(bindingId, ended))
      : { ...ended, outcome: 'applied', bindingId, executionArn };
  },
);

const outputOf = <T>(schema: v.GenericSchema<unknown, T>, output: unknown, executionArn: string): T => {
  const parsed = parseWith(schema, output);
  if (parsed.success) return parsed.output;
  throw malformed(
    `What the run gave out can't be read: ${problemOf(parsed.issues)} (${plainText(executionArn, 300)}). Is this program as new as the stack?`,
  );
};

const busy = (bindingId: string, { heldBy, heldUntil }: { heldBy: string; heldUntil: string }): string =>
  `${bindingId} is busy: ${heldBy === '' ? 'one run after the other' : heldBy} has it in hand${heldUntil === '' ? '' : ` (until ${heldUntil}, or longer)`}. Nothing was done. That run looks again before it ends: see "bindings".`;

/** What to do about a run that failed, where we know. */
const adviceOn = ({ error, cause }: Failure): string | undefined => {
  if (error === 'UnsafePlan') return 'See why the new targets are not healthy: docs/runbook.md#unsafe-plan.';
  if (error === 'Throttled') return 'Give the command again in some minutes.';
  return /not authorized to perform: elasticloadbalancing:(?:R|Der)egisterTargets/.test(cause)
    ? 'Does the target group carry the tag privatelink-concierge=managed?'
    : undefined;
};

type Failure = Extract<Ending, { kind: 'failed' }>;

const failed = (bindingId: string, failure: Failure, executionArn: string): string => {
  const { error, cause } = failure;
  const why = cause === '' ? error : `${error}: ${cause.replace(/\.$/, '')}`;
  const advice = adviceOn(failure);
  return `The run for ${bindingId} failed: ${why} (${plainText(executionArn, 300)}).${advice === undefined ? '' : ` ${advice}`}`;
};
