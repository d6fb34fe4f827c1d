import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './view.ts';

/** A number with up to 38 digits stays the text that it is: it then does not fit, like anything else that somebody wrote wrongly. */
const numberOf = (text: string): number | string => {
  const number = Number(text);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : text;
};

/**
 * Reads an item as DynamoDB has it. Anybody may have written it, so nothing in it is an error here: the SDK throws for a number that
 * JavaScript can't hold, and one customer's entry would keep us from reading all the others.
 */
export const itemOf = (attributes: Readonly<Record<string, AttributeValue>>): Item =>
  unmarshall(attributes, { wrapNumbers: numberOf });
