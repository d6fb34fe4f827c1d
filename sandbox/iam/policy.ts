import { AwsError } from '../services/errors.ts';
import { isOperator, takesManyValues, valueFault } from './condition.ts';
import { conditionKeyNames, holdsManyValues, isConditionKey } from './condition-keys.ts';
import type { PolicyDocument, PolicyStatement } from './principal.ts';

/** An element that takes one string or a list of them, as a list. */
export const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const malformed = (words: string): AwsError => new AwsError('MalformedPolicyDocument', words);
const notModelled = (words: string): AwsError => new AwsError('NotImplemented', words, 501);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Booleans and numbers may stand where IAM wants strings: `{ "Bool": { "aws:SecureTransport": false } }`. */
const asText = (value: unknown, where: string): string => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw malformed(`${where} must be a string or a list of strings, not ${JSON.stringify(value)}.`);
};

const asTexts = (value: unknown, where: string): string | readonly string[] =>
  Array.isArray(value) ? value.map((entry) => asText(entry, where)) : asText(value, where);

const asTextMap = (value: unknown, where: string): Record<string, string | readonly string[]> => {
  if (!isRecord(value)) throw malformed(`${where} must be an object, not ${JSON.stringify(value)}.`);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, asTexts(entry, `${where} ${key}`)]));
};

const readStatement = (value: unknown, where: string): PolicyStatement => {
  if (!isRecord(value)) throw malformed(`${where} must be an object, not ${JSON.stringify(value)}.`);
  const { Sid, Effect, Action, NotAction, Resource, NotResource, Principal, Condition, ...others } = value;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw notModelled(`${where} has ${other}, which the sandbox does not model. Say it with Principal and Condition.`);
  }
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw malformed(`${where} needs the Effect Allow or Deny, not ${JSON.stringify(Effect)}.`);
  }
  if ((Action === undefined) === (NotAction === undefined))
    throw malformed(`${where} needs one of Action and NotAction.`);
  if (Resource !== undefined && NotResource !== undefined)
    throw malformed(`${where} has both Resource and NotResource.`);
  if (Principal !== undefined && Principal !== '*' && !isRecord(Principal)) {
    throw malformed(`${where} has the Principal ${JSON.stringify(Principal)}: give '*' or an object.`);
  }
  if (Condition !== undefined && !isRecord(Condition)) throw malformed(`${where} has a Condition that is no object.`);
  return {
    ...(Sid !== undefined && { Sid: asText(Sid, `${where} Sid`) }),
    Effect,
    ...(Action !== undefined && { Action: asTexts(Action, `${where} Action`) }),
    ...(NotAction !== undefined && { NotAction: asTexts(NotAction, `${where} NotAction`) }),
    ...(Resource !== undefined && { Resource: asTexts(Resource, `${where} Resource`) }),
    ...(NotResource !== undefined && { NotResource: asTexts(NotResource, `${where} NotResource`) }),
    ...(Principal !== undefined && { Principal: Principal === '*' ? '*' : asTextMap(Principal, `${where} Principal`) }),
    ...(Condition !== undefined && {
      Condition: Object.fromEntries(
        Object.entries(Condition).map(([operator, keys]) => [operator, asTextMap(keys, `${where} ${operator}`)]),
      ),
    }),
  };
};

/**
 * Reads a policy as clients and templates give it, text or object, into the one shape that evaluation reads: statements
 * always a list, values always strings.
 *
 * @param where what the policy belongs to, for messages: `the policy of queue Intake`.
 * @throws AwsError `MalformedPolicyDocument` for what AWS refuses; `NotImplemented` for `NotPrincipal` and unknown elements.
 */
export const readPolicy = (source: unknown, where: string): PolicyDocument => {
  let document = source;
  if (typeof source === 'string') {
    try {
      document = JSON.parse(source);
    } catch (cause) {
      throw malformed(`The policy ${where} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  if (!isRecord(document)) throw malformed(`The policy ${where} must be an object, not ${JSON.stringify(document)}.`);
  const { Version, Statement } = document;
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17') {
    throw malformed(
      `The policy ${where} has the Version ${JSON.stringify(Version)}: AWS knows 2012-10-17 and 2008-10-17.`,
    );
  }
  if (Statement === undefined) throw malformed(`The policy ${where} has no Statement.`);
  const statements: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  return {
    ...(Version !== undefined && { Version }),
    Statement: statements.map((statement, index) =>
      readStatement(statement, `Statement ${index + 1} of policy ${where}`),
    ),
  };
};

const ACTION = /^(\*|[a-z0-9-]+:[\w*?]+)$/i;
const AWS_PRINCIPAL = /^(\*|\d{12}|arn:aws:(iam|sts)::\d{12}:(root|(role|user|assumed-role)\/[^*?]+))$/;

const checkPrincipal = (statement: PolicyStatement, where: string): void => {
  if (statement.Principal === undefined || statement.Principal === '*') return;
  for (const [kind, value] of Object.entries(statement.Principal)) {
    if (kind !== 'AWS' && kind !== 'Service') {
      throw notModelled(`${where} has a ${kind} principal: the sandbox models AWS and Service principals.`);
    }
    for (const name of listOf(value)) {
      if (kind === 'AWS' ? !AWS_PRINCIPAL.test(name) : name.includes('*')) {
        throw malformed(
          `${where} has the ${kind} principal ${name}: give an account id, or the whole ARN of a role, user or account root, or a service such as sns.amazonaws.com.`,
        );
      }
    }
  }
};

const checkVariables = (statement: PolicyStatement, where: string): void => {
  const values = [
    ...listOf(statement.Resource),
    ...listOf(statement.NotResource),
    ...Object.values(statement.Condition ?? {}).flatMap((keys) => Object.values(keys).flatMap(listOf)),
  ];
  const variable = values.find((value) => value.includes('${'));
  if (variable !== undefined)
    throw notModelled(`${where} has the policy variable ${variable}, which the sandbox does not model.`);
};

const checkCondition = (statement: PolicyStatement, where: string): void => {
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    if (!isOperator(operator)) {
      throw notModelled(`${where} has the condition operator ${operator}, which the sandbox does not model.`);
    }
    for (const [key, value] of Object.entries(keys)) {
      if (!isConditionKey(key)) {
        throw notModelled(
          `${where} has the condition key ${key}, which the sandbox does not model. It knows ${conditionKeyNames().join(', ')}.`,
        );
      }
      if (holdsManyValues(key) && !takesManyValues(operator)) {
        throw malformed(`${where} reads the list ${key} by ${operator}: begin it with ForAnyValue: or ForAllValues:.`);
      }
      for (const expected of listOf(value)) {
        const fault = valueFault(operator, expected);
        if (fault !== undefined)
          throw malformed(`${where} gives ${operator} of ${key} the value ${expected}: it takes ${fault}.`);
      }
    }
  }
};

/**
 * Refuses, when a policy is created, what its evaluation could not judge rightly: unknown condition operators and keys,
 * policy variables, forms of principal. Evaluation then never meets a surprise.
 *
 * @param where what the policy belongs to, for messages: `of role admit-connection`.
 * @throws AwsError naming the policy, the statement and the operator, key or element.
 */
export const checkPolicy = (document: PolicyDocument, where: string): void => {
  document.Statement.forEach((statement, index) => {
    const named =
      statement.Sid === undefined || statement.Sid === '' ? `${index + 1}` : `${index + 1} (${statement.Sid})`;
    const place = `Statement ${named} of policy ${where}`;
    for (const action of [...listOf(statement.Action), ...listOf(statement.NotAction)]) {
      if (!ACTION.test(action)) throw malformed(`${place} has the action ${action}: write service:Action.`);
    }
    checkPrincipal(statement, place);
    checkVariables(statement, place);
    checkCondition(statement, place);
  });
};
