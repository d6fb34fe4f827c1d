import { InvalidArgumentError } from 'commander';

/** Reads a command line's whole number, at least `low`. @throws InvalidArgumentError in words. */
export const wholeNumber =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`Give a whole number from ${low} to ${high}.`);
    }
    return value;
  };

/** Reads a command line's speed: above 0, up to 1,000 times the machine's own time. */
export const speedFactor = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError('Give a number above 0, at most 1000.');
  return value;
};

/** Resolves when somebody wants the process to end: Ctrl-C, or SIGTERM from whatever started it. */
export const askedToStop = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });

/** Ends the process with a sentence on standard error; a stack trace helps nobody who only mistyped a port. */
export const failWith = (error: unknown): never => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
};
