import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONNECTION_CHANGED_PATTERN } from '../../events/connection-changed.ts';
import { CONNECTION_REQUESTED_PATTERN } from '../../events/connection-requested.ts';
import { FAILOVER_PATTERN, PROXY_CHANGED_PATTERN } from '../../events/database-changed.ts';
import { TARGET_DRIFT_DETECTED_PATTERN } from '../../events/target-drift-detected.ts';
import { WORKFLOWS } from '../../workflows/catalog.ts';
import { inWords, type Json, nameOf, type Resource, resourcesOf, standbyOf, synthesise } from './support.ts';

const template = synthesise('sandbox');
const named = (type: string, name: string): Resource['Properties'] => {
  const [, resource] = resourcesOf(template, type).find(([id]) => nameOf(id) === name) ?? [];
  if (resource === undefined) throw new Error(`The template has no ${type} ${name}.`);
  return resource.Properties;
};
const machineNamed = (name: string): Resource['Properties'] => named('AWS::StepFunctions::StateMachine', name);
const targetsOf = (rule: string): readonly Record<string, Json>[] =>
  named('AWS::Events::Rule', rule).Targets as readonly Record<string, Json>[];

const MACHINES = [
  ['admit-connection', 'AdmitConnectionStateMachine'],
  ['revoke-connection', 'RevokeConnectionStateMachine'],
  ['reconcile', 'ReconcileStateMachine'],
  ['refresh-targets', 'TargetsRefreshTargetsStateMachine'],
] as const;

it('every workflow of the catalogue is deployed, in one region or the other, and nothing else is', () => {
  const machines = resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(([id]) => nameOf(id));

  expect(machines).toEqual(MACHINES.map(([, machine]) => machine));
  const there = resourcesOf(standbyOf('sandbox-with-standby'), 'AWS::StepFunctions::StateMachine');
  expect(there.map(([id]) => nameOf(id))).toEqual(['FailoverUpdateFailoverStateMachine']);
  expect([...MACHINES.map(([workflow]) => workflow), 'update-failover']).toEqual(Object.keys(WORKFLOWS));
});

describe.each(MACHINES)('%s', (workflow, machine) => {
  const properties = machineNamed(machine);

  it('logs every step without what customers wrote, and is traced', () => {
    expect(properties).toMatchObject({
      StateMachineType: 'STANDARD',
      StateMachineName: `PrivateLinkConcierge-${workflow}`,
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    });
  });

  it('is the file, word for word', () => {
    const file = new URL(`../../workflows/${WORKFLOWS[workflow].file}`, import.meta.url);

    expect(properties.DefinitionString).toBe(readFileSync(file, 'utf8'));
  });

  it('acts under a role of its own', () => {
    expect(inWords(properties.RoleArn)).toBe(`<${machine.replace('StateMachine', 'Role')}.Arn>`);
  });
});

it.each([
  [
    'AdmitConnectionStateMachine',
    'versions of functions, the ledger, the bus and the queue of answers',
    {
      DecideConnection: '<DecideConnectionFunctionCurrentVersion>',
      AnswerQueue: '<AnswersQueue>',
      Ledger: '<TablesLedger>',
      Bus: '<Bus>',
    },
  ],
  [
    'RevokeConnectionStateMachine',
    'versions of functions, the ledger, the bus and the queue of answers',
    {
      DecideRevocation: '<DecideRevocationFunctionCurrentVersion>',
      AnswerQueue: '<AnswersQueue>',
      Ledger: '<TablesLedger>',
      Bus: '<Bus>',
    },
  ],
  [
    'ReconcileStateMachine',
    'the ledger, the bus, its functions and the workflows that it starts',
    {
      Ledger: '<TablesLedger>',
      Bus: '<Bus>',
      AdmitConnection: '<AdmitConnectionStateMachine>',
      RevokeConnection: '<RevokeConnectionStateMachine>',
      ListDifferences: '<SweepListDifferencesFunctionCurrentVersion>',
      ConvergePrincipals: '<ConvergePrincipalsFunctionCurrentVersion>',
      SettlePlace: '<SettlePlaceFunctionCurrentVersion>',
    },
  ],
  [
    'TargetsRefreshTargetsStateMachine',
    'the ledger, the bus and versions of its functions',
    {
      Ledger: '<TablesLedger>',
      Bus: '<Bus>',
      PlanTargets: '<TargetsPlanTargetsFunctionCurrentVersion>',
      FindBindings: '<TargetsFindBindingsFunctionCurrentVersion>',
    },
  ],
])('%s names %s', (machine, _what, expected) => {
  const substitutions = Object.entries(machineNamed(machine).DefinitionSubstitutions as Record<string, Json>);

  expect(Object.fromEntries(substitutions.map(([name, value]) => [name, inWords(value)]))).toEqual(expected);
});

describe('what starts a workflow', () => {
  it.each([
    ['ConnectionRequested', 'AdmitConnectionStateMachine', CONNECTION_REQUESTED_PATTERN, ['seen']],
    ['ConnectionChanged', 'ReconcileStateMachine', CONNECTION_CHANGED_PATTERN, []],
  ])(
    '%s - starts %s, and hands over the ids of the event, what was seen of a request, and nothing else',
    (rule, machine, { source, detailType }, seen) => {
      const fields = ['serviceId', 'vpcEndpointId', ...seen];
      const [target, ...more] = targetsOf(rule);

      expect(named('AWS::Events::Rule', rule).EventPattern).toEqual({ source, 'detail-type': detailType });
      expect(more).toEqual([]);
      expect(inWords(target?.Arn)).toBe(`<${machine}>`);
      expect(target?.InputTransformer).toEqual({
        InputPathsMap: Object.fromEntries(fields.map((field) => [`detail-${field}`, `$.detail.${field}`])),
        InputTemplate: `{${fields.map((field) => `"${field}":<detail-${field}>`).join(',')}}`,
      });
    },
  );

  it('RunFailed - hands over which run it was, how it ended, and its input', () => {
    const [target, ...more] = targetsOf('RunFailed');

    expect(more).toEqual([]);
    expect(inWords(target?.Arn)).toBe('<ReconcileStateMachine>');
    expect(target?.InputTransformer).toEqual({
      InputPathsMap: {
        'detail-executionArn': '$.detail.executionArn',
        'detail-status': '$.detail.status',
        'detail-input': '$.detail.input',
      },
      InputTemplate: '{"executionArn":<detail-executionArn>,"status":<detail-status>,"input":<detail-input>}',
    });
  });

  it('TargetDriftDetected - starts refresh-targets for the binding, and hands over nothing else', () => {
    const [target, ...more] = targetsOf('TargetsTargetDriftDetected');
    const { source, detailType } = TARGET_DRIFT_DETECTED_PATTERN;

    expect(named('AWS::Events::Rule', 'TargetsTargetDriftDetected').EventPattern).toEqual({
      source,
      'detail-type': detailType,
    });
    expect(more).toEqual([]);
    expect(inWords(target?.Arn)).toBe('<TargetsRefreshTargetsStateMachine>');
    expect(target?.InputTransformer).toEqual({
      InputPathsMap: { 'detail-bindingId': '$.detail.bindingId' },
      InputTemplate: '{"bindingId":<detail-bindingId>}',
    });
  });

  it.each([
    ['TargetsProxyChanged', PROXY_CHANGED_PATTERN],
    ['TargetsFailover', FAILOVER_PATTERN],
  ])('%s - hands over to refresh-targets what the event is about', (rule, { detailType, ...pattern }) => {
    const [target, ...more] = targetsOf(rule);

    expect(named('AWS::Events::Rule', rule).EventPattern).toEqual({ ...pattern, 'detail-type': detailType });
    expect(more).toEqual([]);
    expect(inWords(target?.Arn)).toBe('<TargetsRefreshTargetsStateMachine>');
    expect(target?.InputTransformer).toEqual({
      InputPathsMap: {
        'detail-SourceArn': '$.detail.SourceArn',
        'detail-SourceIdentifier': '$.detail.SourceIdentifier',
      },
      InputTemplate: '{"source":{"arn":<detail-SourceArn>,"name":<detail-SourceIdentifier>}}',
    });
  });

  it('AWS’s own event is heard on the default bus, ours on ours', () => {
    const buses = resourcesOf(template, 'AWS::Events::Rule').map(([id, { Properties }]) => [
      nameOf(id),
      inWords(Properties.EventBusName),
    ]);

    expect(Object.fromEntries(buses)).toEqual({
      ConnectionRequested: '<Bus>',
      ConnectionChanged: '<Bus>',
      DifferenceFound: '<Bus>',
      RunFailed: 'undefined',
      NoticeUnreadable: '<Bus>',
      TargetsTargetDriftDetected: '<Bus>',
      TargetsProxyChanged: 'undefined',
      TargetsFailover: 'undefined',
    });
  });

  it('a run of reconcile that fails starts nothing: it would start itself for ever', () => {
    const { detail } = named('AWS::Events::Rule', 'RunFailed').EventPattern as { detail: Record<string, Json> };

    expect(inWords(detail.stateMachineArn)).toBe('<AdmitConnectionStateMachine> | <RevokeConnectionStateMachine>');
    expect(detail.status).toEqual(['FAILED', 'TIMED_OUT', 'ABORTED']);
  });
});
