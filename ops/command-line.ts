import { Command, CommanderError, Option } from 'commander';
import { plainText } from '../functions/domain/text.ts';
import { type Action, BadInput, isRefused, type Refused } from './action.ts';
import { adopt } from './actions/adopt.ts';
import { adoptPrincipal } from './actions/adopt-principal.ts';
import { adoptRecord } from './actions/adopt-record.ts';
import { adoptTarget } from './actions/adopt-target.ts';
import { approve, deny } from './actions/answer-held.ts';
import { bind } from './actions/bind.ts';
import { bindings } from './actions/bindings.ts';
import { claimEndpoint } from './actions/claim-endpoint.ts';
import { confirmRegistry } from './actions/confirm-registry.ts';
import { decisions } from './actions/decisions.ts';
import { converge, failback, failover, shift } from './actions/fail-over.ts';
import { held } from './actions/held.ts';
import { pause, resume } from './actions/pause.ts';
import { promoted } from './actions/promoted.ts';
import { reconcile } from './actions/reconcile.ts';
import { record } from './actions/record.ts';
import { records } from './actions/records.ts';
import { revoke } from './actions/revoke.ts';
import { setMode } from './actions/set-mode.ts';
import { status } from './actions/status.ts';
import { targets } from './actions/targets.ts';
import { isDirect } from './actions/targets-direct.ts';
import { unbind } from './actions/unbind.ts';
import { unrecord } from './actions/unrecord.ts';
import { verifyName } from './actions/verify-name.ts';
import { explain } from './explain.ts';
import { type Field, type Given, givenFor, inputOf, nameOf, OPTIONS, placeOf, placesIn } from './options.ts';
import type { Places, Services } from './services.ts';
import { isPartly } from './standby.ts';
import {
  tellAdopted,
  tellAdoptedPrincipal,
  tellAdoptedTarget,
  tellAnswer,
  tellBindings,
  tellBound,
  tellClaim,
  tellConfirmed,
  tellDecisions,
  tellHeld,
  tellMode,
  tellReconciling,
  tellRevoking,
  tellTargets,
  tellUnbound,
} from './tell.ts';
import { tellDirect } from './tell-direct.ts';
import { tellPaused, tellResumed } from './tell-pause.ts';
import {
  tellAdoptedRecord,
  tellFailover,
  tellPromotion,
  tellRecorded,
  tellRecords,
  tellUnrecorded,
} from './tell-records.ts';
import { tellStatus } from './tell-status.ts';
import { tellVerified } from './tell-verified.ts';

/** The world outside a command line, for the process and for tests. */
export interface Outside {
  readonly connect: (places: Places) => Services;
  /** Takes what is written on standard output, without its last line break. */
  readonly print: (text: string) => void;
  /** The same, for standard error. */
  readonly complain: (text: string) => void;
}

/** Done; refused, or failed; not understood. */
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/**
 * Runs one command.
 *
 * @param words - what a person typed after `npm run ops --`.
 * @returns the exit code: 0 done; 1 refused, or failed; 2 not understood.
 * @throws a surprise.
 */
export const runCommand = async (words: readonly string[], outside: Outside): Promise<number> => {
  let exit: number = EXIT.done;
  const program = new Command('npm run ops --')
    .description('Drives the Concierge: who you are is what AWS says, and it is written down with your reason.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => outside.print(text.trimEnd()),
      // It repeats what was typed, which may have come from somebody else's message.
      writeErr: (text) => outside.complain(plainLines(text.trimEnd())),
    });

  const add = <Out extends object>(
    name: string,
    description: string,
    fields: { readonly needed: readonly Field[]; readonly optional?: readonly Field[] },
    { act, tell }: { act: Action<Out | Refused>; tell: (result: Out) => string },
  ): void => {
    const command = program.command(name).description(description).allowExcessArguments(false);
    for (const field of fields.needed) command.requiredOption(...OPTIONS[field]);
    for (const field of fields.optional ?? []) command.option(...OPTIONS[field]);
    command
      .option('--stack <name>', "the stack's name", 'PrivateLinkConcierge')
      .option('--region <region>', "the stack's region, where AWS_REGION is another")
      .option('--standby-stack <name>', "the standby region's stack, where it is not the other's name with Standby")
      .addOption(new Option('--standby-region <region>', 'where records and their failover are').env('STANDBY_REGION'))
      .option('--json', 'print the result as JSON')
      .action(async (given: Given) => {
        exit = await perform([...fields.needed, ...(fields.optional ?? [])], given, { act, tell }, outside);
      });
  };

  const request = ['serviceId', 'endpointId'] as const;
  add(
    'set-mode',
    'Sets how far the Concierge goes by itself for a service.',
    { needed: ['serviceId', 'effect', 'mode', 'reason'] },
    { act: setMode, tell: tellMode },
  );
  add(
    'claim-endpoint',
    'Enters that an endpoint belongs to a customer, and has its request looked at.',
    { needed: [...request, 'customerId'] },
    { act: claimEndpoint, tell: tellClaim },
  );
  add(
    'approve',
    'Says yes to what a held request proposes.',
    { needed: [...request, 'reason'], optional: ['proposed'] },
    { act: approve, tell: tellAnswer },
  );
  add(
    'deny',
    'Says no to a held request: it is rejected.',
    { needed: [...request, 'reason'] },
    { act: deny, tell: tellAnswer },
  );
  add(
    'pause',
    'Writes nothing on AWS any more, for a service or for all, until somebody resumes it.',
    { needed: ['reason'], optional: ['serviceId', 'all'] },
    { act: pause, tell: tellPaused },
  );
  add(
    'resume',
    'Ends a pause, and has what came meanwhile looked at.',
    { needed: ['reason'], optional: ['serviceId', 'all'] },
    { act: resume, tell: tellResumed },
  );
  add(
    'reconcile',
    'Has a request looked at now; or a service; or, without options, everything in the account and region.',
    { needed: [], optional: request },
    { act: reconcile, tell: tellReconciling },
  );
  add(
    'revoke',
    'Disconnects an endpoint, whatever the registry says.',
    { needed: [...request, 'reason'] },
    { act: revoke, tell: tellRevoking },
  );
  add(
    'adopt',
    "Says that a connection which the Concierge did not accept is the Concierge's to revoke.",
    { needed: [...request, 'reason'] },
    { act: adopt, tell: tellAdopted },
  );
  add(
    'confirm-registry',
    'Says that a registry which shrank or was restored is right as it is: removals go on.',
    { needed: ['count', 'reason'] },
    { act: confirmRegistry, tell: tellConfirmed },
  );
  add(
    'status',
    'Shows what is paused or frozen, the modes that were set, and what names in DNS have come to.',
    { needed: [] },
    { act: status, tell: tellStatus },
  );
  add(
    'adopt-principal',
    "Hands an account's allowed principal over to the Concierge, to be removed when it is not wanted.",
    { needed: ['serviceId', 'account', 'reason'] },
    { act: adoptPrincipal, tell: tellAdoptedPrincipal },
  );
  add(
    'decisions',
    'Lists what was decided for a customer, of an endpoint, or on a day; newest first.',
    { needed: [], optional: ['customerId', 'endpointId', 'day', 'most'] },
    { act: decisions, tell: tellDecisions },
  );
  add(
    'held',
    'Lists the requests that wait for a person or a change of the registry; the oldest first.',
    { needed: [], optional: ['serviceId'] },
    { act: held, tell: tellHeld },
  );
  const settings = [
    ...(['proxyName', 'endpointName', 'instanceId', 'clusterId', 'isReader', 'hostName', 'addresses'] as const),
    ...(['family', 'within', 'minHealthy', 'maxRemovalRatio', 'missesBeforeRemoval'] as const),
    ...(['healthyWithinSeconds', 'waitForDraining', 'replace'] as const),
  ];
  add(
    'bind',
    'Has a target group kept in line with the addresses of a proxy, an instance, a cluster, a name, or with fixed ones.',
    { needed: ['bindingId', 'serviceId', 'targetGroupArn', 'port'], optional: settings },
    { act: bind, tell: tellBound },
  );
  add(
    'unbind',
    'Has nobody look after a target group any more. Its targets stay as they are.',
    { needed: ['bindingId', 'reason'] },
    { act: unbind, tell: tellUnbound },
  );
  add(
    'bindings',
    'Lists what target groups are kept in line with, and what became of it.',
    { needed: [] },
    { act: bindings, tell: tellBindings },
  );
  add(
    'targets',
    'Shows what would be done about a target group now, or has it done.',
    { needed: ['bindingId'], optional: ['apply', 'direct', 'reason', 'resolver'] },
    { act: targets, tell: (result) => (isDirect(result) ? tellDirect(result) : tellTargets(result)) },
  );
  add(
    'verify-name',
    "Has EC2 verify a service's private DNS name; writes its TXT record into your hosted zone, or says what to put where.",
    { needed: ['serviceId'], optional: ['zoneId', 'force', 'dryRun'] },
    { act: verifyName, tell: tellVerified },
  );
  const routing = [
    ...(['simple', 'weighted', 'primary', 'secondary', 'health', 'manual', 'readiness'] as const),
    ...(['promotes', 'healthyForSeconds', 'ttl', 'seenFrom', 'roleArn', 'externalId', 'replace'] as const),
  ];
  add(
    'record',
    'Has a name in DNS kept right: with one value, with weighted sides, or with a primary and a secondary.',
    { needed: ['recordId', 'serviceId', 'zoneId', 'name', 'type', 'client'], optional: routing },
    { act: record, tell: tellRecorded },
  );
  add(
    'unrecord',
    'Has nobody keep a name right any more: its record sets and health checks go.',
    { needed: ['recordId', 'reason'], optional: ['force'] },
    { act: unrecord, tell: tellUnrecorded },
  );
  add(
    'records',
    'Lists the names that are kept right, and what became of each; or shows one.',
    { needed: [], optional: ['recordId'] },
    { act: records, tell: tellRecords },
  );
  add(
    'failover',
    "Has clients answered with the secondary, and keeps it so until a person's word.",
    { needed: ['recordId', 'reason'], optional: ['force', 'dryRun'] },
    { act: failover, tell: tellFailover },
  );
  add(
    'failback',
    'Has clients answered with the primary again.',
    { needed: ['recordId', 'reason'], optional: ['force', 'dryRun'] },
    { act: failback, tell: tellFailover },
  );
  add(
    'shift',
    'Sets how much of the answers each side gets, or has it as entered again.',
    { needed: ['recordId', 'reason'], optional: ['weights', 'asEntered', 'dryRun'] },
    { act: shift, tell: tellFailover },
  );
  add(
    'converge',
    'Brings the record sets of a name in line with its entry.',
    { needed: ['recordId'], optional: ['dryRun'] },
    { act: converge, tell: tellFailover },
  );
  add(
    'promoted',
    'Says that the side which takes over was promoted and the other fenced: the flip goes on.',
    { needed: ['recordId'], optional: ['failed', 'reason'] },
    { act: promoted, tell: tellPromotion },
  );
  add(
    'adopt-record',
    "Says that what a zone has under a record's name, and somebody else made, is the Concierge's.",
    { needed: ['recordId', 'reason'] },
    { act: adoptRecord, tell: tellAdoptedRecord },
  );
  add(
    'adopt-target',
    "Says that a target which somebody else registered is the Concierge's to remove when it is stale.",
    { needed: ['bindingId', 'address', 'reason'] },
    { act: adoptTarget, tell: tellAdoptedTarget },
  );

  try {
    await program.parseAsync([...words], { from: 'user' });
    return exit;
  } catch (error) {
    // Commander has told already what it did not understand.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    throw error;
  }
};

const LONGEST_LINE = 500;

const plainLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => plainText(line, LONGEST_LINE))
    .join('\n');

/** Does one action and tells what came of it. @throws a surprise. */
const perform = async <Out extends object>(
  fields: readonly Field[],
  given: Given,
  { act, tell }: { act: Action<Out | Refused>; tell: (result: Out) => string },
  outside: Outside,
): Promise<number> => {
  let places: Places = { stack: String(given.stack) };
  try {
    places = placesIn(given);
    // Beside the result, which may be JSON.
    const services: Services = { ...outside.connect(places), say: outside.complain };
    const result = await act(inputOf(fields, given), services);
    if (given.json === true) outside.print(JSON.stringify(result, null, 2));
    else if (isRefused(result)) outside.complain(result.because);
    else outside.print(tell(result));
    return isRefused(result) || isPartly(result) ? EXIT.failed : EXIT.done;
  } catch (error) {
    if (error instanceof BadInput) {
      for (const { field, problem } of error.faults) outside.complain(faultOf(field, problem, given));
      return EXIT.usage;
    }
    const sentence = explain(error, placeOf(fields, given, places));
    if (sentence === undefined) throw error;
    outside.complain(sentence);
    return EXIT.failed;
  }
};

/** `--service vpce-1: not an id of an endpoint service`; a fault of several together has no option of its own. */
const faultOf = (field: string, problem: string, given: Given): string => {
  // `within.1`: one of a list is told with the whole of it.
  const name = nameOf(field.split('.')[0] ?? field);
  const value = givenFor(name, given);
  return value === undefined ? problem : `--${name} ${plainText(String(value), 200)}: ${problem}`;
};
