import { expect, it } from 'vitest';
import { simulate } from '../../sandbox/simulated.ts';
import { modes, OBSERVING } from '../../sandbox/stories/modes.ts';
import { isAsExpected } from '../../sandbox/stories/story.ts';
import { brokenAssembly } from './broken-assembly.ts';

const ANSWERS = ['ec2:AcceptVpcEndpointConnections', 'ec2:RejectVpcEndpointConnections'];

/** The stack whose roles may answer nobody. */
const withoutAnswers = (): string =>
  brokenAssembly(({ Resources }) => {
    let taken = 0;
    for (const { Type, Properties } of Object.values(Resources)) {
      if (Type !== 'AWS::IAM::Policy') continue;
      const statements = Properties.PolicyDocument?.Statement ?? [];
      for (const [index, { Action }] of [...statements.entries()].reverse()) {
        if (![Action].flat().some((action) => ANSWERS.includes(action))) continue;
        statements.splice(index, 1);
        taken += 1;
      }
    }
    if (taken !== 1) throw new Error(`Of the statements that allow an answer there are ${taken}, not one.`);
  });

it('observe needs no right to answer: it decides and records what it would have done', async () => {
  const { played, log } = await simulate({ ...modes, cases: OBSERVING }, { assembly: withoutAnswers(), seed: 1 });

  expect(played.map(({ name, actual }) => [name, actual])).toEqual(OBSERVING.map((each) => [each.name, each.expected]));
  // Nobody even tried.
  expect(log).not.toMatch(/"what":"ec2:(Accept|Reject)VpcEndpointConnections/);
});

it('enforce needs it: the same stack answers nobody', async () => {
  const cases = modes.cases.filter(({ name }) => name === 'observed, then enforced');
  const { played } = await simulate({ ...modes, cases }, { assembly: withoutAnswers(), seed: 1, patience: 300_000 });

  expect(played).toHaveLength(1);
  expect(played.every(isAsExpected)).toBe(false);
});
