import { Command, CommanderError } from 'commander';
import * as v from 'valibot';
import { EFFECTS, MODES } from '../functions/domain/mode.ts';
import { plainText } from '../functions/domain/text.ts';
import { type Action, BadInput, check, isRefused, type Refused } from './action.ts';
import { adopt } from './actions/adopt.ts';
import { adoptPrincipal } from './actions/adopt-principal.ts';
import { adoptTarget } from './actions/adopt-target.ts';
import { approve, deny } from './actions/answer-held.ts';
import { bind } from './actions/bind.ts';
import { bindings } from './actions/bindings.ts';
import { claimEndpoint } from './actions/claim-endpoint.ts';
import { confirmRegistry } from './actions/confirm-registry.ts';
import { decisions } from './actions/decisions.ts';
import { held } from './actions/held.ts';
import { pause, resume } from './actions/pause.ts';
import { reconcile } from './actions/reconcile.ts';
import { revoke } from './actions/revoke.ts';
import { setMode } from './actions/set-mode.ts';
import { status } from './actions/status.ts';
import { targets } from './actions/targets.ts';
import { isDirect } from './actions/targets-direct.ts';
import { unbind } from './actions/unbind.ts';
import { explain } from './explain.ts';
import type { Place, Services } from './services.ts';
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
  tellPaused,
  tellReconciling,
  tellResumed,
  tellRevoking,
  tellStatus,
  tellTargets,
  tellUnbound,
} from './tell.ts';
import { tellDirect } from './tell-direct.ts';

/** The world outside a command line, for the process and for tests. */
export interface Outside {
  readonly connect: (place: Place) => Services;
  /** Takes what is written on standard output, without its last line break. */
  readonly print: (text: string) => void;
  /** The same, for standard error. */
  readonly complain: (text: string) => void;
}

/** Done; refused, or failed; not understood. */
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Each field of an action's input, by the option that gives it. */
const OPTIONS = {
  serviceId: ['--service <id>', 'the endpoint service: vpce-svc-...'],
  endpointId: ['--endpoint <id>', "the customer's endpoint: vpce-..."],
  customerId: ['--customer <id>', 'the customer, as the registry has it'],
  account: ['--account <id>', "a customer's account: 12 digits"],
  all: ['--all', 'all services of the account and region'],
  effect: ['--effect <effect>', EFFECTS.join(', ')],
  mode: ['--mode <mode>', MODES.join(', ')],
  proposed: ['--proposed <answer>', 'what you saw proposed: accept or reject; refused where it is another by now'],
  count: ['--count <number>', 'how many entries you saw the registry to have'],
  reason: ['--reason <text>', 'why, for colleagues: 1 to 500 characters'],
  day: ['--day <date>', 'a day in UTC: 2026-11-23'],
  most: ['--most <number>', 'how many at the most'],
  bindingId: ['--binding <id>', 'a binding: lower-case letters, digits, hyphens'],
  targetGroupArn: ['--target-group <arn>', 'the target group; it carries the tag privatelink-concierge=managed'],
  port: ['--port <number>', "the targets' port"],
  proxyName: ['--proxy <name>', 'source: an RDS proxy'],
  endpointName: ['--proxy-endpoint <name>', "an endpoint of the proxy, where it isn't the default one"],
  instanceId: ['--instance <id>', 'source: an instance of RDS'],
  clusterId: ['--cluster <id>', 'source: a cluster of RDS, its writer'],
  isReader: ['--reader', "the cluster's reader endpoint"],
  hostName: ['--host <name>', 'source: any name in DNS'],
  addresses: ['--addresses <list>', 'source: fixed addresses, with commas between them'],
  family: ['--family <family>', 'ipv4 (the default), ipv6'],
  within: ['--within <list>', 'CIDR blocks within which an address is believed, with commas between them'],
  minHealthy: ['--min-healthy <number>', 'so many healthy targets remain whatever is removed (1)'],
  maxRemovalRatio: ['--max-removal-ratio <share>', 'what share of the targets one plan may remove (0.5)'],
  missesBeforeRemoval: ['--misses <number>', 'so many looks in a row must miss an address before its target goes (3)'],
  healthyWithinSeconds: ['--healthy-within <seconds>', 'a new target that is not healthy by then is withdrawn (600)'],
  waitForDraining: ['--wait-for-draining', 'a run ends only when what it removed has drained'],
  replace: ['--replace', 'the binding is there, and all of it is to be as you say now'],
  apply: ['--apply', 'do it, and wait for the end'],
  direct: ['--direct', 'from this machine and by your own rights, where no run can; --apply needs a --reason then'],
  resolver: ['--resolver <address>', "who is asked for names directly, where it isn't this machine's: 10.0.0.2"],
  address: ['--address <ip>', "a target's address"],
} satisfies Record<string, [flags: string, description: string]>;

type Field = keyof typeof OPTIONS;

/** The fields whose values are numbers. */
const NUMBERS: ReadonlySet<Field> = new Set([
  ...(['most', 'count', 'port', 'minHealthy', 'maxRemovalRatio'] as const),
  ...(['missesBeforeRemoval', 'healthyWithinSeconds'] as const),
]);

/** The fields whose values are lists. */
const LISTS: ReadonlySet<Field> = new Set(['addresses', 'within']);

const Where = v.strictObject({
  stack: v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, "not a stack's name")),
  region: v.exactOptional(v.pipe(v.string(), v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'not a region'))),
});

type Given = Readonly<Record<string, string | true | undefined>>;

/** `serviceId` is given as `--service`: what is written in the flags, and a problem with it, by the same name. */
const nameOf = (field: string): string =>
  Object.hasOwn(OPTIONS, field) ? (/^--([a-z-]+)/.exec(OPTIONS[field as Field][0])?.[1] ?? field) : field;

/** Commander hands `--target-group` over as `targetGroup`. */
const givenFor = (name: string, given: Given): string | true | undefined =>
  given[name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];

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
    'Shows what is paused or frozen, and the modes that were set.',
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
  const { stack, region } = given;
  let place: Place = { stack: String(stack) };
  try {
    place = check(Where, region === undefined ? { stack } : { stack, region });
    // Beside the result, which may be JSON.
    const services: Services = { ...outside.connect(place), say: outside.complain };
    const result = await act(inputOf(fields, given), services);
    if (given.json === true) outside.print(JSON.stringify(result, null, 2));
    else if (isRefused(result)) outside.complain(result.because);
    else outside.print(tell(result));
    return isRefused(result) ? EXIT.failed : EXIT.done;
  } catch (error) {
    if (error instanceof BadInput) {
      for (const { field, problem } of error.faults) outside.complain(faultOf(field, problem, given));
      return EXIT.usage;
    }
    const sentence = explain(error, place);
    if (sentence === undefined) throw error;
    outside.complain(sentence);
    return EXIT.failed;
  }
};

const inputOf = (fields: readonly Field[], given: Given): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = givenFor(nameOf(field), given);
      return value === undefined ? [] : [[field, readValue(field, value)]];
    }),
  );

const readValue = (field: Field, value: string | true): unknown => {
  if (NUMBERS.has(field)) return numberIn(value);
  return LISTS.has(field)
    ? String(value)
        .split(',')
        .map((each) => each.trim())
    : value;
};

/** A blank is no number, though JavaScript takes it for 0. */
const numberIn = (value: string | true): number => (String(value).trim() === '' ? Number.NaN : Number(value));

/** `--service vpce-1: not an id of an endpoint service`; a fault of several together has no option of its own. */
const faultOf = (field: string, problem: string, given: Given): string => {
  // `within.1`: one of a list is told with the whole of it.
  const name = nameOf(field.split('.')[0] ?? field);
  const value = givenFor(name, given);
  return value === undefined ? problem : `--${name} ${plainText(String(value), 200)}: ${problem}`;
};
