import type { CallContext } from '../../cloud.ts';
import type { Range } from '../../random.ts';
import type { Throttling } from '../buckets.ts';

/** How long things take, in milliseconds. */
interface Timings {
  /**
   * `pending` -> `available`: after an accept, or after creation where none is needed.
   *
   * AWS publishes no number. Tens of seconds are what accepters wait for
   * (https://github.com/hashicorp/terraform-provider-aws/pull/19059), minutes are seen too: widen it to try those.
   *
   * @default 20 to 60 seconds
   */
  readonly provisioning: Range;
  /** `deleting` -> `deleted`. An assumption: AWS publishes no number. @default 10 to 40 seconds */
  readonly deleting: Range;
  /** How long a `deleted` endpoint is still known. An assumption: AWS publishes no number. @default 1 to 3 minutes */
  readonly deletedKept: Range;
  /** `Deleting` of an endpoint service until it is gone. An assumption: AWS publishes no number. @default 2 to 10 seconds */
  readonly serviceDeleting: Range;
  /**
   * From StartVpcEndpointServicePrivateDnsVerification to the look. "A few minutes" is all that
   * https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html says; providers wait one
   * (https://github.com/ubicloud/ubicloud).
   *
   * @default 30 seconds to 3 minutes
   */
  readonly verification: Range;
  /** From an event to the publish on its topic. An assumption: AWS publishes no number. @default 1 to 5 seconds */
  readonly notice: Range;
}

/**
 * How AWS answers for one id of a batch that it cannot act on: a code in `Unsuccessful`, or `null` where it says nothing
 * and the id looks done.
 */
export type ItemAnswer = string | null;

/**
 * What AWS does not document, or what sources contradict each other on. Each has the answer that we assume and the other
 * one; what is deployed must bear both.
 */
export interface Uncertain {
  /** Accept of a `pending` or `available` connection. @default 'InvalidState' */
  readonly acceptAccepted: ItemAnswer;
  /** Whether a `rejected` connection may be accepted. The console offers it; tools treat `rejected` as final. @default true */
  readonly acceptAfterReject: boolean;
  /** Accept of a `rejected` connection where {@link acceptAfterReject} is false. @default 'InvalidState' */
  readonly acceptRejected: ItemAnswer;
  /** Accept of a connection that is over: `deleting`, `deleted`, `failed`, `expired`. @default 'InvalidState' */
  readonly acceptEnded: ItemAnswer;
  /** Reject of a `rejected` connection. @default 'InvalidState' */
  readonly rejectRejected: ItemAnswer;
  /** Reject of a connection that is over: `deleting`, `deleted`, `failed`, `expired`. @default 'InvalidState' */
  readonly rejectEnded: ItemAnswer;
  /**
   * An endpoint that nobody has, or that is not connected to this service.
   *
   * @default 'InvalidVpcEndpoint.NotFound', by analogy with `InvalidVpcEndpointService.NotFound`, which operators see in the
   * `Unsuccessful` of DeleteVpcEndpointServiceConfigurations; `InvalidVpcEndpointId.NotFound` is as likely
   */
  readonly unknownEndpoint: ItemAnswer;
  /** DeleteVpcEndpoints of an endpoint that is `deleting` already. @default null */
  readonly deleteDeleting: ItemAnswer;
  /**
   * Whether connections outlive the removal of the principal that allowed them.
   * They do by https://github.com/hashicorp/terraform-provider-aws/issues/37260; `disconnects` turns them to `rejected`.
   *
   * @default 'keeps'
   */
  readonly principalRemoval: 'keeps' | 'disconnects';
  /**
   * The text of a connection notification; AWS publishes no schema.
   * `json` = JSON of our own making, `text` = a sentence, `ids` = the two ids and nothing else, `bare` = a sentence without ids.
   *
   * @default 'json'
   */
  readonly notificationBody: 'json' | 'text' | 'ids' | 'bare';
  /** Most ids that one Accept or Reject call takes; more are refused as `InvalidParameterValue`. @default unlimited */
  readonly maxIdsPerAnswer: number;
  /** Whether DescribeVpcEndpointConnections lists `deleted` connections for as long as they are known. @default true */
  readonly deletedListed: boolean;
  /**
   * Whether DescribeVpcEndpointConnections takes the filter `vpc-endpoint-id`. The API reference lists it;
   * https://github.com/hashicorp/terraform-provider-aws/pull/48442 reports that the server calls it invalid.
   *
   * @default true
   */
  readonly endpointIdFilter: boolean;
  /** Whether a `failed` private DNS name is `pendingVerification` as soon as its verification is started again. @default true */
  readonly failedNameStartsOver: boolean;
  /**
   * Whether EC2 looks for a new name's TXT record of its own accord, every ten minutes for two days. An older page of AWS's
   * says that the DNS server is polled
   * (https://docs.aws.amazon.com/vpc/latest/userguide/modify-vpc-endpoint-service-dns-name.html), providers start it themselves.
   *
   * @default false
   */
  readonly namesVerifyThemselves: boolean;
  /** Milliseconds after which an unanswered request turns `expired`; the state exists, its rule is unpublished. @default never */
  readonly requestExpires: number;
}

/** What a world may ask of its EC2. */
export interface Ec2Options {
  readonly timings?: Partial<Timings>;
  readonly uncertain?: Partial<Uncertain>;
  /**
   * How far behind the truth a Describe of endpoints, connections and network interfaces may be, in milliseconds, drawn for
   * each call: an older state is shown, what is new is not listed yet, and an interface that is gone still is. Writes always see the truth.
   * See https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
   *
   * @default [0, 0]
   */
  readonly readDelay?: Range;
  /** The fraction of accepted connections that end `failed` instead of `available`. @default 0 */
  readonly failing?: number;
  /**
   * The results of a page where the caller names no MaxResults. AWS publishes none for these actions.
   *
   * @default 1000, the highest MaxResults
   */
  readonly defaultPage?: number;
  /**
   * The most connections of a page, whatever MaxResults says: so that a few are more than a page.
   *
   * @default 1000, the highest MaxResults
   */
  readonly largestPage?: number;
  /**
   * The region that a call is made in: where its endpoint is created, `VpcEndpointRegion`. For consumers in regions that
   * the world does not have.
   *
   * @default the region whose EC2 is called
   */
  readonly regionOf?: (context: CallContext) => string;
  /**
   * Whose token buckets are in force.
   *
   * @default 'none' where EC2 stands alone, as in its own tests; a world has 'documented'
   */
  readonly throttling?: Throttling;
}

/** The options with every default filled in. */
export interface Settings {
  readonly timings: Timings;
  readonly uncertain: Uncertain;
  readonly readDelay: Range;
  readonly failing: number;
  readonly defaultPage: number;
  readonly largestPage: number;
  readonly regionOf: (context: CallContext) => string;
  readonly throttling: Throttling;
}

const second = 1_000;
const HIGHEST_MAX_RESULTS = 1_000;

/** Fills in the documented defaults. */
export const settingsFrom = (options: Ec2Options): Settings => ({
  timings: {
    provisioning: [20 * second, 60 * second],
    deleting: [10 * second, 40 * second],
    deletedKept: [60 * second, 180 * second],
    serviceDeleting: [2 * second, 10 * second],
    verification: [30 * second, 180 * second],
    notice: [1 * second, 5 * second],
    ...options.timings,
  },
  uncertain: {
    acceptAccepted: 'InvalidState',
    acceptAfterReject: true,
    acceptRejected: 'InvalidState',
    acceptEnded: 'InvalidState',
    rejectRejected: 'InvalidState',
    rejectEnded: 'InvalidState',
    unknownEndpoint: 'InvalidVpcEndpoint.NotFound',
    deleteDeleting: null,
    principalRemoval: 'keeps',
    notificationBody: 'json',
    maxIdsPerAnswer: Number.POSITIVE_INFINITY,
    deletedListed: true,
    endpointIdFilter: true,
    failedNameStartsOver: true,
    namesVerifyThemselves: false,
    requestExpires: Number.POSITIVE_INFINITY,
    ...options.uncertain,
  },
  readDelay: options.readDelay ?? [0, 0],
  failing: options.failing ?? 0,
  defaultPage: options.defaultPage ?? HIGHEST_MAX_RESULTS,
  largestPage: options.largestPage ?? HIGHEST_MAX_RESULTS,
  regionOf: options.regionOf ?? (({ cloud }) => cloud.region),
  throttling: options.throttling ?? 'none',
});
