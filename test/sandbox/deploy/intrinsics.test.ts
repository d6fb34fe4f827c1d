import { describe, expect, it } from 'vitest';
import { Resolver } from '../../../sandbox/deploy/intrinsics.ts';
import { resolveParameters } from '../../../sandbox/deploy/parameters.ts';

const $ = (name: string): string => `$\{${name}}`;

const template = {
  Mappings: { Zones: { 'us-west-2': { count: '3' } } },
  Conditions: {
    IsProduction: { 'Fn::Equals': [{ Ref: 'Stage' }, 'production'] },
    IsTest: { 'Fn::Not': [{ Condition: 'IsProduction' }] },
    Both: { 'Fn::And': [{ Condition: 'IsProduction' }, { Condition: 'IsTest' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsProduction' }, { Condition: 'IsTest' }] },
  },
  Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
};

const resolver = new Resolver({
  template,
  parameters: new Map<string, unknown>([
    ['Stage', 'test'],
    ['Regions', ['us-west-2', 'us-east-1']],
  ]),
  pseudo: { 'AWS::Region': 'us-west-2', 'AWS::AccountId': '123456789012' },
  resources: new Map([['Queue', { ref: 'https://queue', attributes: { Arn: 'arn:queue' } }]]),
});

describe('intrinsic functions', () => {
  it.each<readonly [string, unknown, unknown]>([
    ['Ref of a parameter', { Ref: 'Stage' }, 'test'],
    ['Ref of a list', { Ref: 'Regions' }, ['us-west-2', 'us-east-1']],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'us-west-2'],
    ['Ref of a resource', { Ref: 'Queue' }, 'https://queue'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:queue'],
    ['GetAtt as a text', { 'Fn::GetAtt': 'Queue.Arn' }, 'arn:queue'],
    ['Join of values and functions', { 'Fn::Join': ['-', ['a', { Ref: 'Stage' }, 1]] }, 'a-test-1'],
    ['Join of a list parameter', { 'Fn::Join': [',', { Ref: 'Regions' }] }, 'us-west-2,us-east-1'],
    [
      'Sub of names',
      { 'Fn::Sub': `${$('Queue')}|${$('Queue.Arn')}|${$('AWS::Region')}|${$('Stage')}` },
      'https://queue|arn:queue|us-west-2|test',
    ],
    [
      'Sub of its own variables',
      { 'Fn::Sub': [`${$('Me')}-${$('Stage')}`, { Me: { Ref: 'AWS::AccountId' } }] },
      '123456789012-test',
    ],
    ['Sub of a literal', { 'Fn::Sub': `${$('!Keep')}-${$('Stage')}` }, `${$('Keep')}-test`],
    [
      'Sub whose value looks like a variable',
      { 'Fn::Sub': [`${$('A')}${$('B')}`, { A: $('B'), B: '$&' }] },
      `${$('B')}$&`,
    ],
    [
      'Select by number and by text',
      [{ 'Fn::Select': [1, ['a', 'b']] }, { 'Fn::Select': ['0', { Ref: 'Regions' }] }],
      ['b', 'us-west-2'],
    ],
    ['Split', { 'Fn::Split': [':', { 'Fn::GetAtt': ['Queue', 'Arn'] }] }, ['arn', 'queue']],
    ['Select of a Split', { 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    ['If, true', { 'Fn::If': ['IsTest', { Ref: 'Stage' }, 'other'] }, 'test'],
    ['If, the other branch is not looked at', { 'Fn::If': ['IsTest', 1, { Ref: 'Nowhere' }] }, 1],
    ['FindInMap', { 'Fn::FindInMap': ['Zones', { Ref: 'AWS::Region' }, 'count'] }, '3'],
    ['NoValue in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['NoValue in a list', [1, { 'Fn::If': ['IsProduction', 2, { Ref: 'AWS::NoValue' }] }], [1]],
    ['NoValue as a whole', { Ref: 'AWS::NoValue' }, undefined],
    ['Base64', { 'Fn::Base64': 'abc' }, 'YWJj'],
    ['GetAZs', { 'Fn::Select': [2, { 'Fn::GetAZs': '' }] }, 'us-west-2c'],
    [
      "a policy statement's condition is no function",
      { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } },
      { Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } } },
    ],
  ])('%s', (_, expression, value) => {
    expect(resolver.resolve(expression, 'X')).toEqual(value);
  });

  it.each([
    ['IsProduction', false],
    ['IsTest', true],
    ['Both', false],
    ['Either', true],
  ])('condition %s - %s', (name, holds) => {
    expect(resolver.condition(name)).toBe(holds);
  });

  it.each<readonly [string, unknown, string]>([
    ['another stack', { 'Fn::ImportValue': 'x' }, 'X: Fn::ImportValue is not modelled.'],
    ['a name that is not there', { Ref: 'Nowhere' }, 'X refers to Nowhere, which the stack does not have.'],
    [
      'an attribute',
      { 'Fn::GetAtt': ['Queue', 'Color'] },
      'the attribute Color of Queue (AWS::SQS::Queue) is not modelled. Known: Arn.',
    ],
    ['a condition', { 'Fn::If': ['Nope', 1, 2] }, 'The template has no condition Nope.'],
    [
      'a mapping',
      { 'Fn::FindInMap': ['Zones', 'eu-west-1', 'count'] },
      'the mapping Zones has nothing under eu-west-1, count',
    ],
    ['a place past the end', { 'Fn::Select': [5, ['a']] }, 'Fn::Select finds nothing at 5'],
    ['a dynamic reference', '{{resolve:secretsmanager:x}}', 'is not modelled'],
    ['a join of no list', { 'Fn::Join': ['-', 'a'] }, 'should be a list'],
  ])('%s - refused', (_, expression, words) => {
    expect(() => resolver.resolve(expression, 'X')).toThrow(words);
  });
});

describe('parameters', () => {
  it('defaults, given values, lists and the bootstrap version', () => {
    const values = resolveParameters(
      {
        Stage: { Type: 'String', Default: 'test' },
        Count: { Type: 'Number', Default: 2 },
        Regions: { Type: 'CommaDelimitedList', Default: 'a, b' },
        BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
      },
      { Stage: 'production' },
    );
    expect(Object.fromEntries(values)).toEqual({
      Stage: 'production',
      Count: '2',
      Regions: ['a', 'b'],
      BootstrapVersion: '30',
    });
  });

  it.each<readonly [string, Parameters<typeof resolveParameters>, string]>([
    ['without a value', [{ A: { Type: 'String' } }, {}], 'The parameter A has no default'],
    ['not declared', [{ A: { Type: 'String' } }, { B: 'x' }], 'The template has no parameter B. It has A.'],
    [
      'not allowed',
      [{ A: { Type: 'String', AllowedValues: ['x'] } }, { A: 'y' }],
      'The parameter A is y: it may be x.',
    ],
    ['from SSM', [{ A: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/x' } }, {}], 'is read from SSM (/x)'],
  ])('%s - refused', (_, given, words) => {
    expect(() => resolveParameters(...given)).toThrow(words);
  });
});
