import { describe, expect, it } from 'vitest';
import type { Call } from '../../sandbox/cloud.ts';
import { simulate } from '../../sandbox/simulated.ts';
import { admission } from '../../sandbox/stories/admission.ts';
import { holds } from '../../sandbox/stories/holds.ts';
import { leftovers } from '../../sandbox/stories/leftovers.ts';
import { life } from '../../sandbox/stories/life.ts';
import { isAsExpected, type Story } from '../../sandbox/stories/story.ts';
import { sweeps } from '../../sandbox/stories/sweeps.ts';
import { targets } from '../../sandbox/stories/targets.ts';
import { assembly } from '../support/assembly.ts';
import { brokenAssembly, deafRule, wholeTemplate } from './broken-assembly.ts';
import { casesOf, isNoticed, statementsOf, without } from './noticing.ts';

/** Few cases that need every permission between them; the first one needs most, so that most breakages end the story there. */
const essence: Story = {
  ...leftovers,
  cases: [...casesOf(leftovers, 'stopped before the decision'), ...casesOf(admission, 'no registry entry')],
};
/** What happens once a customer leaves. */
const departure: Story = { ...leftovers, cases: casesOf(leftovers, 'the only place is freed') };

/** A request of which no notice comes. */
const unheard: Story = { ...sweeps, cases: casesOf(sweeps, 'no notice comes') };
/** A contract that is changed while a request is held for it. */
const changed: Story = { ...sweeps, cases: casesOf(sweeps, 'the contract is changed') };

/** A proxy whose addresses change; and a run that is stopped in the middle of that. */
const followed: Story = { ...targets, cases: casesOf(targets, 'all nodes at once') };
const stopped: Story = { ...targets, cases: casesOf(targets, 'a run is stopped half-way') };

/** Statements that another story needs. */
const NEEDED_ELSEWHERE: Readonly<Record<string, Story>> = {
  // Whoever waits for a person must be woken.
  'AdmitConnectionRoleDefaultPolicy Allow: states:SendTaskSuccess': {
    ...holds,
    cases: casesOf(holds, 'a person approves'),
  },
  // Who answered, we or a person, is in the ledger.
  'IntakeReadRequestsRoleDefaultPolicy Allow: dynamodb:BatchGetItem': {
    ...holds,
    cases: casesOf(holds, 'a person rejects it in the EC2 console'),
  },
  // What no event tells must be found.
  'SweepListDifferencesRoleDefaultPolicy Allow: ec2:DescribeVpcEndpointConnections, ec2:DescribeVpcEndpointServicePermissions, xray:PutTelemetryRecords, xray:PutTraceSegments':
    unheard,
  'SweepListDifferencesRoleDefaultPolicy Allow: dynamodb:DescribeTable, dynamodb:Scan': unheard,
  'SweepListDifferencesRoleDefaultPolicy Allow: dynamodb:Query': unheard,
  'SweepListDifferencesRoleDefaultPolicy Allow: events:PutEvents': unheard,
  'SweepScheduleRoleDefaultPolicy Allow: lambda:InvokeFunction': unheard,
  // What changes in the registry must be looked at soon.
  'SweepPipeRoleDefaultPolicy Allow: dynamodb:DescribeStream, dynamodb:GetRecords, dynamodb:GetShardIterator': changed,
  'SweepPipeRoleDefaultPolicy Allow: dynamodb:ListStreams': changed,
  'SweepPipeRoleDefaultPolicy Allow: lambda:InvokeFunction': changed,
  // Who is no longer entitled must be disconnected.
  'DecideRevocationRoleDefaultPolicy Allow: ec2:DescribeVpcEndpointConnections, xray:PutTelemetryRecords, xray:PutTraceSegments':
    life,
  'DecideRevocationRoleDefaultPolicy Allow: dynamodb:BatchGetItem, dynamodb:Query': life,
  'DecideRevocationRoleDefaultPolicy Allow: dynamodb:DescribeTable, dynamodb:Scan': life,
  'RevokeConnectionRoleDefaultPolicy Allow: dynamodb:PutItem, dynamodb:UpdateItem': life,
  'RevokeConnectionRoleDefaultPolicy Allow: events:PutEvents': life,
  'RevokeConnectionRoleDefaultPolicy Allow: lambda:InvokeFunction': life,
  'RevokeConnectionRoleDefaultPolicy Allow: sqs:SendMessage': life,
  'ReconcileRoleDefaultPolicy Allow: events:PutEvents': { ...sweeps, cases: casesOf(sweeps, 'a contract ends') },
  // Who finds a lease asks whether its holder still runs.
  'TargetsRefreshTargetsRoleDefaultPolicy Allow: states:DescribeExecution': stopped,
  // A run that fails comes again with every sweep.
  'ReconcileRoleDefaultPolicy Allow: lambda:InvokeFunction': { ...sweeps, cases: casesOf(sweeps, 'nothing happens') },
};

/** The story that needs a statement. */
const storyFor = (name: string): Story => NEEDED_ELSEWHERE[name] ?? (name.startsWith('Targets') ? followed : essence);

const LOGS = 'the sandbox keeps logs and traces itself, whatever a role may do';

const SETTLING = 'no run of the stories leaves a place behind that no run gives back: settle-place.test.ts notices';
const STARTED = 'every sweep of the stories can be started';
const CONVERGING = 'no request depends on it: converge-principals.test.ts notices';

const HINTS = 'an event of RDS is a hint: the watch finds what it would have told, a minute later';

const WATCHED =
  'logs:CreateLogDelivery, logs:DeleteLogDelivery, logs:DescribeLogGroups, logs:DescribeResourcePolicies, logs:GetLogDelivery, logs:ListLogDeliveries, logs:PutResourcePolicy, logs:UpdateLogDelivery, xray:GetSamplingRules, xray:GetSamplingTargets, xray:PutTelemetryRecords, xray:PutTraceSegments';

/** Statements that the story can do without, each with the reason. */
const NOT_NEEDED_HERE: Readonly<Record<string, string>> = {
  'IntakeDeadLettersQueuePolicy Deny: sqs:*': 'it forbids calls without TLS, and the sandbox counts loopback as TLS',
  'IntakeQueuePolicy Deny: sqs:*': 'it forbids calls without TLS, and the sandbox counts loopback as TLS',
  'AnswersQueuePolicy Deny: sqs:*': 'it forbids calls without TLS, and the sandbox counts loopback as TLS',
  'IntakeTopicPolicy Deny: sns:Publish': 'it forbids calls without TLS, and the sandbox counts loopback as TLS',
  'IntakeDeadLettersQueuePolicy Allow: sqs:SendMessage': 'nothing of this story becomes a dead letter',
  'IntakeDeadLettersQueuePolicy Allow: sqs:GetQueueAttributes, sqs:GetQueueUrl, sqs:SendMessage':
    'every notice of this story can be read',
  'IntakeKey Allow: kms:*': 'it is for the administrators of the key',
  'IntakeReadRequestsRoleDefaultPolicy Allow: logs:CreateLogStream, logs:PutLogEvents': LOGS,
  'DecideConnectionRoleDefaultPolicy Allow: logs:CreateLogStream, logs:PutLogEvents': LOGS,
  'AnswersAnswerConnectionsRoleDefaultPolicy Allow: logs:CreateLogStream, logs:PutLogEvents': LOGS,
  'ConvergePrincipalsRoleDefaultPolicy Allow: logs:CreateLogStream, logs:PutLogEvents': LOGS,
  'ConvergePrincipalsRoleDefaultPolicy Allow: ec2:DescribeVpcEndpointServicePermissions, xray:PutTelemetryRecords, xray:PutTraceSegments':
    CONVERGING,
  'ConvergePrincipalsRoleDefaultPolicy Allow: ec2:ModifyVpcEndpointServicePermissions': CONVERGING,
  'ConvergePrincipalsRoleDefaultPolicy Allow: dynamodb:BatchGetItem, dynamodb:Query': CONVERGING,
  'ConvergePrincipalsRoleDefaultPolicy Allow: dynamodb:BatchGetItem, dynamodb:UpdateItem': CONVERGING,
  'SweepListDifferencesRoleDefaultPolicy Allow: logs:CreateLogStream, logs:PutLogEvents': LOGS,
  'SettlePlaceRoleDefaultPolicy Allow: logs:CreateLogStream, logs:PutLogEvents': LOGS,
  'SettlePlaceRoleDefaultPolicy Allow: ec2:DescribeVpcEndpointConnections, xray:PutTelemetryRecords, xray:PutTraceSegments':
    SETTLING,
  'SettlePlaceRoleDefaultPolicy Allow: dynamodb:BatchGetItem, dynamodb:UpdateItem': SETTLING,
  'SweepScheduleRoleDefaultPolicy Allow: sqs:GetQueueAttributes, sqs:GetQueueUrl, sqs:SendMessage': STARTED,
  'SweepPipeRoleDefaultPolicy Allow: sqs:GetQueueAttributes, sqs:GetQueueUrl, sqs:SendMessage': STARTED,
  'DecideRevocationRoleDefaultPolicy Allow: logs:CreateLogStream, logs:PutLogEvents': LOGS,
  'RevokeConnectionRoleDefaultPolicy Allow: states:DescribeExecution':
    'no run of the stories finds the request in other hands: each-step-of-revocation.test.ts notices',
  [`RevokeConnectionRoleDefaultPolicy Allow: ${WATCHED}`]: LOGS,
  [`AdmitConnectionRoleDefaultPolicy Allow: ${WATCHED}`]: LOGS,
  [`ReconcileRoleDefaultPolicy Allow: ${WATCHED}`]: LOGS,
  [`TargetsRefreshTargetsRoleDefaultPolicy Allow: ${WATCHED}`]: LOGS,
  'TargetsPlanTargetsRoleDefaultPolicy Allow: logs:CreateLogStream, logs:PutLogEvents': LOGS,
  'TargetsFindBindingsRoleDefaultPolicy Allow: logs:CreateLogStream, logs:PutLogEvents': LOGS,
  'TargetsWatchTargetsRoleDefaultPolicy Allow: logs:CreateLogStream, logs:PutLogEvents': LOGS,
  'TargetsScheduleRoleDefaultPolicy Allow: sqs:GetQueueAttributes, sqs:GetQueueUrl, sqs:SendMessage':
    'every watch of the stories can be started',
  'TargetsFindBindingsRoleDefaultPolicy Allow: dynamodb:Query': HINTS,
  'TargetsFindBindingsRoleDefaultPolicy Allow: rds:DescribeDBProxies, xray:PutTelemetryRecords, xray:PutTraceSegments':
    HINTS,
  'TargetsRefreshTargetsRoleDefaultPolicy Allow: states:StartExecution': HINTS,
  'TargetsRefreshTargetsRoleDefaultPolicy Allow: events:PutEvents':
    'nobody in the stories hears what was refreshed: refresh-targets.test.ts notices',
};

describe('the story notices', () => {
  it.each(statementsOf(wholeTemplate()))('$name', async (statement) => {
    const { name } = statement;

    expect(await isNoticed(brokenAssembly(without(statement)), storyFor(name))).toBe(
      NOT_NEEDED_HERE[name] === undefined,
    );
  });

  it('nothing, where nothing is broken', async () => {
    expect(
      await isNoticed(
        brokenAssembly(() => undefined),
        essence,
      ),
    ).toBe(false);
    expect(
      await isNoticed(
        brokenAssembly(() => undefined),
        departure,
      ),
    ).toBe(false);
  });

  it.each([
    ['RunFailed', essence],
    ['ConnectionRequested', essence],
    ['ConnectionChanged', departure],
  ])('that the rule %s is not there', async (rule, story) => {
    expect(await isNoticed(deafRule(rule), story)).toBe(true);
  });

  it('that nobody is told of an endpoint that leaves', async () => {
    const directory = brokenAssembly(({ Resources }) => {
      for (const { Type, Properties } of Object.values(Resources)) {
        if (Type === 'AWS::EC2::VPCEndpointConnectionNotification') {
          Object.assign(Properties, { ConnectionEvents: ['Connect'] });
        }
      }
    });

    expect(await isNoticed(directory, departure)).toBe(true);
  });

  it("a rule's pattern that is off by one letter", async () => {
    const directory = brokenAssembly(({ Resources }) => {
      for (const { Type, Properties } of Object.values(Resources)) {
        if (Type !== 'AWS::Events::Rule') continue;
        const pattern = JSON.stringify(Properties.EventPattern);
        Properties.EventPattern = JSON.parse(pattern.replace('Connection Requested', 'Connection Request'));
      }
    });

    expect(await isNoticed(directory, essence)).toBe(true);
  });

  it.each([
    ['AcceptVpcEndpointConnections', 'deleted before our Accept'],
    ['RejectVpcEndpointConnections', 'deleted before our Reject'],
  ])('that nobody hears of the Unsuccessful of %s', async (action, name) => {
    const deaf = async (call: Call, next: () => Promise<unknown>) => {
      const output = await next();
      return call.action === action ? { Unsuccessful: [] } : output;
    };
    const { played } = await simulate(admission, { assembly: assembly(), seed: 1, interceptor: deaf });

    expect(played.filter((each) => !isAsExpected(each)).map((each) => each.name)).toEqual([name]);
  });
});
