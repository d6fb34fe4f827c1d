import { isIP } from 'node:net';
import * as v from 'valibot';
import { ControlError, type ControlSubject } from '../control.ts';
import { readOptions } from '../control-options.ts';
import { VPC_RESOLVER } from './vantages.ts';
import type { Ailment, WorldDns } from './world-dns.ts';

const address = v.pipe(
  v.string(),
  v.check((text) => isIP(text) !== 0, 'Expected an IPv4 or IPv6 address'),
);
/** Of the block for documentation (RFC 5737): nobody's. */
const FOREIGN = ['203.0.113.66'];

const POISON = v.strictObject({
  addresses: v.optional(v.pipe(v.array(address), v.minLength(1)), FOREIGN),
  alone: v.optional(v.boolean()),
});
const SET = v.strictObject({
  addresses: v.array(address),
  ttl: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});
const VPC_ID = /^vpc-[0-9a-f]{8,17}$/;
const ASK = v.strictObject({
  vpc: v.optional(v.pipe(v.string(), v.regex(VPC_ID, 'Expected the id of a VPC'))),
  type: v.optional(v.pipe(v.string(), v.toUpperCase()), 'A'),
});
const NOTHING = v.strictObject({});

/**
 * `POST /_sandbox/dns/NAME/VERB`: `nxdomain`, `servfail`, `empty`, `timeout`, `poison` with `{"addresses": [...], "alone": true}`,
 * `heal`; `set` with `{"addresses": [...], "ttl": 30}` and `unset` for names of any host. Every answer has what the VPC's
 * resolver says now. `ask` with `{"vpc": "vpc-…", "type": "TXT"}` shows what the resolver of another VPC says. For a VPC's id
 * in place of the name, `vantage` makes it the VPC in which functions are, and whoever asks the DNS port.
 */
export const dnsControl = (dns: WorldDns): ControlSubject => {
  const now = (name: string): object => ({ A: dns.resolve(name, 'A'), AAAA: dns.resolve(name, 'AAAA') });
  const simple =
    (kind: (Ailment & { kind: 'nxdomain' | 'servfail' | 'empty' | 'timeout' })['kind']) =>
    (name: string, options: Readonly<Record<string, unknown>>): object => {
      readOptions(NOTHING, options);
      dns.ail(name, { kind });
      return now(name);
    };
  return {
    subject: 'dns',
    verbs: {
      nxdomain: simple('nxdomain'),
      servfail: simple('servfail'),
      empty: simple('empty'),
      timeout: simple('timeout'),
      poison: (name, options) => {
        const { addresses, alone } = readOptions(POISON, options);
        dns.ail(name, { kind: 'poison', addresses, isAlone: alone });
        return now(name);
      },
      heal: (name, options) => {
        readOptions(NOTHING, options);
        dns.heal(name);
        return now(name);
      },
      set: (name, options) => {
        const { addresses, ttl } = readOptions(SET, options);
        dns.setName(name, addresses, ttl);
        return now(name);
      },
      unset: (name, options) => {
        readOptions(NOTHING, options);
        dns.unsetName(name);
        return now(name);
      },
      ask: (name, options) => {
        const { vpc, type } = readOptions(ASK, options);
        return dns.query(name, type, vpc);
      },
      vantage: (vpcId, options) => {
        readOptions(NOTHING, options);
        if (!VPC_ID.test(vpcId)) throw new ControlError(`${vpcId} is not the id of a VPC.`);
        dns.vantages.define(VPC_RESOLVER, vpcId);
        return { vpc: vpcId };
      },
    },
  };
};
