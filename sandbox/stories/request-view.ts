import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeExecutionCommand,
  type ExecutionListItem,
  ListExecutionsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { ADMISSION, DECISION_PREFIX, requestKey } from '../../functions/registry/keys.ts';
import type { Portal } from './portal.ts';

/** A decision as the ledger records it, as far as stories look at it. */
export interface RecordedDecision {
  readonly outcome: string;
  readonly code: string;
  readonly sentence: string;
  readonly generation: number;
  readonly verdict: string;
  readonly customerId?: string;
  readonly unsuccessful?: string;
}

/** A request as the ledger and Step Functions have it, at one moment. */
export interface RequestView {
  readonly decisions: readonly RecordedDecision[];
  /** What was published of it, in the order in which it came: detail-types. */
  readonly published: readonly string[];
  /** The runs of `admit-connection` about it, oldest first. */
  readonly runs: readonly ExecutionListItem[];
  /** Whether its run waits with it in hand, for a person, a date or its deadline. */
  readonly isWaiting: boolean;
  /** Everything is recorded and told, and nobody works on it: it has ended, or it is waiting. */
  readonly isAtRest: boolean;
}

/** Reads what became of requests, as an operator could: from the ledger, from Step Functions, from what a portal heard. */
export class Requests {
  readonly #dynamo: DynamoDBClient;
  readonly #sfn: SFNClient;
  readonly #output: (name: string) => string;
  /** What an execution was started with, by its ARN: that never changes. */
  readonly #inputs = new Map<string, string>();

  /** @param output - an output of the stack, by its name. */
  constructor(dynamo: DynamoDBClient, sfn: SFNClient, output: (name: string) => string) {
    this.#dynamo = dynamo;
    this.#sfn = sfn;
    this.#output = output;
  }

  /** Everything about a request. As long as nothing was decided nobody asks what was published. */
  async view(serviceId: string, endpointId: string, portal: Portal): Promise<RequestView> {
    const { decisions, isWaiting } = await this.recorded(serviceId, endpointId);
    const runs = await this.#runsOn('AdmitConnectionArn', endpointId);
    if (decisions.length === 0) return { decisions, published: [], runs, isWaiting, isAtRest: false };
    const published = await portal.heardOf(endpointId);
    const reconciling = await this.#runsOn('ReconcileArn', endpointId);
    const revoking = await this.#runsOn('RevokeConnectionArn', endpointId);
    const working =
      [...runs, ...reconciling, ...revoking].filter(({ status }) => status === 'RUNNING').length - (isWaiting ? 1 : 0);
    const isAtRest = published.length >= decisions.length && working === 0;
    return { decisions, published, runs, isWaiting, isAtRest };
  }

  /** What the ledger says of a request. */
  async recorded(serviceId: string, endpointId: string): Promise<Pick<RequestView, 'decisions' | 'isWaiting'>> {
    const command = new QueryCommand({
      TableName: this.#output('LedgerTable'),
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: requestKey(serviceId, endpointId) } },
    });
    const { Items = [] } = await this.#dynamo.send(command);
    const items = Items.map((item): Readonly<Record<string, unknown>> => unmarshall(item));
    const decisions = items.filter(({ sk }) => String(sk).startsWith(DECISION_PREFIX)) as unknown as RecordedDecision[];
    const isWaiting = items.some(
      ({ sk, status, waiting }) => sk === ADMISSION && status === 'running' && Boolean(waiting),
    );
    return { decisions, isWaiting };
  }

  /** All executions of a workflow, by its output's name, newest first. */
  async executions(workflowOutput: string): Promise<readonly ExecutionListItem[]> {
    const command = new ListExecutionsCommand({ stateMachineArn: this.#output(workflowOutput) });
    const { executions = [] } = await this.#sfn.send(command);
    return executions;
  }

  async #runsOn(workflowOutput: string, endpointId: string): Promise<readonly ExecutionListItem[]> {
    const found: ExecutionListItem[] = [];
    for (const execution of await this.executions(workflowOutput)) {
      const { executionArn = '' } = execution;
      const known = this.#inputs.get(executionArn);
      const input = known ?? (await this.#sfn.send(new DescribeExecutionCommand({ executionArn }))).input ?? '';
      this.#inputs.set(executionArn, input);
      if (input.includes(endpointId)) found.push(execution);
    }
    return found.reverse();
  }
}
