import type { Properties } from './template.ts';

/** A resource of a running stack. */
export interface DeployedResource {
  readonly type: string;
  /** What Ref answers. */
  readonly physicalId: string;
  /** What Fn::GetAtt answers. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Of what it was made: functions done, without what is accepted and makes no difference. */
  readonly properties: Properties;
  /** Whether it stays when the stack lets go of it, by its DeletionPolicy. */
  readonly isRetained: boolean;
}

/** What a deployment did, by logical id. */
export interface Changes {
  readonly created: readonly string[];
  /** Changed in place, or replaced by another. */
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  /** Left as they were: nothing changed, or the template has them no longer and their DeletionPolicy is `Retain`. */
  readonly kept: readonly string[];
}

/** A stack that was deployed. */
export interface Deployment {
  readonly stackName: string;
  readonly stackId: string;
  /** Where it is. */
  readonly region: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** By logical id, in the order in which they were made. */
  readonly resources: ReadonlyMap<string, DeployedResource>;
  /** How often each logical id was made: no generated name is given twice. */
  readonly timesMade: ReadonlyMap<string, number>;
  readonly changes: Changes;
  /** What the template asks for and the sandbox does not do, a line each: `Ledger (AWS::DynamoDB::Table): TimeToLiveSpecification`. */
  readonly acceptedWithoutBehaviour: readonly string[];
}
