import { expressionIn } from './definition.ts';
import type { ExpressionPlace } from './expression-rules.ts';
import {
  CATCHER_FIELDS,
  COMMON_FIELDS,
  NUMBER_FIELDS,
  type NumberRule,
  RETRIER_FIELDS,
  RETRY_NUMBERS,
  RULE_FIELDS,
  STATE_FIELDS,
} from './state-fields.ts';
import { parseTimestamp } from './timestamp.ts';
import type { MachineScope } from './validate-machine.ts';
import type { Report } from './validation-report.ts';

type Fields = Readonly<Record<string, unknown>>;

const PLAIN: ExpressionPlace = { result: false, errorOutput: false };
const WITH_RESULT: ExpressionPlace = { result: true, errorOutput: false };
const WITH_ERROR: ExpressionPlace = { result: false, errorOutput: true };
const RESERVED = 'states';

const checkAssign = (assign: unknown, location: string, place: ExpressionPlace, report: Report): void => {
  if (assign === undefined) return;
  const values = report.object(assign, `${location}/Assign`);
  if (values === undefined) return;
  for (const name of Object.keys(values)) {
    if (name === RESERVED) report.schema(`Variable name '${RESERVED}' is reserved`, `${location}/Assign`);
    else if (name.length > 80 || !/^[\p{ID_Start}_][\p{ID_Continue}_]*$/u.test(name)) {
      report.schema(`'${name}' is not a valid variable name`, `${location}/Assign`);
    }
  }
  report.expressions(values, `${location}/Assign`, place);
};

/** Faults a literal that its field cannot take. */
export const checkNumber = (value: unknown, rule: NumberRule, location: string, report: Report): void => {
  if (value === undefined) return;
  if (typeof value !== 'number' || (rule.whole && !Number.isInteger(value))) {
    report.schema(`Expected value of type ${rule.whole ? 'Integer' : 'Number'}`, location);
  } else if (value < rule.least) report.schema(`Minimum value is ${rule.least}`, location);
  else if (value > rule.most) report.schema(`Maximum value is ${rule.most}`, location);
};

const checkErrorEquals = (entries: readonly Fields[], location: string, report: Report): void => {
  for (const [index, { ErrorEquals }] of entries.entries()) {
    const place = `${location}[${index}]/ErrorEquals`;
    const names = report.list(ErrorEquals, place);
    if (!names.every((name) => typeof name === 'string')) report.schema('Expected value of type String', place);
    if (names.includes('States.ALL') && (names.length > 1 || index < entries.length - 1)) {
      report.schema("'States.ALL' must stand alone, in the last entry", place);
    }
  }
};

const checkRecovery = (state: Fields, location: string, report: Report): void => {
  const entriesOf = (field: string): readonly Fields[] =>
    (state[field] === undefined ? [] : report.list(state[field], `${location}/${field}`))
      .map((entry, index) => report.object(entry, `${location}/${field}[${index}]`))
      .filter((entry) => entry !== undefined);
  const retriers = entriesOf('Retry');
  checkErrorEquals(retriers, `${location}/Retry`, report);
  for (const [index, retrier] of retriers.entries()) {
    const place = `${location}/Retry[${index}]`;
    report.onlyFields(retrier, RETRIER_FIELDS, place);
    for (const [field, rule] of Object.entries(RETRY_NUMBERS)) {
      checkNumber(retrier[field], rule, `${place}/${field}`, report);
    }
    const { JitterStrategy: jitter } = retrier;
    if (jitter !== undefined && jitter !== 'FULL' && jitter !== 'NONE') {
      report.schema(`Value is not one of: FULL, NONE`, `${place}/JitterStrategy`);
    }
  }
  const catchers = entriesOf('Catch');
  checkErrorEquals(catchers, `${location}/Catch`, report);
  for (const [index, catcher] of catchers.entries()) {
    const place = `${location}/Catch[${index}]`;
    report.onlyFields(catcher, CATCHER_FIELDS, place);
    report.string(catcher.Next, `${place}/Next`);
    checkAssign(catcher.Assign, place, WITH_ERROR, report);
    report.expressions(catcher.Output, `${place}/Output`, WITH_ERROR);
  }
};

const checkChoices = (state: Fields, location: string, report: Report): void => {
  for (const [index, value] of report.list(state.Choices, `${location}/Choices`).entries()) {
    const place = `${location}/Choices[${index}]`;
    const rule = report.object(value, place);
    if (rule === undefined) continue;
    report.onlyFields(rule, RULE_FIELDS, place);
    report.string(rule.Next, `${place}/Next`);
    if (typeof rule.Condition !== 'boolean' && expressionIn(rule.Condition) === undefined) {
      report.schema('Expected a JSONata expression or a Boolean', `${place}/Condition`);
    }
    report.expressions(rule.Condition, `${place}/Condition`, PLAIN);
    checkAssign(rule.Assign, place, PLAIN, report);
    report.expressions(rule.Output, `${place}/Output`, PLAIN);
  }
};

const checkWait = (state: Fields, location: string, report: Report): void => {
  if ((state.Seconds === undefined) === (state.Timestamp === undefined)) {
    report.schema('There should be exactly one of the following fields: [Seconds, Timestamp]', location);
  }
  const { Timestamp: timestamp } = state;
  if (timestamp !== undefined && expressionIn(timestamp) === undefined && parseTimestamp(timestamp) === undefined) {
    report.schema('Expected an ISO 8601 timestamp such as 2026-11-23T01:59:00Z', `${location}/Timestamp`);
  }
};

const checkTask = (state: Fields, location: string, scope: MachineScope): void => {
  const { Resource: resource, TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (scope.report.string(resource, `${location}/Resource`)) {
    const refusal = scope.refuseResource(resource);
    if (refusal !== undefined) scope.report.schema(refusal, `${location}/Resource`);
  }
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    scope.report.schema("'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'", location);
  }
};

/** A machine inside a state, still to be looked at. */
interface InnerMachine {
  readonly machine: Fields;
  readonly location: string;
}

const innerMachine = (value: unknown, location: string, fields: readonly string[], report: Report): InnerMachine[] => {
  const machine = report.object(value, location);
  if (machine === undefined) return [];
  report.onlyFields(machine, ['StartAt', 'States', 'Comment', ...fields], location);
  return [{ machine, location }];
};

const checkParallel = (state: Fields, location: string, report: Report): InnerMachine[] =>
  report
    .list(state.Branches, `${location}/Branches`)
    .flatMap((branch, index) => innerMachine(branch, `${location}/Branches[${index}]`, [], report));

const checkMode = (processor: Fields, location: string, report: Report): void => {
  if (processor.ProcessorConfig === undefined) return;
  const { Mode: mode } = report.object(processor.ProcessorConfig, `${location}/ProcessorConfig`) ?? {};
  if (mode === undefined || mode === 'INLINE') return;
  report.schema(
    mode === 'DISTRIBUTED'
      ? `The sandbox runs inline Map states only, not '${mode}'`
      : 'Value is not one of: INLINE, DISTRIBUTED',
    `${location}/ProcessorConfig/Mode`,
  );
};

const checkMap = (state: Fields, location: string, report: Report): InnerMachine[] => {
  const { Items: items } = state;
  if (items !== undefined && !Array.isArray(items) && expressionIn(items) === undefined) {
    report.schema('Expected a JSON array or a JSONata expression', `${location}/Items`);
  }
  const inner = innerMachine(state.ItemProcessor, `${location}/ItemProcessor`, ['ProcessorConfig'], report);
  for (const { machine, location: place } of inner) checkMode(machine, place, report);
  return inner;
};

const checkFail = (state: Fields, location: string, report: Report): void => {
  for (const field of ['Error', 'Cause']) {
    const value = state[field];
    if (value !== undefined && typeof value !== 'string') {
      report.schema('Expected value of type String', `${location}/${field}`);
    }
  }
};

const isJsonata = (state: Fields, location: string, { language, report }: MachineScope): boolean => {
  const own = state.QueryLanguage;
  if (own !== undefined && own !== 'JSONata' && own !== 'JSONPath') {
    report.schema(`Value is not a valid QueryLanguage: ${JSON.stringify(own)}`, `${location}/QueryLanguage`);
    return false;
  }
  if (own === 'JSONPath' && language === 'JSONata') {
    report.schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", location);
    return false;
  }
  if ((own ?? language) === 'JSONata') return true;
  report.schema(
    "The state's QueryLanguage is 'JSONPath', which the sandbox does not run: set 'QueryLanguage' to 'JSONata' in the definition or in the state",
    location,
  );
  return false;
};

/**
 * Checks one state; what is inside it, {@link validateMachine} goes on with.
 *
 * @returns the machines inside it: a Parallel state's branches, a Map state's processor
 */
export const validateState = (state: Fields, location: string, scope: MachineScope): readonly InnerMachine[] => {
  const { report } = scope;
  const { Type: type } = state;
  const fields = typeof type === 'string' && Object.hasOwn(STATE_FIELDS, type) ? STATE_FIELDS[type] : undefined;
  if (fields === undefined) {
    report.schema(`Value is not one of: ${Object.keys(STATE_FIELDS).join(', ')}`, `${location}/Type`);
    return [];
  }
  if (!isJsonata(state, location, scope)) return [];
  report.onlyFields(state, [...COMMON_FIELDS, ...fields], location);
  if (fields.includes('Next')) {
    const { Next: next, End: end } = state;
    if ((next === undefined) === (end !== true)) {
      report.schema('There should be exactly one of the following fields: [Next, End]', location);
    }
  }
  const outcome = fields.includes('Catch') ? WITH_RESULT : PLAIN;
  checkAssign(state.Assign, location, outcome, report);
  report.expressions(state.Output, `${location}/Output`, outcome);
  for (const field of ['Arguments', 'Items', 'ItemSelector', 'Error', 'Cause', 'Timestamp']) {
    report.expressions(state[field], `${location}/${field}`, PLAIN);
  }
  for (const [field, rule] of Object.entries(NUMBER_FIELDS)) {
    report.expressions(state[field], `${location}/${field}`, PLAIN);
    if (expressionIn(state[field]) === undefined) checkNumber(state[field], rule, `${location}/${field}`, report);
  }
  if (fields.includes('Catch')) checkRecovery(state, location, report);
  if (type === 'Choice') checkChoices(state, location, report);
  if (type === 'Wait') checkWait(state, location, report);
  if (type === 'Task') checkTask(state, location, scope);
  if (type === 'Fail') checkFail(state, location, report);
  if (type === 'Parallel') return checkParallel(state, location, report);
  return type === 'Map' ? checkMap(state, location, report) : [];
};
