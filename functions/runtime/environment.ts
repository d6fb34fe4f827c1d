/** Reads a variable that the stack sets. @throws Error naming it, at cold start, where it is missing. */
export const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is not set.`);
  return value;
};

/** Reads a whole number above zero that an operator may set. @throws Error naming the variable, at cold start, for anything else. */
export const countOr = (name: string, usual: number): number => {
  const text = process.env[name];
  if (text === undefined || text === '') return usual;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new Error(`The environment variable ${name} is no whole number above zero.`);
};
