/** Reads a variable that the stack sets. @throws Error naming it, at cold start, where it is missing. */
export const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is not set.`);
  return value;
};
