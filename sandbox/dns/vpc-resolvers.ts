import { type DnsServer, serveDns } from './server.ts';
import type { WorldDns } from './world-dns.ts';

/** How many VPCs functions may be in at once: each has a port, and ports are opened before anybody is deployed. */
const MOST = 4;

/** The resolvers of VPCs, on ports of this machine: who asks there is in that VPC. */
export interface VpcResolvers {
  /**
   * Where the names of a VPC are asked for, e.g. `127.0.0.1:40123`: the same port for as long as the sandbox runs.
   *
   * @throws Error in a sentence, for the fifth VPC.
   */
  addressOf(vpcId: string): string;
  close(): Promise<void>;
}

/**
 * Opens them, for functions that real time runs: their questions are packets, which do not say where they come from.
 *
 * @param dns - the world's, `undefined` as long as there is none.
 */
export const openVpcResolvers = async (dns: () => WorldDns | undefined): Promise<VpcResolvers> => {
  const vpcs: string[] = [];
  const servers: DnsServer[] = [];
  for (let index = 0; index < MOST; index += 1) servers.push(await serveDns(dns, 0, () => vpcs[index]));
  return {
    addressOf: (vpcId) => {
      const index = vpcs.includes(vpcId) ? vpcs.indexOf(vpcId) : vpcs.push(vpcId) - 1;
      const server = servers[index];
      if (server === undefined) throw new Error(`Functions are in more than ${MOST} VPCs; the sandbox serves ${MOST}.`);
      return server.address;
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
};
