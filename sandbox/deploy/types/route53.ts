import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../services/errors.ts';
import { each } from '../property-rules.ts';
import { type Answer, type Creation, defined, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';
import { type Tags, tagChange } from './tags.ts';

type Vpcs = readonly { readonly VPCId: string; readonly VPCRegion: string }[];

interface ZoneProperties {
  readonly Name: string;
  readonly HostedZoneConfig?: { readonly Comment?: string };
  readonly VPCs?: Vpcs;
  readonly HostedZoneTags?: Tags;
}

interface RecordProperties {
  readonly HostedZoneId?: string;
  readonly HostedZoneName?: string;
  readonly Name: string;
  readonly Type: string;
  readonly TTL?: string | number;
  readonly Weight?: string | number;
  readonly ResourceRecords?: readonly string[];
  readonly Comment?: string;
  readonly AliasTarget?: { readonly EvaluateTargetHealth?: boolean | string };
}

interface HealthCheckProperties {
  readonly HealthCheckConfig: Readonly<Record<string, unknown>>;
  readonly HealthCheckTags?: Tags;
}

const SERVICE = 'route53';
/** What a caller reference of a health check may be at most. */
const REFERENCE = 64;
/** Before a change is tried again that came while the zone was busy, in milliseconds; and how often. */
const TRY_AGAIN = 500;
const TRIES = 60;

const changeTags = async (
  { call }: Creation,
  ResourceType: string,
  ResourceId: string,
  before: Tags | undefined,
  after: Tags | undefined,
): Promise<void> => {
  const { added, removed } = tagChange(before, after);
  if (added.length + removed.length === 0) return;
  await call(SERVICE, 'ChangeTagsForResource', {
    ResourceType,
    ResourceId,
    ...(added.length === 0 ? {} : { AddTags: added }),
    ...(removed.length === 0 ? {} : { RemoveTagKeys: removed }),
  });
};

/** The zone that a record names, by its id or by its name. */
const zoneOf = async ({ HostedZoneId, HostedZoneName }: RecordProperties, { call }: Creation): Promise<string> => {
  if ((HostedZoneId === undefined) === (HostedZoneName === undefined)) {
    throw new Error('exactly one of HostedZoneId and HostedZoneName must be specified');
  }
  if (HostedZoneId !== undefined) return HostedZoneId;
  const found = await call(SERVICE, 'ListHostedZonesByName', { DNSName: HostedZoneName, MaxItems: 2 });
  const zones = (found.HostedZones ?? []) as readonly { readonly Id: string; readonly Name: string }[];
  const named = zones.filter(({ Name }) => Name === HostedZoneName?.toLowerCase());
  if (named.length !== 1) throw new Error(`there are ${named.length} hosted zones named ${HostedZoneName}`);
  return (named[0]?.Id ?? '').replace('/hostedzone/', '');
};

const isTrue = (value: boolean | string | undefined): boolean => value === true || value === 'true';

/** A record's properties as the API has them: numbers may be texts in a template, values are plain texts. */
const recordSet = (properties: RecordProperties): object => {
  const { HostedZoneId: _, HostedZoneName: __, Comment: ___, ...set } = properties;
  const { TTL, Weight, ResourceRecords, AliasTarget, ...rest } = set;
  return defined({
    ...rest,
    TTL: TTL === undefined ? undefined : Number(TTL),
    Weight: Weight === undefined ? undefined : Number(Weight),
    ResourceRecords: ResourceRecords?.map((Value) => ({ Value })),
    AliasTarget:
      AliasTarget === undefined
        ? undefined
        : { ...AliasTarget, EvaluateTargetHealth: isTrue(AliasTarget.EvaluateTargetHealth) },
  });
};

/** Calls, again and again while the zone is busy with somebody else's change. */
const untilFree = async (creation: Creation, action: string, input: object): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      await creation.call(SERVICE, action, input);
      return;
    } catch (error) {
      const isBusy = error instanceof AwsError && error.code === 'PriorRequestNotComplete';
      if (!isBusy || tries === TRIES) throw error;
      await creation.pause(TRY_AGAIN);
    }
  }
};

const changeRecords = async (
  creation: Creation,
  properties: RecordProperties,
  changes: readonly (readonly [action: string, properties: RecordProperties])[],
): Promise<void> => {
  const Changes = changes.map(([Action, each]) => ({ Action, ResourceRecordSet: recordSet(each) }));
  const ChangeBatch = defined({ Comment: properties.Comment, Changes });
  const HostedZoneId = await zoneOf(properties, creation);
  await untilFree(creation, 'ChangeResourceRecordSets', { HostedZoneId, ChangeBatch });
};

const identity = ({ Type, Name, ...rest }: RecordProperties): readonly unknown[] => [
  Name,
  Type,
  'SetIdentifier' in rest ? rest.SetIdentifier : undefined,
];

const nameServers = (created: Answer): string => {
  const { NameServers = [] } = (created.DelegationSet ?? {}) as { readonly NameServers?: readonly string[] };
  return NameServers.join(',');
};

/**
 * Hosted zones, records and health checks. What Fn::GetAtt of NameServers answers is one text, with commas.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Route53.html
 */
export const route53Types: ResourceTypes = {
  'AWS::Route53::HostedZone': resourceType<ZoneProperties>({
    properties: {
      ...each('used', 'Name', 'VPCs', 'HostedZoneTags'),
      HostedZoneConfig: each('used', 'Comment'),
      ...each('accepted', 'QueryLoggingConfig', 'HostedZoneFeatures'),
    },
    async create({ Name, HostedZoneConfig, VPCs = [], HostedZoneTags }, creation) {
      const [first, ...others] = VPCs;
      const created = await creation.call(SERVICE, 'CreateHostedZone', {
        Name,
        CallerReference: creation.generatedName(128),
        ...defined({ HostedZoneConfig, VPC: first }),
      });
      const id = textOf(created, 'HostedZone', 'Id').replace('/hostedzone/', '');
      for (const VPC of others) await creation.call(SERVICE, 'AssociateVPCWithHostedZone', { HostedZoneId: id, VPC });
      await changeTags(creation, 'hostedzone', id, undefined, HostedZoneTags);
      return { ref: id, attributes: { Id: id, NameServers: nameServers(created) } };
    },
    replacing: ['Name'],
    inPlace: ['HostedZoneConfig', 'VPCs', 'HostedZoneTags'],
    async update({ ref: id, before, after }, creation) {
      if (!isDeepStrictEqual(before.HostedZoneConfig, after.HostedZoneConfig)) {
        const Comment = after.HostedZoneConfig?.Comment;
        await creation.call(SERVICE, 'UpdateHostedZoneComment', { Id: id, ...defined({ Comment }) });
      }
      const without = (all: Vpcs = [], those: Vpcs = []): Vpcs =>
        all.filter((one) => !those.some((other) => isDeepStrictEqual(one, other)));
      for (const VPC of without(after.VPCs, before.VPCs)) {
        await creation.call(SERVICE, 'AssociateVPCWithHostedZone', { HostedZoneId: id, VPC });
      }
      for (const VPC of without(before.VPCs, after.VPCs)) {
        await creation.call(SERVICE, 'DisassociateVPCFromHostedZone', { HostedZoneId: id, VPC });
      }
      await changeTags(creation, 'hostedzone', id, before.HostedZoneTags, after.HostedZoneTags);
    },
    async remove({ ref: Id }, creation) {
      await untilFree(creation, 'DeleteHostedZone', { Id });
    },
  }),

  'AWS::Route53::RecordSet': resourceType<RecordProperties>({
    properties: {
      ...each('used', 'HostedZoneId', 'HostedZoneName', 'Name', 'Type', 'TTL', 'ResourceRecords', 'Comment'),
      ...each('used', 'SetIdentifier', 'Weight', 'Failover', 'MultiValueAnswer', 'HealthCheckId'),
      AliasTarget: each('used', 'HostedZoneId', 'DNSName', 'EvaluateTargetHealth'),
    },
    async create(properties, creation) {
      await changeRecords(creation, properties, [['CREATE', properties]]);
      return { ref: properties.Name.replace(/\.$/, ''), attributes: {} };
    },
    replacing: ['HostedZoneId', 'HostedZoneName', 'Name'],
    inPlace: [
      ...['Type', 'TTL', 'ResourceRecords', 'Comment', 'SetIdentifier', 'Weight', 'Failover'],
      ...['MultiValueAnswer', 'HealthCheckId', 'AliasTarget'],
    ],
    async update({ before, after }, creation) {
      const isSame = isDeepStrictEqual(identity(before), identity(after));
      await changeRecords(
        creation,
        after,
        isSame
          ? [['UPSERT', after]]
          : [
              ['DELETE', before],
              ['CREATE', after],
            ],
      );
    },
    async remove({ properties }, creation) {
      await changeRecords(creation, properties, [['DELETE', properties]]);
    },
  }),

  'AWS::Route53::HealthCheck': resourceType<HealthCheckProperties>({
    properties: {
      HealthCheckConfig: each(
        'used',
        ...['Type', 'IPAddress', 'Port', 'ResourcePath', 'FullyQualifiedDomainName', 'SearchString'],
        ...['RequestInterval', 'FailureThreshold', 'MeasureLatency', 'EnableSNI', 'Regions', 'Inverted', 'Disabled'],
        ...['HealthThreshold', 'ChildHealthChecks', 'AlarmIdentifier', 'InsufficientDataHealthStatus'],
      ),
      ...each('used', 'HealthCheckTags'),
    },
    async create({ HealthCheckConfig, HealthCheckTags }, creation) {
      const created = await creation.call(SERVICE, 'CreateHealthCheck', {
        CallerReference: creation.generatedName(REFERENCE),
        HealthCheckConfig,
      });
      const id = textOf(created, 'HealthCheck', 'Id');
      await changeTags(creation, 'healthcheck', id, undefined, HealthCheckTags);
      return { ref: id, attributes: { HealthCheckId: id } };
    },
    inPlace: ['HealthCheckConfig', 'HealthCheckTags'],
    async update({ ref: id, before, after }, creation) {
      if (!isDeepStrictEqual(before.HealthCheckConfig, after.HealthCheckConfig)) {
        const { Type, RequestInterval: _, MeasureLatency: __, ...changed } = after.HealthCheckConfig;
        if (Type !== before.HealthCheckConfig.Type) {
          throw new Error('a change of Type makes another health check, which is not modelled');
        }
        await creation.call(SERVICE, 'UpdateHealthCheck', { HealthCheckId: id, ...changed });
      }
      await changeTags(creation, 'healthcheck', id, before.HealthCheckTags, after.HealthCheckTags);
    },
    async remove({ ref: HealthCheckId }, { call }) {
      await call(SERVICE, 'DeleteHealthCheck', { HealthCheckId });
    },
  }),
};
