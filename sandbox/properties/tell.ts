import { faultWords } from '../faults/fault.ts';
import { spellWords } from '../faults/spell.ts';
import {
  type Delivery,
  type History,
  type HistoryCustomer,
  type HistoryService,
  isDeed,
  type Moment,
  type Step,
  type Terms,
} from './history.ts';
import { isPairsDeed, pairsDeedWords, pairsLines } from './pairs/pairs.ts';
import type { Played } from './play.ts';
import { estateLines, isTargetsDeed, targetsDeedWords } from './targets/estate.ts';

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

const termsWords = ({ maxEndpoints, approval, from, until, whenEnded, regions }: Terms): string =>
  [
    `maxEndpoints ${maxEndpoints}`,
    approval,
    ...(from === undefined ? [] : [`from second ${from}`]),
    ...(until === undefined ? [] : [`until second ${until}${whenEnded === 'revoke' ? ' and cut off then' : ''}`]),
    ...(regions === undefined ? [] : [`in ${regions.join(', ')}`]),
  ].join(', ');

const customerWords = ({ customerId, account, status, isMatched, terms }: HistoryCustomer): string =>
  `${customerId}: ${isMatched ? `account ${account}` : 'no account'}, ${status}, ${terms === undefined ? 'no entitlement' : termsWords(terms)}`;

const ofWhom = (customerId: string | undefined): string =>
  customerId === undefined ? "all customers'" : `${customerId}'s`;

/** Nothing for the stack's own service, which most of it is about. */
const atService = ({ service }: { readonly service?: string }): string =>
  service === undefined ? '' : ` at ${service}`;

const otherWords = ({ name, policy, begins, bound, terms }: HistoryService): readonly string[] => [
  `${name}: policy ${policy}, begins in ${begins}${bound === undefined ? '' : `, bound ${JSON.stringify(bound)}`}`,
  ...Object.entries(terms).map(([customerId, each]) => `  ${customerId} at ${name}: ${termsWords(each)}`),
];

const whenWords = (when: Moment): string =>
  'at' in when ? `at ${seconds(when.at)}` : `${when.side} call ${when.nth} of ${when.call}`;

const deliveryWords = (step: Delivery): string => {
  if (step.deed === 'lost') return `call ${step.nth} of ${step.call} is lost`;
  return step.deed === 'late'
    ? `call ${step.nth} of ${step.call} comes ${seconds(step.by)} late`
    : `call ${step.nth} of ${step.call} is made again after ${step.waits.map(seconds).join(' and ')}`;
};

/** A step in a few words: `at 3.1 s: 222222222222 creates e1`. */
const stepWords = (step: Step): string => {
  if (step.deed === 'fault') return faultWords(step.fault);
  if (step.deed === 'spell') return spellWords(step);
  if (!isDeed(step)) return deliveryWords(step);
  const words = (): string => {
    if (isPairsDeed(step)) return pairsDeedWords(step);
    if (isTargetsDeed(step)) return targetsDeedWords(step);
    switch (step.deed) {
      case 'create':
        return `${step.account} creates ${step.endpoint}${atService(step)}`;
      case 'delete':
        return `${step.endpoint} is deleted`;
      case 'answer':
        return `a person ${step.verdict}s ${step.endpoint}`;
      case 'start':
        return `an operator starts the workflow for ${step.endpoint} (${step.input} input)`;
      case 'status':
        return `${step.customerId} is ${step.status}`;
      case 'entitle':
        return `${step.customerId} gets ${termsWords(step.terms)}${atService(step)}`;
      case 'revoke':
        return `${step.customerId}'s entitlement is removed${atService(step)}`;
      case 'match':
        return `account ${step.account} ${step.isMatched ? 'is' : 'is no longer'} ${step.customerId}'s${atService(step)}`;
      case 'claim':
        return `${step.customerId} claims ${step.endpoint}`;
      case 'mode':
        return `an operator sets ${step.effect} to ${step.mode}${atService(step)}`;
      case 'customer':
        return `${step.customerId}'s own entry is ${step.isThere ? 'put back' : 'removed'}`;
      case 'pause':
        return `an operator ${step.isPaused ? 'pauses' : 'resumes'} ${step.of === 'all' ? 'everything' : (step.service ?? 'the service')}`;
      case 'force':
        return `a person has ${step.endpoint} disconnected`;
      case 'lose':
        return `${ofWhom(step.customerId)} entries are removed`;
      case 'restore':
        return `${ofWhom(step.customerId)} entries are put back as they were`;
      case 'confirm':
        return 'an operator confirms the registry';
      case 'rewind':
        return 'the registry is brought back to what it was in the beginning';
      case 'import':
        return `${step.customers} customers are imported`;
      case 'principal':
        return `a person ${step.isAllowed ? 'allows' : 'forbids'} ${step.account} to connect${atService(step)}`;
      case 'abort':
        return 'an operator stops every run';
      case 'redrive':
        return 'an operator redrives what did not succeed';
      case 'deploy':
        return 'another version is deployed';
      case 'silence':
        return `no ${step.of} come for ${seconds(step.lasts)}`;
      case 'sweep':
        return 'an operator has everything looked through';
      case 'word':
        return `a person says ${step.answer} to ${step.endpoint}`;
    }
  };
  return `${whenWords(step.when)}: ${words()}`;
};

/** How a history is set up and what is done in it, a line each. */
export const historyLines = ({
  policy,
  begins,
  bound,
  customers,
  others = [],
  ec2,
  estate,
  pairs,
  latency,
  steps,
}: History): readonly string[] => [
  ...customers.map(customerWords),
  ...(policy === 'plain' ? [] : [`the service's policy is ${policy}`]),
  ...(begins === 'enforce' ? [] : [`the service begins in ${begins}`]),
  ...(bound === undefined ? [] : [`the service's bound is ${JSON.stringify(bound)}`]),
  ...(Object.keys(ec2).length === 0 ? [] : [`EC2: ${JSON.stringify(ec2)}`]),
  ...others.flatMap(otherWords),
  ...(estate === undefined ? [] : estateLines(estate)),
  ...(pairs === undefined ? [] : pairsLines(pairs)),
  ...(latency === 0 ? [] : [`calls take up to ${latency} ms each way`]),
  ...steps.map(stepWords),
];

/** What became of it, a line each, with the endpoints' names instead of their ids. */
export const happeningLines = (played: Played): readonly string[] =>
  played.watch.happenings.map(
    ({ at, text }) => `${seconds(at - played.beginning).padStart(8)}  ${withNames(text, played)}`,
  );

/** A text in which requests go by the names that their history gives them. */
export const withNames = (text: string, { requests }: Played): string =>
  requests.reduce((words, { name, endpointId }) => words.replaceAll(endpointId, name), text);
