import type { ConsumerRole, ConsumerZone } from './consumer-zone.ts';
import type { RegionPair } from './region-pair.ts';
import type { Stage } from './stage.ts';
import type { Case, CaseResult } from './story.ts';

const MINUTE = 60_000;

/** A case about a record in a consumer's zone, and the run that converges it for the first time. */
const about = (
  name: string,
  recordId: string,
  expected: string,
  play: (parts: {
    readonly zone: ConsumerZone;
    readonly pair: RegionPair;
    readonly stage: Stage;
    readonly first: Awaited<ReturnType<RegionPair['run']>>;
  }) => Promise<CaseResult>,
  role: ConsumerRole = {},
): Case => ({
  name,
  who: 'acme',
  expected,
  play: async (stage) => {
    const pair = await stage.regionPair(recordId);
    const zone = await stage.consumerZone(pair, role);
    // Until its alarm has something to go by.
    await stage.clock.sleep(3 * MINUTE);
    const first = await pair.arm();
    await stage.clock.sleep(2 * MINUTE);
    return play({ zone, pair, stage, first });
  },
});

/** What a function said when it failed, without where in its code. */
const sentenceOf = (cause: string): string => {
  const { errorMessage = cause } = cause.startsWith('{') ? (JSON.parse(cause) as { errorMessage?: string }) : {};
  return errorMessage;
};

const refused = (name: string, recordId: string, error: string, role: ConsumerRole): Case =>
  about(
    name,
    recordId,
    `${error}, and nothing is in the zone`,
    async ({ zone, first }) => {
      const sets = await zone.written();
      return {
        actual: `${first.outcome}, and ${sets === 0 && zone.answered() === 'nobody' ? 'nothing is' : `${sets} record sets are`} in the zone`,
        reasons: [sentenceOf(first.because)],
      };
    },
    role,
  );

/** A consumer's zone is written by a role of the consumer's, which asks for an external id. */
export const consumerZones: readonly Case[] = [
  about(
    'a consumer’s zone',
    'consumers-zone',
    'armed, and its client gets its own endpoint, the other region’s when the primary is ill; a client elsewhere gets nobody',
    async ({ zone, pair, first }) => {
      const before = zone.answered();
      const elsewhere = zone.answered('vpc-0123456789abcdef0');
      pair.makePrimary('ill');
      const seconds = await zone.untilAnswered('secondary');
      const own = before === 'primary' ? 'its own endpoint' : before;
      return {
        actual: `${first.outcome}, and its client gets ${own}, the other region’s when the primary is ill; a client elsewhere gets ${elsewhere}`,
        reasons: [`${seconds} s until the consumer's answer changed`],
      };
    },
  ),
  about(
    'a failover in a consumer’s zone',
    'consumers-failover',
    'unconfirmed, and its client gets the other region’s endpoint',
    async ({ zone, pair }) => {
      zone.answered();
      const run = await pair.run('failover');
      await zone.untilAnswered('secondary');
      return {
        actual: `${run.outcome}, and its client gets the other region’s endpoint`,
        reasons: [run.because],
      };
    },
  ),
  about(
    'a failover in a consumer’s zone that we may see',
    'consumers-seen-failover',
    'failed-over, and its client gets the other region’s endpoint',
    async ({ zone, pair }) => {
      const run = await pair.run('failover');
      await zone.untilAnswered('secondary');
      return { actual: `${run.outcome}, and its client gets the other region’s endpoint`, reasons: [run.because] };
    },
    { isSeen: true },
  ),
  refused('a wrong external id', 'wrong-external-id', 'Denied', { externalId: 'acme-0000' }),
  refused('no external id', 'no-external-id', 'Malformed', { externalId: null }),
  refused('a role that does not trust us', 'no-trust', 'Denied', { trusts: 'arn:aws:iam::333333333333:root' }),
];
