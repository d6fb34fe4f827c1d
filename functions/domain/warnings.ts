import { type Connection, isOver } from './connection.ts';
import type { Revocation } from './decide-revocation.ts';
import type { Estate } from './difference.ts';

/** What people are told of before anything happens; each is an event of its own. */
export const WARNING_KINDS = ['contract', 'approval', 'pending', 'left-behind', 'revocation'] as const;

/** One of {@link WARNING_KINDS}. */
export type WarningKind = (typeof WARNING_KINDS)[number];

/** That somebody was warned of something: an item of the ledger, as long as its cause lasts. */
export interface Warned {
  readonly pk: string;
  readonly sk: string;
  /** Of what: once said, not said again. */
  readonly what: string;
}

/** A warning that is due. */
export interface Warning extends Warned {
  readonly kind: WarningKind;
  readonly serviceId: string;
  readonly customerId?: string;
  readonly vpcEndpointId?: string;
  /** The account that is meant, where no customer is known. */
  readonly account?: string;
  /** For who reads it. */
  readonly sentence: string;
  /** When what it warns of happens, ISO 8601 in UTC. */
  readonly at?: string;
}

const DAY = 86_400_000;
/** How long before its contract ends a customer is told, in days; the nearest first. */
const CONTRACT_WARNINGS = [1, 7, 30] as const;
/** A request that nobody decided for so long is a fault of ours, in milliseconds. */
const PENDING_TOO_LONG = 5 * 60_000;
/** A few endpoints that serve nobody are an accident; each costs its owner by the hour. */
const LEFT_BEHIND = 3;

/** A connection that would be cut off, where the mode does not act by itself. */
export interface Unentitled {
  readonly connection: Connection;
  readonly revocation: Revocation;
}

/** All that is to be said, less what was said; and what was said and has no cause any more. */
export const dueWarnings = (
  estate: Estate,
  unentitled: readonly Unentitled[],
): { readonly due: readonly Warning[]; readonly over: readonly Pick<Warned, 'pk' | 'sk'>[] } => {
  const all = [
    ...contracts(estate),
    ...approvals(estate),
    ...pending(estate),
    ...leftBehind(estate),
    ...unentitled.map(revocation),
  ];
  const said = new Map(estate.warned.map((each) => [`${each.pk} ${each.sk}`, each.what]));
  const wanted = new Set(all.map(({ pk, sk }) => `${pk} ${sk}`));
  return {
    due: all.filter(({ pk, sk, what }) => said.get(`${pk} ${sk}`) !== what),
    // While the registry is not believed, what it lacks is no cause that went away.
    over:
      estate.distrust === undefined
        ? estate.warned.filter(({ pk, sk }) => !wanted.has(`${pk} ${sk}`)).map(({ pk, sk }) => ({ pk, sk }))
        : [],
  };
};

const request = (serviceId: string, endpointId: string): string => `REQUEST#${serviceId}#${endpointId}`;

const contracts = ({ entitlements, now }: Estate): readonly Warning[] =>
  entitlements.flatMap(({ serviceId, customerId, until, whenEnded }): readonly Warning[] => {
    if (until === undefined) return [];
    const left = Date.parse(until) - Date.parse(now);
    const days = CONTRACT_WARNINGS.find((each) => left <= each * DAY);
    if (days === undefined || left <= 0) return [];
    const then = whenEnded === 'revoke' ? 'its endpoints are disconnected' : 'it gets no new endpoints';
    return [
      {
        kind: 'contract',
        pk: `ENTITLEMENT#${serviceId}#${customerId}`,
        sk: 'WARNED#contract',
        what: `${until} ${days}`,
        serviceId,
        customerId,
        at: until,
        sentence: `The contract of ${customerId} for ${serviceId} ends on ${until}, within ${days === 1 ? 'a day' : `${days} days`}: then ${then}.`,
      },
    ];
  });

const approvals = ({ admissions, connections, standingOf, now }: Estate): readonly Warning[] => {
  const listed = new Map(connections.map((each) => [request(each.serviceId, each.endpointId), each]));
  return admissions.flatMap((admission): readonly Warning[] => {
    const { serviceId, endpointId, last, isWaiting } = admission;
    const connection = listed.get(request(serviceId, endpointId));
    if (!isWaiting || connection === undefined || last?.code !== 'approval-needed' || last.recordedAt === undefined)
      return [];
    const { remindDays } = standingOf(connection, admission);
    const times = Math.floor((Date.parse(now) - Date.parse(last.recordedAt)) / (remindDays * DAY));
    if (times < 1) return [];
    return [
      {
        kind: 'approval',
        pk: request(serviceId, endpointId),
        sk: 'WARNED#approval',
        what: `${last.recordedAt} ${times}`,
        serviceId,
        vpcEndpointId: endpointId,
        ...(last.customerId === undefined ? {} : { customerId: last.customerId }),
        sentence: `Endpoint ${endpointId} of account ${connection.owner} has been waiting for a person's word since ${last.recordedAt}.`,
      },
    ];
  });
};

const pending = ({ connections, admissions, now }: Estate): readonly Warning[] => {
  const decided = new Set(
    admissions.flatMap(({ serviceId, endpointId, last }) => (last === undefined ? [] : request(serviceId, endpointId))),
  );
  return connections.flatMap(({ serviceId, endpointId, owner, state, createdAt }): readonly Warning[] => {
    const pk = request(serviceId, endpointId);
    if (state !== 'pendingAcceptance' || createdAt === undefined || decided.has(pk)) return [];
    if (Date.parse(now) - Date.parse(createdAt) < PENDING_TOO_LONG) return [];
    return [
      {
        kind: 'pending',
        pk,
        sk: 'WARNED#pending',
        what: createdAt,
        serviceId,
        vpcEndpointId: endpointId,
        sentence: `Endpoint ${endpointId} of account ${owner} has been waiting since ${createdAt}, and nobody has decided about it.`,
      },
    ];
  });
};

const leftBehind = ({ connections }: Estate): readonly Warning[] => {
  const byOwner = new Map<string, { serviceId: string; owner: string; live: number; dead: string[] }>();
  for (const { serviceId, owner, state, endpointId } of connections) {
    const key = `${serviceId} ${owner}`;
    const count = byOwner.get(key) ?? { serviceId, owner, live: 0, dead: [] };
    byOwner.set(key, count);
    if (state === 'rejected' || state === 'failed' || state === 'expired') count.dead.push(endpointId);
    else if (!isOver(state)) count.live += 1;
  }
  return [...byOwner.values()].flatMap(({ serviceId, owner, live, dead }): readonly Warning[] => {
    if (dead.length < LEFT_BEHIND || dead.length <= live) return [];
    return [
      {
        kind: 'left-behind',
        pk: `OWNER#${serviceId}#${owner}`,
        sk: 'WARNED#left-behind',
        what: String(dead.length),
        serviceId,
        account: owner,
        sentence: `Account ${owner} keeps ${dead.length} endpoints for ${serviceId} that serve nobody, and ${live} that do: each costs it by the hour until it is deleted.`,
      },
    ];
  });
};

const revocation = ({ connection, revocation: { verdict, code, customerId } }: Unentitled): Warning => {
  const { serviceId, endpointId, owner } = connection;
  const whose = customerId === undefined ? `of account ${owner}` : `of ${customerId}`;
  return {
    kind: 'revocation',
    pk: request(serviceId, endpointId),
    sk: 'WARNED#revocation',
    what: `${verdict} ${code}`,
    serviceId,
    vpcEndpointId: endpointId,
    ...(customerId === undefined ? {} : { customerId }),
    sentence: `Endpoint ${endpointId} ${whose} is no longer entitled (${code}), and the mode of revoke is ${verdict}: a person may disconnect it.`,
  };
};
