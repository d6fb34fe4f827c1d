import { describe, expect, it } from 'vitest';
import { checkWorkflow } from '../../sandbox/checks/workflow-files.ts';

const wait = { Type: 'Wait', Comment: 'Gives DNS time.', Seconds: 5, End: true };

const workflow = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  Comment: 'Brings the targets in line.',
  QueryLanguage: 'JSONata',
  StartAt: 'Wait a little',
  States: { 'Wait a little': wait },
  ...changes,
});

const check = (changes: Record<string, unknown> = {}): string[] => checkWorkflow(JSON.stringify(workflow(changes)));

describe('a workflow file', () => {
  it('is accepted when it is valid and says what it is for', () => {
    expect(check()).toEqual([]);
  });

  it('may leave names to the deployment', () => {
    const decide = {
      Type: 'Task',
      Comment: 'Asks the pure function.',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a definition names what the deployment fills in
      Resource: '${DecideConnection}',
      Arguments: { request: '{% $states.input %}' },
      End: true,
    };

    expect(check({ StartAt: 'Decide', States: { Decide: decide } })).toEqual([]);
  });

  it.each([
    ['is not JSON', '{ "StartAt": '],
    [
      'has no state to go to',
      JSON.stringify(workflow({ States: { 'Wait a little': { ...wait, End: undefined, Next: 'Nowhere' } } })),
    ],
    [
      'never ends',
      JSON.stringify(workflow({ States: { 'Wait a little': { ...wait, End: undefined, Next: 'Wait a little' } } })),
    ],
    [
      'has a field that its state type lacks',
      JSON.stringify(workflow({ States: { 'Wait a little': { ...wait, Branches: [] } } })),
    ],
    ['starts at a state that is not there', JSON.stringify(workflow({ StartAt: 'Elsewhere' }))],
    [
      'has JSONata that does not parse',
      JSON.stringify(workflow({ States: { 'Wait a little': { ...wait, Output: '{% $states.input.( %}' } } })),
    ],
  ])('is refused when it %s', (_why, text) => {
    expect(checkWorkflow(text)).not.toEqual([]);
  });

  it('is refused when a state has no Comment', () => {
    expect(check({ States: { 'Wait a little': { ...wait, Comment: ' ' } } })).toEqual([
      'Wait a little: has no Comment.',
    ]);
  });

  it('is refused when a state inside a branch or a map has no Comment', () => {
    const inner = { StartAt: 'Inner', States: { Inner: { ...wait, Comment: undefined } } };
    const map = { Type: 'Map', Comment: 'Each of them.', ItemProcessor: inner, Next: 'Both' };
    const innermost = { StartAt: 'Innermost', States: { Innermost: { ...wait, Comment: undefined } } };
    const both = { Type: 'Parallel', Comment: 'At once.', Branches: [innermost], End: true };

    expect(check({ StartAt: 'Each', States: { Each: map, Both: both } })).toEqual([
      'Inner: has no Comment.',
      'Innermost: has no Comment.',
    ]);
  });

  it('is refused when the workflow itself has no Comment', () => {
    expect(check({ Comment: undefined })).toEqual(['the workflow itself has no Comment.']);
  });

  it('is refused when it is written in JSONPath', () => {
    expect(check({ QueryLanguage: undefined })).toContain('its QueryLanguage is not JSONata.');
  });
});
