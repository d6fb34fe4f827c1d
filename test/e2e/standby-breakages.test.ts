import { describe, expect, it } from 'vitest';
import { failover } from '../../sandbox/stories/failover.ts';
import type { Story } from '../../sandbox/stories/story.ts';
import { assemblyOfTwoRegions } from '../support/assembly.ts';
import { logicalIdOf } from '../support/changed-assembly.ts';
import { brokenAssembly, type Template, wholeTemplate } from './broken-assembly.ts';
import { casesOf, isNoticed, statementsOf, without } from './noticing.ts';

const PLACE = {
  whole: assemblyOfTwoRegions(),
  stack: 'PrivateLinkConciergeStandby',
};

/** A world of two regions, on a machine that does other things as well. */
const PATIENCE = 120_000;

/** What a case waits for: a record has its turn once in a quarter of an hour. */
const LONGEST = 20 * 60_000;

const story = (...names: readonly string[]): Story => ({ ...failover, cases: casesOf(failover, ...names) });

/** A flip by a person's word: it needs all that writes a record, and a latch. */
const flipped = story('a planned failover');
const shared = story('two records of one zone');
const edited = story('a person edits a set by hand');
const refreshed = story('a refresh changes addresses');
const tried = story('tried first');
const takenAway = story('a record is taken away');
const deleted = story('an entry is deleted by hand');
const lost = story('the primary’s region is gone');

/** What needs a statement, and a rule that hears nothing: what comes by two ways is seen to miss one where the other is not there. */
interface Need {
  readonly needing: Story;
  readonly deaf?: string;
}

/** A refresh is followed by its event alone. */
const byEvent: Need = { needing: refreshed, deaf: 'FailoverRecordDriftDetected' };
/** An alarm is seen by the watch alone. */
const byWatch: Need = { needing: story('the primary is ill'), deaf: 'FailoverAlarmThere' };

/** What needs a statement more than a flip does. */
const NEEDED_ELSEWHERE: Readonly<Record<string, Need>> = {
  'FailoverUpdateFailoverRoleDefaultPolicy Allow: states:DescribeExecution': { needing: shared },
  'FailoverUpdateFailoverRoleDefaultPolicy Allow: states:StartExecution': byEvent,
  'FailoverUpdateFailoverStateMachineEventsRoleDefaultPolicy Allow: states:StartExecution': byEvent,
  'FailoverFindRecordsRoleDefaultPolicy Allow: dynamodb:Query': byEvent,
  'FailoverWatchFailoverRoleDefaultPolicy Allow: dynamodb:DescribeTable': { needing: deleted },
  'FailoverWatchFailoverRoleDefaultPolicy Allow: cloudwatch:DescribeAlarms, elasticloadbalancing:DescribeTargetHealth, xray:PutTelemetryRecords, xray:PutTraceSegments':
    byWatch,
  'FailoverScheduleRoleDefaultPolicy Allow: lambda:InvokeFunction': { needing: lost },
};

const needOf = (name: string): Need => {
  const found = NEEDED_ELSEWHERE[name];
  if (found !== undefined) return found;
  if (name.startsWith('FailoverCompareRecord')) return { needing: tried };
  if (name.startsWith('FailoverWatchFailover')) return { needing: edited };
  return { needing: name.startsWith('FailoverFindRecords') ? refreshed : flipped };
};

/** Has a rule hear nothing. It is there still, since policies name it. */
const deafen = (template: Template, rule: string | undefined): void => {
  if (rule === undefined) return;
  const { Properties } = template.Resources[logicalIdOf(template, rule)] ?? {};
  Object.assign(Properties ?? {}, { EventPattern: { source: ['nobody'] } });
};

const LOGS = 'the sandbox keeps logs and traces itself, whatever a role may do';
const OTHERS = 'no zone of these cases is another account’s';
const WATCHED =
  'logs:CreateLogDelivery, logs:DeleteLogDelivery, logs:DescribeLogGroups, logs:DescribeResourcePolicies, logs:GetLogDelivery, logs:ListLogDeliveries, logs:PutResourcePolicy, logs:UpdateLogDelivery, xray:GetSamplingRules, xray:GetSamplingTargets, xray:PutTelemetryRecords, xray:PutTraceSegments';

const FUNCTIONS = [
  'PlanFailover',
  'LookUpNames',
  'ConvergeRecord',
  'CompareRecord',
  'AssertLatches',
  'FindRecords',
  'WatchFailover',
];

/** Statements that the story can do without, each with the reason. */
const NOT_NEEDED_HERE: Readonly<Record<string, string>> = {
  'DeadLettersQueuePolicy Deny: sqs:*': 'it forbids calls without TLS, and the sandbox counts loopback as TLS',
  'DeadLettersQueuePolicy Allow: sqs:SendMessage': 'nothing of these cases becomes a dead letter',
  ...Object.fromEntries(
    FUNCTIONS.map((name) => [`Failover${name}RoleDefaultPolicy Allow: logs:CreateLogStream, logs:PutLogEvents`, LOGS]),
  ),
  ...Object.fromEntries(
    ['AssertLatches', 'FindRecords', 'LookUpNames'].map((name) => [
      `Failover${name}RoleDefaultPolicy Allow: xray:PutTelemetryRecords, xray:PutTraceSegments`,
      LOGS,
    ]),
  ),
  [`FailoverUpdateFailoverRoleDefaultPolicy Allow: ${WATCHED}`]: LOGS,
  'FailoverConvergeRecordRoleDefaultPolicy Allow: sts:AssumeRole': OTHERS,
  'FailoverCompareRecordRoleDefaultPolicy Allow: sts:AssumeRole': OTHERS,
  'FailoverWatchFailoverRoleDefaultPolicy Allow: sts:AssumeRole': OTHERS,
  'FailoverScheduleRoleDefaultPolicy Allow: sqs:GetQueueAttributes, sqs:GetQueueUrl, sqs:SendMessage':
    'every watch of the cases can be started',
};

describe('a case of the failover story notices that the standby stack lacks', () => {
  it.each(statementsOf(wholeTemplate(PLACE)))(
    '$name',
    async (statement) => {
      const { name } = statement;
      const isNeeded = NOT_NEEDED_HERE[name] === undefined && !name.includes('ec2:CreateNetworkInterface');

      const { needing, deaf } = needOf(name);
      const directory = brokenAssembly((template) => {
        without(statement)(template);
        deafen(template, deaf);
      }, PLACE);

      expect(await isNoticed(directory, needing, LONGEST)).toBe(isNeeded);
    },
    PATIENCE,
  );

  /** One of several actions of a statement, each of which another case needs. */
  it.each([
    ['dynamodb:DeleteItem', takenAway],
    ['route53:DeleteHealthCheck', takenAway],
    ['route53:ListHealthChecks', takenAway],
    ['cloudwatch:DeleteAlarms', takenAway],
    ['elasticloadbalancing:DescribeTargetHealth', refreshed],
  ])(
    'one action alone: %s',
    async (action, needing) => {
      const directory = brokenAssembly(({ Resources }) => {
        for (const { Properties } of Object.values(Resources)) {
          for (const statement of Properties?.PolicyDocument?.Statement ?? []) {
            if (!Array.isArray(statement.Action)) continue;
            Object.assign(statement, { Action: statement.Action.filter((each) => each !== action) });
          }
        }
      }, PLACE);

      expect(await isNoticed(directory, needing, LONGEST)).toBe(true);
    },
    PATIENCE,
  );

  it.each([byEvent, byWatch])(
    'nothing, where only $deaf hears nothing',
    async ({ needing, deaf }) => {
      const directory = brokenAssembly((template) => deafen(template, deaf), PLACE);

      expect(await isNoticed(directory, needing, LONGEST)).toBe(false);
    },
    PATIENCE,
  );

  it.each(
    [flipped, shared, edited, refreshed, tried, takenAway, deleted, lost].map(
      (needing) => [needing.cases[0]?.name, needing] as const,
    ),
  )(
    'nothing, where nothing is broken: %s',
    async (_name, needing) => {
      expect(
        await isNoticed(
          brokenAssembly(() => undefined, PLACE),
          needing,
          LONGEST,
        ),
      ).toBe(false);
    },
    PATIENCE,
  );
});
