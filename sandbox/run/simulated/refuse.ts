/** A function (or class, to extend) that says who may not be called here, and what else to do. */
export const refusal = (name: string): (() => never) =>
  function refused(): never {
    throw new Error(
      `A simulated function may not use ${name}: it would leave virtual time or this process. Use the served sandbox for it, or give the simulated host a stand-in.`,
    );
  };

/** A module of the same shape in which nothing can be called; constants stay. */
export const refusedModule = (name: string, real: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(real).map(([key, value]) => [key, typeof value === 'function' ? refusal(`${name}.${key}`) : value]),
  );

/** A copy of a module whose own properties are replaced in part; getters are not run by the copying. */
export const moduleWith = (real: object, replaced: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const copy: Record<string, unknown> = {};
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(real))) {
    if (!Object.hasOwn(replaced, key)) Object.defineProperty(copy, key, { ...descriptor, configurable: true });
  }
  return Object.assign(copy, replaced);
};
