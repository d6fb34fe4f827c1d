import {
  DescribeVpcEndpointServiceConfigurationsCommand,
  StartVpcEndpointServicePrivateDnsVerificationCommand,
} from '@aws-sdk/client-ec2';
import * as v from 'valibot';
import { ConciergeError } from '../../functions/domain/errors.ts';
import { plainText } from '../../functions/domain/text.ts';
import { ServiceId } from '../../functions/registry/schemas.ts';
import { createAction, type Refused, refused } from '../action.ts';
import {
  findZones,
  isSeen,
  lookInZone,
  type PrivateName,
  recordIn,
  type TxtRecord,
  wantedOf,
  writeRecord,
} from '../name-proof.ts';
import type { Services } from '../services.ts';

const Input = v.strictObject({
  serviceId: ServiceId,
  /** Which of several public hosted zones of one name. */
  zoneId: v.exactOptional(v.pipe(v.string(), v.regex(/^Z[0-9A-Z]{1,31}$/, 'not an id of a hosted zone'))),
  /** Starts it as things are: nothing is looked up, and no zone written. */
  force: v.exactOptional(v.literal(true)),
  dryRun: v.exactOptional(v.literal(true)),
});

interface About {
  readonly serviceId: string;
  readonly privateName: string;
  /** The TXT record that this command wrote; absent where it was there, or somebody else has the zone. */
  readonly wrote?: TxtRecord;
}

/** Customers may use the private name. `unchanged`: they could before. */
export interface NameVerified extends About {
  readonly outcome: 'verified' | 'unchanged';
}

/** Not everybody has made up their mind yet. */
export interface NamePending extends About {
  readonly outcome: 'pending';
  readonly waitsFor: 'EC2' | 'Route 53';
}

/** What would be done. */
export interface NamePlanned extends About {
  readonly outcome: 'planned';
  /** The TXT record that would be written first; absent where it is there. */
  readonly writes?: TxtRecord;
}

/** What became of a private DNS name. */
export type NameOutcome = NameVerified | NamePending | NamePlanned;

/**
 * In seconds: between two looks, until a `failed` that was there before is no leftover, and until nobody waits any longer. AWS publishes no number;
 * its page speaks of minutes: https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html
 */
const TIMES = { interval: 10, fresh: 300, patience: 600 } as const;

/**
 * Has EC2 verify that a service's private DNS name is the provider's to give. Where public DNS has no TXT record for it yet and a public hosted
 * zone of the account's has room for it, writes it there, as whoever calls; where none has, says what to put where.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StartVpcEndpointServicePrivateDnsVerification.html
 * @throws BadInput; what AWS throws.
 */
export const verifyName = createAction(
  Input,
  async ({ serviceId, zoneId, force, dryRun }, services): Promise<NameOutcome | Refused> => {
    const name = await read(serviceId, services);
    if (name === undefined) {
      return refused(
        `${serviceId} has no private DNS name. Give it one in EC2: modify-vpc-endpoint-service-configuration --private-dns-name.`,
      );
    }
    const about: About = { serviceId, privateName: name.privateName };
    if (name.state === 'verified') return { outcome: 'unchanged', ...about };

    const proof: Proof =
      force === true || (await isSeen(name, services)) ? { kind: 'start' } : await prove(name, zoneId, services);
    if (proof.kind === 'refused') return refused(proof.because);
    if (dryRun === true) {
      return { outcome: 'planned', ...about, ...(proof.kind === 'write' ? { writes: proof.txt } : {}) };
    }
    if (proof.kind === 'start') return verify(name, about, services);
    const { txt } = proof;
    services.say(`Writing ${txt.record} TXT "${txt.value}" into ${txt.zoneId} (${txt.name}).`);
    const written = await write(txt, name, services);
    if (typeof written === 'string') return refused(written);
    const wrote = { ...about, wrote: txt };
    return written ? verify(name, wrote, services) : { outcome: 'pending', waitsFor: 'Route 53', ...wrote };
  },
);

const read = async (serviceId: string, { ec2 }: Services): Promise<PrivateName | undefined> => {
  const { ServiceConfigurations: [found] = [] } = await ec2.send(
    new DescribeVpcEndpointServiceConfigurationsCommand({ ServiceIds: [serviceId] }),
  );
  const { PrivateDnsName: name, PrivateDnsNameConfiguration: of } = found ?? {};
  if (name === undefined || name === '' || of?.Name === undefined || of.Value === undefined) return undefined;
  return {
    serviceId,
    privateName: plainText(name, 255),
    state: plainText(String(of.State), 40),
    label: plainText(of.Name, 255),
    value: plainText(of.Value, 255),
  };
};

/** How the name is to be proved. */
type Proof =
  | { readonly kind: 'start' }
  | { readonly kind: 'write'; readonly txt: TxtRecord }
  | { readonly kind: 'refused'; readonly because: string };

const AGAIN = 'wait for its TTL, and give the command again; --force has EC2 look all the same.';

const byHand = (name: PrivateName, because: string): string =>
  `${wantedOf(name)}, and nobody sees it from here. ${because} Put it there, or have it put there, ${AGAIN}`;

const prove = async (name: PrivateName, zoneId: string | undefined, services: Services): Promise<Proof> => {
  const refuse = (because: string): Proof => ({ kind: 'refused', because });
  try {
    const all = await findZones(name, services.route53);
    const zones = all.filter((zone) => zoneId === undefined || zone.zoneId === zoneId);
    const [zone] = zones;
    if (zone === undefined) {
      return refuse(
        byHand(
          name,
          zoneId === undefined
            ? 'Your account has no public hosted zone for it: somebody else has the domain.'
            : `${zoneId} is no public hosted zone of your account's for it.`,
        ),
      );
    }
    if (zones.length > 1) {
      return refuse(
        `Your account has ${zones.length} public hosted zones ${zone.name}: ${zones.map((each) => each.zoneId).join(', ')}. Say by --zone to which of them the domain is delegated. Nothing was written.`,
      );
    }
    const txt = recordIn(zone, name);
    const has = await lookInZone(txt, services.route53);
    if (has.kind === 'another') {
      return refuse(
        `${has.because} Nothing was written. Whoever wrote it may add the value "${name.value}" to it; ${AGAIN}`,
      );
    }
    return has.kind === 'it' ? { kind: 'start' } : { kind: 'write', txt };
  } catch (error) {
    // Who runs the Concierge need not be who may see zones.
    if (!isDenied(error)) throw error;
    return refuse(byHand(name, `You may not look into hosted zones (${plainText(String(error), 300)}).`));
  }
};

const isDenied = (error: unknown): error is Error =>
  error instanceof Error && ['Denied', 'AccessDenied', 'AccessDeniedException'].includes(error.name);

/** @returns whether all of Route 53 has it; why nothing was written. */
const write = async (txt: TxtRecord, name: PrivateName, services: Services): Promise<boolean | string> => {
  try {
    return await writeRecord(txt, name.serviceId, services);
  } catch (error) {
    if (isDenied(error)) {
      return byHand(name, `You may not write ${txt.zoneId} (${txt.name}): ${plainText(error.message, 300)}.`);
    }
    if (error instanceof ConciergeError && (error.name === 'NotSettled' || error.name === 'UnsafePlan')) {
      return `${txt.zoneId} (${txt.name}) did not take it: ${plainText(error.message, 300)}. Nothing was written: look at ${txt.record}, and give the command again.`;
    }
    throw error;
  }
};

const verify = async (before: PrivateName, about: About, services: Services): Promise<NameOutcome | Refused> => {
  const { serviceId } = before;
  await services.ec2.send(new StartVpcEndpointServicePrivateDnsVerificationCommand({ ServiceId: serviceId }));
  services.say(`EC2 looks for the TXT record of ${about.privateName}.`);
  let isFresh = before.state !== 'failed';
  for (let waited = 0; waited <= TIMES.patience; waited += TIMES.interval) {
    const now = await read(serviceId, services);
    if (now?.state === 'verified') return { outcome: 'verified', ...about };
    // A `failed` that was there before the start says nothing, unless something else came in between.
    if (now?.state === 'failed' && (isFresh || waited >= TIMES.fresh)) return refused(notFound(now, about));
    if (now?.state === 'pendingVerification') isFresh = true;
    await services.wait(TIMES.interval * 1_000);
  }
  return { outcome: 'pending', waitsFor: 'EC2', ...about };
};

const notFound = (name: PrivateName, { wrote }: About): string => {
  const where =
    wrote === undefined
      ? 'Is it there as it is, in this case, and in public DNS?'
      : `It was written into ${wrote.zoneId}: is the domain delegated to the name servers of ${wrote.name}?`;
  return `EC2 did not find what it looked for. ${wantedOf(name)}. ${where} Give the command again when it is.`;
};
