import { ListHostedZonesByNameCommand, type Route53Client } from '@aws-sdk/client-route-53';
import { changeSets, isInSync, readName } from '../functions/aws/hosted-zone.ts';
import { withDot } from '../functions/domain/dns-record.ts';
import { plainText } from '../functions/domain/text.ts';
import type { Services } from './services.ts';

/** What EC2 says of a service's private DNS name, plain for people. */
export interface PrivateName {
  readonly serviceId: string;
  /** `api.example.com`, or `*.api.example.com`. */
  readonly privateName: string;
  readonly state: string;
  /** The TXT record's first label: `_6e86v84tqgqubxbwii1m`. */
  readonly label: string;
  readonly value: string;
}

/** A public hosted zone of the account's. */
export interface PublicZone {
  readonly zoneId: string;
  /** With a dot at its end. */
  readonly name: string;
}

/** A TXT record that proves a name, in the zone that it is in, or is to be in. */
export interface TxtRecord extends PublicZone {
  /** Its name, with a dot at its end: `_6e86v84tqgqubxbwii1m.api.example.com.` */
  readonly record: string;
  readonly value: string;
}

/** Seconds for which resolvers keep the TXT record, as AWS's page has it: https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html */
const TTL = 1_800;

/** In seconds: a change of Route 53 takes a minute as a rule, https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html */
const SYNC = { interval: 5, patience: 300 } as const;

/** The name's domain and those above it, down to two labels: `['api.example.com', 'example.com']` of `*.api.example.com`. */
const domainsOf = ({ privateName }: Pick<PrivateName, 'privateName'>): readonly string[] => {
  const labels = privateName.replace(/^\*\./, '').split('.');
  return labels.slice(0, Math.max(labels.length - 1, 1)).map((_, at) => labels.slice(at).join('.'));
};

/**
 * Where the TXT record may be: beneath the private name or a domain above it.
 *
 * https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html
 *
 * @returns `['_x.api.example.com', '_x.example.com']` of `*.api.example.com`.
 */
const placesOf = (name: Pick<PrivateName, 'privateName' | 'label'>): readonly string[] => {
  const first = name.label.split('.')[0] ?? name.label;
  return domainsOf(name).map((domain) => `${first}.${domain}`);
};

/** Whether public DNS has it, as seen from here. */
export const isSeen = async (name: PrivateName, { lookUpTxt }: Services): Promise<boolean> => {
  for (const place of placesOf(name)) if ((await lookUpTxt(place)).includes(name.value)) return true;
  return false;
};

/** What a person who has the domain is to put there. */
export const wantedOf = (name: PrivateName): string =>
  `Public DNS must have a TXT record "${name.value}" at ${placesOf(name).join(' or ')}`;

/**
 * The account's public hosted zones of the longest name that holds the private one. A private hosted zone proves nothing.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html
 *
 * @returns several where zones share a name: only one of them is delegated to.
 * @throws what AWS throws.
 */
export const findZones = async (name: PrivateName, route53: Route53Client): Promise<readonly PublicZone[]> => {
  for (const domain of domainsOf(name)) {
    const { HostedZones = [] } = await route53.send(new ListHostedZonesByNameCommand({ DNSName: domain }));
    const found = HostedZones.filter((zone) => zone.Name === withDot(domain) && zone.Config?.PrivateZone !== true);
    if (found.length > 0) {
      return found.map(({ Id = '' }) => ({
        zoneId: plainText(Id.replace(/^\/hostedzone\//, ''), 40),
        name: withDot(domain),
      }));
    }
  }
  return [];
};

/** What a zone has where the TXT record is to be. */
export type ZoneHas =
  | { readonly kind: 'nothing' | 'it' }
  /** Somebody else's: for a person, in words. */
  | { readonly kind: 'another'; readonly because: string };

/** The record that is to be in a zone. */
export const recordIn = (zone: PublicZone, name: PrivateName): TxtRecord => ({
  ...zone,
  record: withDot(placesOf(name)[0] ?? ''),
  value: name.value,
});

/** As a TXT record has a text. */
const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&')}"`;

/** @throws `Throttled`, `Denied`, and Route 53's own errors. */
export const lookInZone = async (txt: TxtRecord, route53: Route53Client): Promise<ZoneHas> => {
  const sets = await readName(route53, txt.zoneId, txt.record);
  const cname = sets.find(({ type }) => type === 'CNAME');
  const own = sets.find(({ type }) => type === 'TXT');
  if (own?.values?.includes(quoted(txt.value)) === true) return { kind: 'it' };
  if (cname === undefined && own === undefined) return { kind: 'nothing' };
  const has = cname === undefined ? `TXT ${own?.values?.join(' ') ?? 'of another kind'}` : 'a CNAME';
  return {
    kind: 'another',
    because: `${txt.record} in ${txt.zoneId} (${txt.name}) is ${plainText(has, 300)}, which we did not write.`,
  };
};

/**
 * Creates the record, in one batch: where somebody was faster, Route 53 refuses it and nothing of theirs is lost. Then waits until all of Route
 * 53's servers have it.
 *
 * @returns whether they have.
 * @throws `NotSettled` where somebody else changes the zone, or was faster; `UnsafePlan`, `Throttled`, `Denied`; Route 53's own errors.
 */
export const writeRecord = async (txt: TxtRecord, serviceId: string, services: Services): Promise<boolean> => {
  const { route53, wait } = services;
  const set = { name: txt.record, type: 'TXT', ttl: TTL, values: [quoted(txt.value)] };
  const change = await changeSets(route53, { zoneId: txt.zoneId, recordId: serviceId }, [{ action: 'CREATE', set }]);
  for (let waited = 0; waited <= SYNC.patience; waited += SYNC.interval) {
    if (await isInSync(route53, change)) return true;
    await wait(SYNC.interval * 1_000);
  }
  return false;
};
