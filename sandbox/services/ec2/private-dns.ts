import { ec2Errors } from './errors.ts';
import type { EndpointService, PrivateLink } from './model.ts';

/** The three states of a private DNS name, as they travel. */
export type NameState = 'pendingVerification' | 'verified' | 'failed';

/** A service's private DNS name, and how it is proved to be the provider's. */
export interface PrivateDns {
  /** In lower case: `api.example.com`, or `*.api.example.com`. */
  readonly name: string;
  /** The TXT record's first label: `_6e86v84tqgqubxbwii1m`. */
  readonly txtName: string;
  /** `vpce:l6p0ERxlTt45jevFwOCp`, in which case counts. */
  readonly txtValue: string;
  state: NameState;
  /** Stops the look that is to come. */
  cancel: () => void;
}

/**
 * What public DNS has of TXT under a name, each record's strings joined; nothing where it has none, or does not answer.
 * Private hosted zones do not count.
 */
export type PublicTxt = (name: string) => readonly string[];

const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;
const DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const LETTERS = `${DIGITS}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
/** As long as those of AWS's page. */
const LENGTH = 20;
/** Milliseconds between two looks of EC2's own accord, and for how long it goes on: records may take 48 hours to be seen. */
const OWN_LOOKS = { every: 10 * 60_000, until: 48 * 3_600_000 } as const;

/**
 * A private DNS name as services have it.
 *
 * @throws AwsError `InvalidParameterValue`: a label has 63 characters at most, the whole name 255. The sentence is ours.
 */
export const checkedName = (text: string): string => {
  const name = text.toLowerCase();
  const labels = name.replace(/^\*\./, '').split('.');
  const isLabel = (label: string): boolean =>
    label.length <= LONGEST_LABEL && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(label);
  if (labels.length < 2 || name.length > LONGEST_NAME || !labels.every(isLabel)) {
    throw ec2Errors.invalidValue('PrivateDnsName', text, 'Expected a domain name, e.g. api.example.com.');
  }
  return name;
};

const drawn = (world: PrivateLink, signs: string): string =>
  Array.from({ length: LENGTH }, () => signs[world.cloud.random.between(0, signs.length - 1)]).join('');

/**
 * Gives a service a name, with a TXT record of its own to prove it by. The name that it has already stays as it is;
 * another one is to be verified anew.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html
 */
export const nameService = (world: PrivateLink, service: EndpointService, text: string): void => {
  const name = checkedName(text);
  if (service.privateDns?.name === name) return;
  service.privateDns?.cancel();
  const given: PrivateDns = {
    name,
    txtName: `_${drawn(world, DIGITS)}`,
    txtValue: `vpce:${drawn(world, LETTERS)}`,
    state: 'pendingVerification',
    cancel: () => undefined,
  };
  service.privateDns = given;
  if (world.settings.uncertain.namesVerifyThemselves) lookAgain(world, service, given, OWN_LOOKS.until);
};

/** Takes the name of a service away. */
export const unnameService = (service: EndpointService): void => {
  service.privateDns?.cancel();
  service.privateDns = undefined;
};

/**
 * Where the TXT record may be: beneath the name or a domain above it, or, for DNS providers that take no underscores, at
 * the domain itself. Which domains can be registered is not known here: two labels are the shortest.
 *
 * @returns `['_x.api.example.com', 'api.example.com', '_x.example.com', 'example.com']` of `*.api.example.com`.
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html
 */
const txtPlaces = ({ name, txtName }: Pick<PrivateDns, 'name' | 'txtName'>): readonly string[] => {
  const labels = name.replace(/^\*\./, '').split('.');
  return labels.slice(0, -1).flatMap((_, at) => {
    const domain = labels.slice(at).join('.');
    return [`${txtName}.${domain}`, domain];
  });
};

const isProved = (world: PrivateLink, name: PrivateDns): boolean =>
  txtPlaces(name).some((place) => world.publicTxt(place).includes(name.txtValue));

const move = (world: PrivateLink, { id }: EndpointService, name: PrivateDns, state: NameState): void => {
  if (name.state === state) return;
  name.state = state;
  world.cloud.journal.write({ kind: 'state', who: 'ec2', what: `${id} ${name.name} ${state}` });
};

/**
 * Has EC2 look for the TXT record, some time from now. Started again before that, it looks later: what was put into DNS
 * meanwhile counts. A name that is verified stays so until then; a record that is gone by then fails it.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StartVpcEndpointServicePrivateDnsVerification.html
 */
export const startVerification = (world: PrivateLink, service: EndpointService, name: PrivateDns): void => {
  const { settings, cloud } = world;
  name.cancel();
  if (name.state === 'failed' && settings.uncertain.failedNameStartsOver) {
    move(world, service, name, 'pendingVerification');
  }
  name.cancel = cloud.clock.after(world.within(settings.timings.verification), () => {
    move(world, service, name, isProved(world, name) ? 'verified' : 'failed');
  });
};

const lookAgain = (world: PrivateLink, service: EndpointService, name: PrivateDns, left: number): void => {
  name.cancel = world.cloud.clock.inBackground(OWN_LOOKS.every, () => {
    if (isProved(world, name)) move(world, service, name, 'verified');
    else if (left <= OWN_LOOKS.every) move(world, service, name, 'failed');
    else lookAgain(world, service, name, left - OWN_LOOKS.every);
  });
};

/**
 * The private name of a service, which an endpoint is to have.
 *
 * @throws AwsError `InvalidParameter`: consumers can use the name only while it is `verified`
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_PrivateDnsNameConfiguration.html). The sentence for a service
 * without a name is AWS's; that for a name that is not verified is ours.
 */
export const verifiedName = ({ name, privateDns }: EndpointService): string => {
  if (privateDns === undefined) {
    throw ec2Errors.invalid(
      `Private DNS can't be enabled because the service ${name} does not provide a private DNS name.`,
    );
  }
  if (privateDns.state !== 'verified') {
    throw ec2Errors.invalid(
      `Private DNS can't be enabled because the service ${name} has not verified the private DNS name.`,
    );
  }
  return privateDns.name;
};
