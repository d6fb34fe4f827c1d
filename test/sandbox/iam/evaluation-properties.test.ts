import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../sandbox/clock/virtual-clock.ts';
import type { Permission } from '../../../sandbox/cloud.ts';
import { Identities } from '../../../sandbox/iam/identities.ts';
import { type PolicyStatement, type Principal, roleSession, servicePrincipal } from '../../../sandbox/iam/principal.ts';

const ROLE = 'arn:aws:iam::123456789012:role/worker';
const RESOURCES = ['arn:aws:sqs:us-west-2:123456789012:q', 'arn:aws:kms:us-west-2:123456789012:key/k', '*'];

const action = fc.constantFrom('sqs:SendMessage', 'kms:Decrypt', 'sqs:*', '*', 'SQS:Send*');
const condition = fc.constantFrom<PolicyStatement['Condition']>(
  undefined,
  { StringEquals: { 'aws:PrincipalAccount': '123456789012' } },
  { StringNotEquals: { 'aws:PrincipalAccount': '123456789012' } },
  { Bool: { 'aws:SecureTransport': 'false' } },
  { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:*' } },
);
const statement: fc.Arbitrary<PolicyStatement> = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: action,
    Resource: fc.constantFrom(...RESOURCES, 'arn:aws:sqs:*:*:*'),
    Condition: condition,
  })
  .map(({ Condition, ...rest }) => (Condition === undefined ? rest : { ...rest, Condition }) as PolicyStatement);
const withPrincipal = fc
  .tuple(
    statement,
    fc.constantFrom<NonNullable<PolicyStatement['Principal']>>(
      '*',
      { AWS: ROLE },
      { AWS: '123456789012' },
      { Service: 'sns.amazonaws.com' },
    ),
  )
  .map(([inner, Principal]) => ({ ...inner, Principal }));
const principal = fc.constantFrom<Principal>(
  roleSession(ROLE, 's'),
  servicePrincipal('sns.amazonaws.com', 'arn:aws:sns:us-west-2:123456789012:t'),
);
const asked = fc.record({
  action: fc.constantFrom('sqs:SendMessage', 'kms:Decrypt'),
  resource: fc.constantFrom(...RESOURCES),
});

const refusal = (
  who: Principal,
  permission: Permission,
  identity: readonly PolicyStatement[],
  resource: readonly PolicyStatement[],
): string | undefined => {
  const identities = new Identities(new VirtualClock(0));
  identities.createRole('worker', '/', 'AROA1', { Statement: [] });
  identities.putRolePolicy('worker', 'p', { Statement: identity });
  return identities.refuse(who, { ...permission, resourcePolicy: { Statement: resource } });
};

const statements = fc.array(statement, { maxLength: 4 });
const resourceStatements = fc.array(withPrincipal, { maxLength: 4 });

describe('for any policies', () => {
  it('an explicit deny always wins - wherever it stands', () => {
    const everything: PolicyStatement = { Effect: 'Deny', Action: '*', Resource: '*' };
    fc.assert(
      fc.property(principal, asked, statements, resourceStatements, fc.nat(4), (who, permission, own, theirs, at) => {
        const denied = theirs.toSpliced(at, 0, { ...everything, Principal: '*' });
        expect(refusal(who, permission, own, denied)).toMatch(/explicit deny in a resource-based policy$/);
        if (who.kind !== 'role') return;
        expect(refusal(who, permission, own.toSpliced(at, 0, everything), theirs)).toMatch(/explicit deny/);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('adding an Allow - never takes a permission away', () => {
    const allowing = (inner: PolicyStatement): PolicyStatement => ({ ...inner, Effect: 'Allow' });
    fc.assert(
      fc.property(
        principal,
        asked,
        statements,
        resourceStatements,
        statement,
        withPrincipal,
        (who, permission, own, theirs, more, moreTheirs) => {
          fc.pre(refusal(who, permission, own, theirs) === undefined);
          expect(refusal(who, permission, [...own, allowing(more)], theirs)).toBeUndefined();
          expect(refusal(who, permission, own, [...theirs, allowing(moreTheirs)])).toBeUndefined();
        },
      ),
      { seed: 2, numRuns: 300 },
    );
  });

  it('the order of statements - means nothing', () => {
    fc.assert(
      fc.property(principal, asked, statements, resourceStatements, (who, permission, own, theirs) => {
        const forwards = refusal(who, permission, own, theirs);
        expect(refusal(who, permission, own.toReversed(), theirs.toReversed())).toBe(forwards);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
