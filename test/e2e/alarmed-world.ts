import { OPERATOR } from '../../sandbox/cloud.ts';
import type { SimulatedWorld } from '../../sandbox/simulated.ts';
import { Stage } from '../../sandbox/stories/stage.ts';

const MINUTE = 60_000;

/** A world in which somebody can bring about what alarms are for. */
export class AlarmedWorld {
  readonly world: SimulatedWorld;
  readonly stage: Stage;

  constructor(world: SimulatedWorld) {
    this.world = world;
    this.stage = new Stage(world);
  }

  /** Has the world go on until something is done. */
  async until<T>(doing: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    doing.then(over, over);
    await this.world.clock.run(() => isOver);
    return doing;
  }

  /** Calls as the operator. */
  async call<T>(service: string, action: string, input: object): Promise<T> {
    return (await this.until(this.world.cloud.invoke({ service, action, input, principal: OPERATOR }))) as T;
  }

  /** Lets some minutes pass. */
  async pass(minutes: number): Promise<void> {
    const { clock } = this.world;
    await clock.run(() => false, clock.now() + minutes * MINUTE);
  }

  /** The physical id of the resource of a type in a construct. */
  resource(type: string, construct: string): string {
    const [found, ...more] = [...this.world.deployment.resources].filter(
      ([id, resource]) => resource.type === type && id.startsWith(construct),
    );
    if (found === undefined || more.length > 0) throw new Error(`${construct} has not one ${type}.`);
    return found[1].physicalId;
  }

  /** The physical ids of all resources of a type. */
  all(type: string): readonly string[] {
    return [...this.world.deployment.resources.values()]
      .filter((one) => one.type === type)
      .map((one) => one.physicalId);
  }

  /** The state of the alarm with this logical id. */
  stateOf(alarm: string): string | undefined {
    return this.world.metrics.alarms()[this.world.deployment.resources.get(alarm)?.physicalId ?? ''];
  }
}
