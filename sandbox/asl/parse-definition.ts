import type { Definition } from './definition.ts';
import { DefinitionError, type Diagnostic } from './definition-error.ts';
import { NUMBER_FIELDS } from './state-fields.ts';
import { validateMachine } from './validate-machine.ts';
import { checkNumber } from './validate-state.ts';
import { Report } from './validation-report.ts';

/** What is needed of the outside to judge a definition. */
interface DefinitionRules {
  /** Why a Task's `Resource` cannot be run, or undefined where it can. */
  readonly refuseResource: (resource: string) => string | undefined;
}

/** The value, or the parser's complaint. */
const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
};

const TOP_FIELDS = ['Comment', 'QueryLanguage', 'Version', 'StartAt', 'States', 'TimeoutSeconds'];

/**
 * Reads and checks a definition. What AWS accepts and this engine does not run is refused too, in words.
 *
 * @throws DefinitionError with all faults
 */
export const parseDefinition = (text: string, rules: DefinitionRules): Definition => {
  const value = readJson(text);
  if (value instanceof SyntaxError) {
    const fault: Diagnostic = { code: 'INVALID_JSON_DESCRIPTION', message: value.message, location: '' };
    throw new DefinitionError([fault]);
  }
  const report = new Report();
  const definition = report.object(value, '');
  if (definition === undefined) throw new DefinitionError(report.faults);
  report.onlyFields(definition, TOP_FIELDS, '');
  const language = definition.QueryLanguage;
  if (language !== undefined && language !== 'JSONata' && language !== 'JSONPath') {
    report.schema(`Value is not a valid QueryLanguage: ${JSON.stringify(language)}`, '/QueryLanguage');
  }
  const timeout = definition.TimeoutSeconds;
  checkNumber(timeout, NUMBER_FIELDS.TimeoutSeconds, '/TimeoutSeconds', report);
  validateMachine(definition, '', {
    report,
    language: language === 'JSONata' ? 'JSONata' : 'JSONPath',
    refuseResource: rules.refuseResource,
    outerVariables: new Set(),
    names: new Set(),
  });
  if (report.faults.length > 0) throw new DefinitionError(report.faults);
  return definition as unknown as Definition;
};
