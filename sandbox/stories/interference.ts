import type { Clock } from '../clock/clock.ts';
import { type Call, OPERATOR } from '../cloud.ts';
import { type Fault, faultWords } from '../faults/fault.ts';
import { injectFaults } from '../faults/inject.ts';
import type { ControlPlaneCalls } from '../services/route53/control-plane.ts';
import type { World } from '../world.ts';

/** What a story does to the world itself, that nobody could do on AWS: it stands between whoever calls and what is called. */
export class Interference {
  readonly clock: Clock;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.clock = world.clock;
  }

  /** Cuts a region off from everybody. @returns how to heal it. */
  cutOff(region: string): () => void {
    return this.#world.cutOff(region);
  }

  /** Route 53's API takes no calls from now on; what it answers in DNS goes on. @returns how to end it, with what was asked of it meanwhile. */
  loseRoute53(): () => ControlPlaneCalls {
    const { controlPlane } = this.#world.route53;
    const before = controlPlane.calls;
    controlPlane.down();
    return () => {
      controlPlane.up();
      const { all, changes } = controlPlane.calls;
      return { all: all - before.all, changes: changes - before.changes };
    };
  }

  /** Counts the calls of AWS that roles of the stack make from now on: `{ 'ec2:DescribeVpcEndpointConnections': 2 }`. @returns how to end it, with the counts up to then. */
  countCalls(): () => Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    const leave = this.#world.journal.listen(({ kind, who, what }) => {
      if (kind === 'call' && who.includes(':assumed-role/')) counts[what] = (counts[what] ?? 0) + 1;
    });
    return () => {
      leave();
      return counts;
    };
  }

  /** Makes the next call of this action again after each of these waits, as services do that deliver at least once. */
  repeatNext(service: string, action: string, ...waits: readonly number[]): void {
    this.#onNext(service, action, async (next) => {
      for (const milliseconds of waits) this.clock.after(milliseconds, () => void next());
      return next();
    });
  }

  /** Does something just before the next call of this action is made; `by` is a part of the caller's ARN, `about` of the input. */
  before(service: string, action: string, then: () => Promise<void>, by = '', about = ''): void {
    const makeLater = async (next: () => Promise<unknown>): Promise<unknown> => {
      await then();
      return next();
    };
    this.#onNext(service, action, makeLater, by, about);
  }

  /** Has the sweep come as often as an expression says: a story that waits for weeks need not see thousands. */
  sweepEvery(expression: string): Promise<void> {
    return this.#every('Sweep', expression);
  }

  /** The same of the watch of addresses: where nothing is bound, it need not look each minute. */
  watchEvery(expression: string): Promise<void> {
    return this.#every('Targets', expression);
  }

  /** PrivateLink's notices are lost from now on. @returns how to end it. */
  loseNotices(): () => void {
    return this.#world.cloud.intercept((call, next) => {
      const isNotice = call.service === 'sns' && call.action === 'Publish' && call.principal.kind === 'service';
      return isNotice ? Promise.resolve({ MessageId: 'lost' }) : next();
    });
  }

  /** Things go wrong from now on, as the script says. @returns how to end it; whatever did not happen by then has failed the story. */
  break(...faults: readonly Fault[]): () => void {
    const injection = injectFaults(this.#world, faults);
    return () => {
      const [missed] = injection.waiting;
      injection.stop();
      if (missed !== undefined) throw new Error(`it never came to ${faultWords(missed)}`);
    };
  }

  #onNext(
    service: string,
    action: string,
    stand: (next: () => Promise<unknown>) => Promise<unknown>,
    by = '',
    about = '',
  ): void {
    const leave = this.#world.cloud.intercept((call: Call, next) => {
      const isIt =
        call.service === service &&
        call.action === action &&
        call.principal.arn.includes(by) &&
        JSON.stringify(call.input ?? null).includes(about);
      if (!isIt) return next();
      leave();
      return stand(next);
    });
  }

  async #every(construct: string, expression: string): Promise<void> {
    const call = (action: string, input: object): Promise<unknown> =>
      this.#world.cloud.invoke({ service: 'scheduler', action, input, principal: OPERATOR });
    const { Schedules = [] } = (await call('ListSchedules', {})) as { Schedules?: readonly { Name: string }[] };
    for (const { Name } of Schedules.filter((each) => each.Name.includes(construct))) {
      const { FlexibleTimeWindow, Target } = (await call('GetSchedule', { Name })) as Record<string, unknown>;
      await call('UpdateSchedule', { Name, FlexibleTimeWindow, Target, ScheduleExpression: expression });
    }
  }
}
