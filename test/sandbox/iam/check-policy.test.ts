import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../sandbox/clock/virtual-clock.ts';
import { Identities } from '../../../sandbox/iam/identities.ts';
import { checkPolicy, readPolicy } from '../../../sandbox/iam/policy.ts';

const check = (statement: object) =>
  checkPolicy(
    readPolicy({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:Get*', ...statement }] }, 'p'),
    'p',
  );

const variable = (name: string): string => `$\{${name}}`;

describe('what is refused when a policy is created', () => {
  it.each<readonly [string, object, string]>([
    [
      'an operator',
      { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
      'Statement 1 of policy p has the condition operator IpAddress',
    ],
    [
      'a key',
      { Sid: 'Odd', Condition: { StringEquals: { 'aws:PrincipalVpc': 'vpc-1' } } },
      'Statement 1 (Odd) of policy p has the condition key aws:PrincipalVpc',
    ],
    [
      'a key without the name of its tag',
      { Condition: { StringEquals: { 'aws:ResourceTag/': 'x' } } },
      'the condition key aws:ResourceTag/',
    ],
    [
      'a list read as one value',
      { Condition: { StringEquals: { 'aws:TagKeys': 'x' } } },
      'begin it with ForAnyValue: or ForAllValues:',
    ],
    [
      'a variable in a resource',
      { Resource: `arn:aws:s3:::${variable('aws:PrincipalAccount')}/*` },
      `the policy variable arn:aws:s3:::${variable('aws:PrincipalAccount')}/*`,
    ],
    [
      'a variable in a condition',
      { Condition: { StringEquals: { 'aws:PrincipalArn': variable('aws:SourceArn') } } },
      'the policy variable',
    ],
    ['NotPrincipal', { NotPrincipal: { AWS: '*' } }, 'has NotPrincipal, which the sandbox does not model'],
    ['a federated principal', { Principal: { Federated: 'x' } }, 'has a Federated principal'],
    [
      'a pattern of role ARNs as a principal',
      { Principal: { AWS: 'arn:aws:iam::123456789012:role/*' } },
      'the whole ARN',
    ],
    ['an action without a service', { Action: 'GetObject' }, 'has the action GetObject: write service:Action'],
    ['an action and its opposite', { NotAction: 's3:*' }, 'needs one of Action and NotAction'],
    ['an effect', { Effect: 'Maybe' }, 'needs the Effect Allow or Deny, not "Maybe"'],
    ['a number that is none', { Condition: { NumericEquals: { 'aws:EpochTime': 'soon' } } }, 'it takes a number'],
    ['a date that is none', { Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } }, 'it takes a date'],
    ['half an ARN', { Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:sns' } } }, 'it takes an ARN of six parts'],
  ])('%s - named', (_, statement, words) => {
    expect(() => check(statement)).toThrow(words);
  });

  it.each<readonly [string, unknown, string]>([
    ['text that is no JSON', '{', 'The policy p is not JSON'],
    ['no statement', {}, 'has no Statement'],
    ['a version of its own', { Version: '2026-01-01', Statement: [] }, 'has the Version "2026-01-01"'],
    ['a list', [], 'must be an object'],
  ])('%s - MalformedPolicyDocument', (_, document, words) => {
    expect(() => readPolicy(document, 'p')).toThrow(expect.objectContaining({ code: 'MalformedPolicyDocument' }));
    expect(() => readPolicy(document, 'p')).toThrow(words);
  });

  it('an identity policy with a principal, or without a resource - MalformedPolicyDocument', () => {
    const identities = new Identities(new VirtualClock(0));
    const trust = { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] };
    identities.createRole('r', '/', 'AROA1', trust);
    expect(() => identities.putRolePolicy('r', 'p', trust)).toThrow('has a Principal: an identity policy must not');
    const bare = { Statement: [{ Effect: 'Allow', Action: 's3:*' }] };
    expect(() => identities.putRolePolicy('r', 'p', bare)).toThrow('needs Resource or NotResource');
  });
});

describe('what is read as it is meant', () => {
  it('one statement, numbers and booleans - a list, and texts', () => {
    const source = '{"Statement":{"Effect":"Deny","Action":"s3:*","Condition":{"Bool":{"aws:SecureTransport":false}}}}';
    expect(readPolicy(source, 'p')).toEqual({
      Statement: [{ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    });
  });

  it.each<readonly [string, object]>([
    ['keys in any case', { Condition: { StringEquals: { 'AWS:sourceaccount': '1' } } }],
    ['set operators with IfExists', { Condition: { 'ForAllValues:StringLikeIfExists': { 'aws:TagKeys': ['a'] } } }],
    [
      'every form of principal',
      {
        Principal: { AWS: ['123456789012', 'arn:aws:iam::123456789012:role/a/b', '*'], Service: 'vpce.amazonaws.com' },
      },
    ],
    ['a resource tag', { Condition: { StringEquals: { 'aws:ResourceTag/team': 'x' } } }],
  ])('%s - accepted', (_, statement) => {
    expect(() => check(statement)).not.toThrow();
  });
});
