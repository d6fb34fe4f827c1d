import { describe, expect, it } from 'vitest';
import { failover } from '../../sandbox/stories/failover.ts';
import type { Story } from '../../sandbox/stories/story.ts';
import { synthesise } from '../../sandbox/synth.ts';
import { brokenAssembly, wholeTemplate } from './broken-assembly.ts';
import { casesOf, isNoticed, statementsOf, without } from './noticing.ts';

const PLACE = {
  whole: await synthesise('.sandbox/test-standby', 'sandbox-with-standby'),
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

/** What needs a statement more than a flip does. */
const NEEDED_ELSEWHERE: Readonly<Record<string, Story>> = {
  'FailoverUpdateFailoverRoleDefaultPolicy Allow: states:DescribeExecution': shared,
  'FailoverUpdateFailoverRoleDefaultPolicy Allow: states:StartExecution': refreshed,
  'FailoverUpdateFailoverStateMachineEventsRoleDefaultPolicy Allow: states:StartExecution': refreshed,
  'FailoverWatchFailoverRoleDefaultPolicy Allow: dynamodb:DescribeTable': deleted,
  'FailoverWatchFailoverRoleDefaultPolicy Allow: cloudwatch:DescribeAlarms, elasticloadbalancing:DescribeTargetHealth, xray:PutTelemetryRecords, xray:PutTraceSegments':
    lost,
  'FailoverScheduleRoleDefaultPolicy Allow: lambda:InvokeFunction': lost,
};

const storyFor = (name: string): Story => {
  const found = NEEDED_ELSEWHERE[name];
  if (found !== undefined) return found;
  if (name.startsWith('FailoverCompareRecord')) return tried;
  if (name.startsWith('FailoverWatchFailover')) return edited;
  return name.startsWith('FailoverFindRecords') ? refreshed : flipped;
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

      expect(await isNoticed(brokenAssembly(without(statement), PLACE), storyFor(name), LONGEST)).toBe(isNeeded);
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

  it(
    'nothing, where nothing is broken',
    async () => {
      const all = [flipped, shared, edited, refreshed, tried, takenAway, deleted, lost];
      const cases = all.flatMap((each) => each.cases);

      expect(
        await isNoticed(
          brokenAssembly(() => undefined, PLACE),
          { ...failover, cases },
        ),
      ).toBe(false);
    },
    3 * PATIENCE,
  );
});
