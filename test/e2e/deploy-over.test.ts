import { DescribeStateMachineForExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it, onTestFinished } from 'vitest';
import { holding } from '../../sandbox/clock/clock.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../sandbox/simulated.ts';
import { registerCustomers } from '../../sandbox/stories/customers.ts';
import { Stage } from '../../sandbox/stories/stage.ts';
import { assembly } from '../support/assembly.ts';
import { changedAssembly, logicalIdOf, type Template } from '../support/changed-assembly.ts';

const TELLING = `
const handle = exports.handler;
exports.handler = async (event, context) => {
  console.log('the new code');
  return handle(event, context);
};
`;

/** A state by another name: the definition is another one, and the log shows which of them a run went by. */
const renameState = (template: Template): void => {
  const machine = template.Resources[logicalIdOf(template, 'AdmitConnectionStateMachine')];
  const text = JSON.stringify(machine?.Properties);
  Object.assign(machine?.Properties ?? {}, JSON.parse(text.replaceAll('Look again later', 'Look once more')));
};

const inWorld = async (directory = assembly()) => {
  const world = await createSimulatedWorld({ assembly: directory, seed: 1 });
  onTestFinished(() => world.host.close());
  const stage = new Stage(world);
  const sfn = new SFNClient(world.clientConfig('operator'));

  /** Lets time pass until this has come to its end. */
  const settled = async <T>(work: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    if (!(await world.clock.run(() => isOver))) throw new Error('It waits for what never comes.');
    return work;
  };
  const { serviceId, serviceName } = await settled(stage.endpointService('orders'));
  await settled(registerCustomers(stage, serviceId));

  /** Runs `admit-connection` for an endpoint that EC2 never lists: it waits, and looks several times. */
  const start = async (vpcEndpointId: string): Promise<string> => {
    const input = JSON.stringify({ serviceId, vpcEndpointId });
    const command = new StartExecutionCommand({ stateMachineArn: stage.output('AdmitConnectionArn'), input });
    return (await settled(holding(world.clock, () => sfn.send(command)))).executionArn ?? '';
  };
  const definitionOf = async (executionArn: string): Promise<string> => {
    const command = new DescribeStateMachineForExecutionCommand({ executionArn });
    return (await settled(holding(world.clock, () => sfn.send(command)))).definition ?? '';
  };
  return {
    world,
    stage,
    serviceId,
    serviceName,
    settled,
    start,
    definitionOf,
    until: async (who: string, what: RegExp): Promise<void> => {
      const isReached = await world.clock.run(() => seen(world, who).some((entry) => what.test(entry)));
      if (!isReached) throw new Error(`${who} never was at ${what}.`);
    },
    deployOver: (change: Parameters<typeof changedAssembly>[0]) => settled(world.deployOver(changedAssembly(change))),
  };
};

/** What a run did, in order. */
const seen = (world: SimulatedWorld, who: string): readonly string[] =>
  world.journal.entries.filter((entry) => entry.kind === 'state' && entry.who === who).map(({ what }) => what);

/** How often the new code ran, by now. */
const newCode = (world: SimulatedWorld): number =>
  world.journal.entries.filter(({ kind, detail }) => kind === 'log' && JSON.stringify(detail).includes('the new code'))
    .length;

const waited = (states: readonly string[]): readonly string[] => [
  ...new Set(states.filter((what) => what === 'entered Look again later' || what === 'entered Look once more')),
];

const ENDED = /^execution (?!RUNNING)/;

describe('a deployment in the middle of an execution', () => {
  it('changes nothing for it, neither its states nor the code that it runs; the next one runs the new', async () => {
    const { world, start, until, deployOver, definitionOf } = await inWorld();
    const first = await start('vpce-00000001');
    await until(first, /^entered Look again later$/);

    await deployOver({ code: { DecideConnection: TELLING }, template: renameState });
    expect(seen(world, first).some((what) => ENDED.test(what))).toBe(false);
    await until(first, ENDED);

    expect(waited(seen(world, first))).toEqual(['entered Look again later']);
    expect(seen(world, first).filter((what) => what === 'entered Look again later').length).toBeGreaterThan(1);
    expect(newCode(world)).toBe(0);
    expect(await definitionOf(first)).not.toContain('Look once more');

    const second = await start('vpce-00000002');
    await until(second, ENDED);
    expect(waited(seen(world, second))).toEqual(['entered Look once more']);
    expect(newCode(world)).toBeGreaterThan(1);
    expect(await definitionOf(second)).toContain('Look once more');
    expect(seen(world, second).at(-1)).toBe(seen(world, first).at(-1));
  });

  it('touches what changed and what refers to it, nothing else', async () => {
    const { deployOver } = await inWorld();
    const { changes } = await deployOver({ code: { DecideConnection: TELLING } });
    const plain = (ids: readonly string[]) => ids.map((id) => id.replace(/[0-9A-F]{8}([0-9a-f]{32})?$/, '')).sort();
    expect(plain(changes.created)).toEqual(['DecideConnectionFunctionCurrentVersion']);
    expect(plain(changes.updated)).toEqual(['AdmitConnectionStateMachine', 'DecideConnectionFunction']);
    expect(changes.deleted).toEqual([]);
    expect(plain(changes.kept)).toContain('DecideConnectionFunctionCurrentVersion');
  });

  it('the same assembly - nothing at all', async () => {
    const { world, deployOver } = await inWorld();
    const calls = world.journal.entries.length;
    const { changes } = await deployOver({});
    expect({ ...changes, kept: [] }).toEqual({ created: [], updated: [], deleted: [], kept: [] });
    expect(world.journal.entries.length).toBe(calls);
  });

  it('same seed - the same log, byte for byte', async () => {
    const log = async (): Promise<string> => {
      const { world, start, until, deployOver } = await inWorld();
      const first = await start('vpce-00000001');
      await until(first, /^entered Look again later$/);
      await deployOver({ code: { DecideConnection: TELLING, IntakeReadRequests: TELLING }, template: renameState });
      await until(first, ENDED);
      const text = world.journal.toText();
      await world.host.close();
      return text;
    };
    expect(await log()).toBe(await log());
  });
});

describe('requests while the pipe is updated', () => {
  it('every one is answered, by the old reader or by the new', async () => {
    const { world, stage, serviceId, serviceName, settled, deployOver } = await inWorld();
    await settled(stage.openPortal());
    const request = () => settled(stage.createEndpoint('333333333333', serviceName));
    const answered = (endpointId: string) =>
      settled(
        stage.until(`an answer to ${endpointId}`, async () => {
          const { decisions } = await stage.request(serviceId, endpointId);
          return decisions.length > 0 ? decisions : undefined;
        }),
      );
    const before = await request();
    // Its notice is in the queue: the pipe is about to take it.
    await world.clock.run(() => world.journal.entries.some(({ what }) => what === 'sqs:SendMessage'));
    const { changes } = await deployOver({ code: { IntakeReadRequests: TELLING } });
    expect(changes.updated.join()).toMatch(/IntakePipe[0-9A-F]{8}/);
    const after = await request();

    expect(await answered(before)).toMatchObject([{ outcome: 'rejected' }]);
    expect(await answered(after)).toMatchObject([{ outcome: 'rejected' }]);
    expect(newCode(world)).toBeGreaterThan(0);
    // The batch in hand is read by the version that the pipe still names: nothing is refused and taken again later.
    expect(world.journal.entries.filter(({ what }) => what === 'pipes batch failed')).toEqual([]);
  });
});

describe('what the world shows', () => {
  it('outputs of the newest template, and no new ones after a refusal', async () => {
    const { world, stage, deployOver } = await inWorld();
    const named = (Outputs: object) => (template: Template) => Object.assign(template, { Outputs });
    await deployOver({ template: named({ Fresh: { Value: 'yes' } }) });
    expect(stage.output('Fresh')).toBe('yes');
    expect(() => stage.output('RegistryTable')).toThrow('no output RegistryTable');

    const impossible = (template: Template): void => {
      const registry = template.Resources[logicalIdOf(template, 'TablesRegistry')];
      Object.assign(registry?.Properties ?? {}, { TableName: 'other' });
      named({ Fresher: { Value: 'yes' } })(template);
    };
    await expect(deployOver({ template: impossible })).rejects.toThrow(
      /TablesRegistry\w{8} \(AWS::DynamoDB::GlobalTable\): a change of TableName is not modelled/,
    );
    expect(Object.keys(world.deployment.outputs)).toEqual(['Fresh']);
  });

  it('one deployment at a time', async () => {
    const { world, settled } = await inWorld();
    const directory = changedAssembly({ code: { IntakeReadRequests: TELLING } });
    const [first, second] = await settled(
      Promise.allSettled([world.deployOver(directory), world.deployOver(directory)]),
    );
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: { message: expect.stringMatching(/^Another deployment is under way/) } });
  });
});
