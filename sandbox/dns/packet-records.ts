import type { Answer } from 'dns-packet';
import { txtStrings } from './txt.ts';
import type { NamedRecord } from './world-dns.ts';

const bare = (name: string): string => name.replace(/\.$/, '');

/** What each type's data are in a packet; types that are not here are not answered. */
const DATA: Readonly<Record<string, (data: string) => unknown>> = {
  A: (data) => data,
  AAAA: (data) => data,
  CNAME: bare,
  NS: bare,
  PTR: bare,
  TXT: (data) => [...(txtStrings(data) ?? [data])],
  MX: (data) => {
    const [preference, exchange = ''] = data.split(/\s+/);
    return { preference: Number(preference), exchange: bare(exchange) };
  },
  SRV: (data) => {
    const [priority, weight, port, target = ''] = data.split(/\s+/);
    return { priority: Number(priority), weight: Number(weight), port: Number(port), target: bare(target) };
  },
  SOA: (data) => {
    const [mname = '', rname = '', serial, refresh, retry, expire, minimum] = data.split(/\s+/);
    const numbers = { serial: Number(serial), refresh: Number(refresh), retry: Number(retry) };
    return { mname: bare(mname), rname: bare(rname), ...numbers, expire: Number(expire), minimum: Number(minimum) };
  },
};

/** A record as a packet has it. */
export const packetRecord = ({ name, type, ttl, data }: NamedRecord): readonly Answer[] => {
  const read = Object.hasOwn(DATA, type) ? DATA[type] : undefined;
  return read === undefined ? [] : [{ type, class: 'IN', name, ttl, data: read(data) } as Answer];
};
