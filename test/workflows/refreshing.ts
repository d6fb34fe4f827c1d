import { lookOf } from '../../functions/domain/addresses.ts';
import type { Binding } from '../../functions/domain/binding.ts';
import { nextTargetsStep, planTargets, type Target, type TargetState } from '../../functions/domain/targets.ts';
import { addedBy, NO_TARGETS, recordFor, type TargetsRecord } from '../../functions/domain/targets-record.ts';
import { targetsAttributes } from '../../functions/registry/bindings.ts';
import { START } from '../sandbox/asl/run-definition.ts';
import { SERVICE_ID, theModes } from '../support/builders.ts';
import { CONDITION_FAILED, executing, failing, payload, type Script } from './admission.ts';

/** Executes `refresh-targets` on virtual time, its tasks answered by a script. */
export const refresh = executing('refresh-targets.asl.json', {
  PlanTargets: 'plan-targets:5',
  FindBindings: 'find-bindings:2',
  Ledger: 'ledger-table',
  Bus: 'concierge-bus',
});

export const BINDING_ID = 'orders-postgres';
/** What a person gives, or the watch's event. */
export const BINDING = { bindingId: BINDING_ID };
/** What RDS's event comes to. */
export const SOURCE = { source: { arn: 'arn:aws:rds:us-west-2:123456789012:db-proxy:prx-0abc', name: 'orders' } };
export const GROUP = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/orders/0123456789abcdef';
export const PORT = 5432;
/** Where the ledger has what is known of the binding's targets. */
export const TARGETS_KEY = { pk: { S: 'TARGETS' }, sk: { S: `BINDING#${BINDING_ID}` } };
export const [OLD, NEW] = ['10.0.1.10', '10.0.2.20'] as const;

/** The states of targets, by address. */
export type States = Readonly<Record<string, TargetState>>;

/** One look: what DNS named, and how the targets were. */
export interface Sight {
  readonly named?: readonly string[];
  readonly targets: States;
  /** When, in seconds after the start of the execution. @default ten seconds after the one before */
  readonly seconds?: number;
  /** How many more targets the group takes. */
  readonly room?: number;
  /** What the run deregistered before. */
  readonly removed?: readonly string[];
}

/** A target that was registered by an earlier run. */
export const KNOWN: TargetsRecord = { ...NO_TARGETS, ours: { [OLD]: {} }, applied: [OLD], version: 7 };

const addressesIn = (step: object): readonly string[] =>
  'addresses' in step ? (step.addresses as readonly string[]) : [];

/**
 * What `Observe` returns at one look after the other, as the domain plans it; each look finds the record that the one before had written.
 * DNS missed every address that it does not name as often as is asked for.
 */
export const looks = (
  sights: readonly Sight[],
  { record = KNOWN, binding = {} }: { readonly record?: TargetsRecord; readonly binding?: Partial<Binding> } = {},
): readonly unknown[] => {
  let before = record;
  return sights.map(({ named = [NEW], targets, seconds, room = 100, removed = [] }, index) => {
    const now = new Date(START + (seconds ?? index * 10) * 1000).toISOString();
    const seen: readonly Target[] = Object.entries(targets).map(([address, state]) => ({ address, port: PORT, state }));
    const whole = { port: PORT, ...binding };
    const look = lookOf([named.length === 0 ? { kind: 'empty' } : { kind: 'addresses', addresses: named }], () => true);
    const situation = {
      binding: whole,
      look,
      interfaces: { kind: 'listed', addresses: named } as const,
      targets: seen,
      misses: Object.fromEntries(seen.map(({ address }) => [address, 60])),
      ours: new Set(Object.keys(before.ours)),
      refused: Object.fromEntries(Object.entries(before.refused).map(([address, { until }]) => [address, until])),
      room,
      isCrossZone: true,
      modes: theModes(),
      now,
    };
    const plan = planTargets(situation);
    const step = nextTargetsStep(plan, { ...situation, binding: whole }, { added: addedBy(before), removed });
    const answered = look.kind === 'answered' ? look.addresses : undefined;
    const next = recordFor(before, step, { seen, named: answered, now });
    const { version } = before;
    before = next;
    return payload({
      ...step,
      addresses: addressesIn(step),
      targets: addressesIn(step).map((Id) => ({ Id, Port: PORT })),
      targetGroupArn: GROUP,
      serviceId: SERVICE_ID,
      because: 'because' in step ? step.because : '',
      plan,
      seen: answered?.join(' ') ?? plan.doubt ?? '',
      known: { hostName: 'orders.proxy-abc.us-west-2.rds.amazonaws.com', isCrossZone: true, capacity: 500 },
      record: targetsAttributes(next),
      version,
    });
  });
};

/** The replies of all tasks but `Observe`, where nothing goes wrong. */
const USUAL: Script = {
  'Take the lease': [{}],
  'Note and renew': [{}],
  Register: [{}],
  Deregister: [{}],
  'Record the end': [{}],
  Publish: [{ FailedEntryCount: 0 }],
  'Record the failure': [{}],
};

/** A run whose looks come to this, the reply of every task on its way. */
export const running = (...given: Parameters<typeof looks>): Script => ({ ...USUAL, Observe: looks(...given) });

/** Another address is named: the new one is registered, gets healthy, and the old one goes. */
export const MOVE: readonly Sight[] = [
  { targets: { [OLD]: 'healthy' } },
  { targets: { [OLD]: 'healthy', [NEW]: 'initial' } },
  { targets: { [OLD]: 'healthy', [NEW]: 'healthy' } },
  { targets: { [OLD]: 'draining', [NEW]: 'healthy' }, removed: [OLD] },
];

/** Everything is as it is to be. */
export const STILL: Sight = { named: [OLD], targets: { [OLD]: 'healthy' } };

/** Another run has the lease, or had it when it died. */
export const heldBy = (holder: string, status: string): Script => ({
  ...running([STILL]),
  'Take the lease': [failing(CONDITION_FAILED)],
  'Ask who has it': [{ Item: { execution: { S: holder }, leaseUntil: { S: '2026-11-23T12:03:00.000Z' } } }],
  'Look at its execution': [{ Status: status }],
  'Take over the lease': [{}],
});
