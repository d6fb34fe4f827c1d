/** Looks names up from where it runs: in the standby region's VPC, where that is given. It calls nothing else, so the VPC needs no way out. */
import * as v from 'valibot';
import { type Lookup, lookUp } from '../aws/lookups.ts';
import { HostName } from '../registry/schemas.ts';
import { createHandler } from '../runtime/handler.ts';

const Input = v.strictObject({
  questions: v.pipe(v.array(v.strictObject({ name: HostName, type: v.picklist(['A', 'AAAA']) })), v.maxLength(1_000)),
});

/** How many questions are open at once. */
const AT_ONCE = 50;

/**
 * One query for each name: resolvers here keep answers as clients do.
 *
 * @returns the addresses of each name, sorted; null where DNS did not answer, nobody where it said that there is none.
 */
export const run = async ({ questions }: v.InferOutput<typeof Input>, { lookup }: { readonly lookup: Lookup }) => {
  const answers: Record<string, readonly string[] | null> = {};
  for (let start = 0; start < questions.length; start += AT_ONCE) {
    await Promise.all(
      questions.slice(start, start + AT_ONCE).map(async ({ name, type }) => {
        const answer = await lookup(name, type === 'A' ? 'ipv4' : 'ipv6');
        answers[name] =
          answer.kind === 'addresses' ? [...answer.addresses].sort() : answer.kind === 'empty' ? [] : null;
      }),
    );
  }
  return { answers };
};

export const handler = createHandler(Input, run, { lookup: lookUp });
