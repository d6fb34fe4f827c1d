import * as packets from 'dns-packet';
import { packetRecord } from './packet-records.ts';
import type { WorldDns } from './world-dns.ts';

/** The response codes of RFC 1035, section 4.1.1: the low four bits of a packet's flags. */
const CODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4 } as const;
/** What a UDP answer may hold for a client that does not say otherwise (RFC 1035), and what we hold at most. */
const PLAIN_SIZE = 512;
const LARGEST_SIZE = 1_232;

type Query = packets.DecodedPacket;

const respond = (
  { id, flags, questions }: Pick<Query, 'id' | 'flags' | 'questions'>,
  code: keyof typeof CODES,
  more: { readonly answers?: packets.Answer[]; readonly isTruncated?: boolean; readonly hasEdns?: boolean } = {},
): packets.Packet => ({
  type: 'response',
  id: id ?? 0,
  flags:
    ((flags ?? 0) & packets.RECURSION_DESIRED) |
    packets.RECURSION_AVAILABLE |
    (more.isTruncated === true ? packets.TRUNCATED_RESPONSE : 0) |
    CODES[code],
  questions: questions ?? [],
  answers: more.answers ?? [],
  additionals:
    more.hasEdns === true
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: LARGEST_SIZE,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
});

const ednsSize = (query: Query): number | undefined => {
  const edns = query.additionals?.find((record) => record.type === 'OPT');
  return edns?.type === 'OPT' ? Math.max(PLAIN_SIZE, edns.udpPayloadSize) : undefined;
};

/**
 * Answers a query of the DNS protocol (RFC 1035, EDNS size of RFC 6891) from the DNS of a world, as the VPC's resolver.
 *
 * @param isStream - TCP: no answer is too long.
 * @param vantage - who asks: a VPC's id. @default the resolver that all ask who do not say otherwise
 * @returns the packet, without the length that TCP puts before it; `undefined` where nothing is to come back.
 */
export const answerPacket = (
  dns: WorldDns | undefined,
  bytes: Buffer,
  isStream: boolean,
  vantage?: string,
): Buffer | undefined => {
  let query: Query;
  try {
    query = packets.decode(bytes);
  } catch {
    return undefined; // no query of DNS
  }
  if (query.type !== 'query') return undefined;
  const [question] = query.questions ?? [];
  const size = ednsSize(query);
  const hasEdns = size !== undefined;
  if (question === undefined || query.questions?.length !== 1) {
    return packets.encode(respond(query, 'FORMERR', { hasEdns }));
  }
  if (dns === undefined) return packets.encode(respond(query, 'SERVFAIL', { hasEdns }));
  if ((question.class ?? 'IN') !== 'IN') return packets.encode(respond(query, 'NOTIMP', { hasEdns }));
  const { name, type } = question;
  const { code, records } = dns.query(name, type, vantage);
  const answers = records.flatMap(packetRecord);
  switch (code) {
    case 'TIMEOUT':
      return undefined;
    case 'NXDOMAIN':
    case 'SERVFAIL':
      return packets.encode(respond(query, code, { answers, hasEdns }));
    case 'NOERROR': {
      const whole = packets.encode(respond(query, 'NOERROR', { answers, hasEdns }));
      if (isStream || whole.byteLength <= Math.min(size ?? PLAIN_SIZE, LARGEST_SIZE)) return whole;
      return packets.encode(respond(query, 'NOERROR', { isTruncated: true, hasEdns }));
    }
  }
};
