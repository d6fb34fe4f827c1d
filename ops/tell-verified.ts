import type { NameOutcome } from './actions/verify-name.ts';

/** What a person reads of a private DNS name. */
export const tellVerified = (result: NameOutcome): string => {
  const { privateName, serviceId, wrote } = result;
  const written = wrote === undefined ? [] : [`${wrote.record} TXT "${wrote.value}" is in ${wrote.zoneId} now.`];
  switch (result.outcome) {
    case 'planned': {
      const { writes } = result;
      return [
        ...(writes === undefined
          ? ['No zone would be written.']
          : [`${writes.record} TXT "${writes.value}" would be written into ${writes.zoneId} (${writes.name}).`]),
        `EC2 would be told to verify ${privateName} of ${serviceId}. Nothing was done.`,
      ].join('\n');
    }
    case 'pending':
      return [
        ...written,
        result.waitsFor === 'EC2'
          ? `EC2 still looks at ${privateName} of ${serviceId}. Give the command again in some minutes.`
          : `Route 53 has not spread it yet. Give the command again in some minutes: nothing is written twice.`,
      ].join('\n');
    case 'verified':
      return [...written, `${privateName} of ${serviceId} is now verified: customers may use it.`].join('\n');
    case 'unchanged':
      return `${privateName} of ${serviceId} is verified: customers may use it.`;
  }
};
