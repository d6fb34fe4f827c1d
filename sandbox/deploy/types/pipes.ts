import { each } from '../property-rules.ts';
import { type Creation, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';
import { isRecord, type Properties } from '../template.ts';

interface PipeProperties {
  readonly Name?: string;
  readonly Source?: string;
  readonly DesiredState?: string;
  readonly SourceParameters?: { readonly DynamoDBStreamParameters?: { readonly StartingPosition: string } };
  readonly Tags?: Readonly<Record<string, string>>;
}

/** Between two looks at a pipe that is on its way to another state. */
const LOOK_AGAIN = 1000;

/** Waits until the pipe has arrived where it was going, as CloudFormation does. @throws Error where it failed. */
const untilSettled = async (Name: string, { call, pause }: Creation): Promise<void> => {
  for (;;) {
    const { CurrentState: state, StateReason: reason } = await call('pipes', 'DescribePipe', { Name });
    if (state === 'RUNNING' || state === 'STOPPED') return;
    if (!String(state).endsWith('ING')) throw new Error(`the pipe is ${String(state)}: ${String(reason)}`);
    await pause(LOOK_AGAIN);
  }
};

/**
 * What UpdatePipe is told: it leaves alone what it is not told of, so that what is gone is named with nothing in it.
 *
 * @param depth how far down its own members are left alone by themselves.
 */
const withGone = (before: Properties, after: Properties, depth: number): Properties =>
  Object.fromEntries(
    Object.keys({ ...before, ...after }).map((name) => {
      const [had, has] = [before[name], after[name]];
      if (isRecord(had) && (isRecord(has) || has === undefined)) {
        return [name, depth === 0 ? (has ?? {}) : withGone(had, has ?? {}, depth - 1)];
      }
      return [name, has ?? ''];
    }),
  );

/**
 * Pipes.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Pipes.html
 */
export const pipeTypes: ResourceTypes = {
  'AWS::Pipes::Pipe': resourceType<PipeProperties>({
    properties: {
      ...each('used', 'Name', 'Description', 'DesiredState', 'RoleArn', 'Source', 'SourceParameters'),
      ...each('used', 'Enrichment', 'EnrichmentParameters', 'Target', 'TargetParameters', 'Tags'),
      ...each('accepted', 'LogConfiguration', 'KmsKeyIdentifier'),
    },
    async create(properties, { call, generatedName }) {
      const name = properties.Name ?? generatedName(64);
      const created = await call('pipes', 'CreatePipe', { ...properties, Name: name });
      return {
        ref: name,
        attributes: { Arn: textOf(created, 'Arn'), CurrentState: textOf(created, 'DesiredState') },
      };
    },
    replacing: ['Name', 'Source'],
    inPlace: [
      ...['Description', 'DesiredState', 'RoleArn', 'SourceParameters'],
      ...['Enrichment', 'EnrichmentParameters', 'Target', 'TargetParameters'],
    ],
    async update({ ref, before, after }, creation) {
      const [began, begins] = [before, after].map(
        ({ SourceParameters: source }) => source?.DynamoDBStreamParameters?.StartingPosition,
      );
      if (began !== begins) throw new Error('a change of StartingPosition makes another pipe, which is not modelled');
      const { Source: _, Tags: __, ...changed } = withGone({ ...before }, { DesiredState: 'RUNNING', ...after }, 1);
      await untilSettled(ref, creation);
      await creation.call('pipes', 'UpdatePipe', { ...changed, Name: ref });
      await untilSettled(ref, creation);
    },
    async remove({ ref }, { call }) {
      await call('pipes', 'DeletePipe', { Name: ref });
    },
  }),
};
