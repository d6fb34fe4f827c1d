import { expect, it } from 'vitest';
import { linesOf, statementsByRole, synthesise } from './support.ts';
it('x', () => {
  const t = synthesise('sandbox');
  for (const [r, s] of statementsByRole(t)) console.log(r, linesOf(s));
  console.log(JSON.stringify(t.findResources('AWS::Events::Rule'), null, 1), JSON.stringify(t.findResources('AWS::IAM::Role'), null, 1));
  for (const ty of ['AWS::SQS::QueuePolicy','AWS::SNS::TopicPolicy','AWS::KMS::Key','AWS::CloudWatch::Alarm','AWS::Pipes::Pipe', 'AWS::SNS::Subscription','AWS::SQS::Queue']) console.log(JSON.stringify(t.findResources(ty), null, 1));
  const sm = Object.values(t.findResources('AWS::StepFunctions::StateMachine'))[0] as any;
  delete sm.Properties.DefinitionString;
  console.log(JSON.stringify(sm,null,1));
  expect(1).toBe(1);
});
