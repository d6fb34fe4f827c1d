import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bundleAll } from './bundling.ts';
import { ConciergeStack } from './concierge-stack.ts';
import { environmentNamed } from './config.ts';
import { StandbyStack, standbyBusName } from './standby-stack.ts';

const FUNCTIONS = {
  readRequests: 'functions/connections/read-requests.ts',
  decideConnection: 'functions/connections/decide-connection.ts',
  decideRevocation: 'functions/connections/decide-revocation.ts',
  answerConnections: 'functions/connections/answer-connections.ts',
  listDifferences: 'functions/connections/list-differences.ts',
  settlePlace: 'functions/connections/settle-place.ts',
  convergePrincipals: 'functions/connections/converge-principals.ts',
  watchTargets: 'functions/targets/watch-targets.ts',
  planTargets: 'functions/targets/plan-targets.ts',
  findBindings: 'functions/targets/find-bindings.ts',
};

const STANDBY_FUNCTIONS = {
  planFailover: 'functions/failover/plan-failover.ts',
  lookUpNames: 'functions/failover/look-up-names.ts',
  compareRecord: 'functions/failover/compare-record.ts',
  convergeRecord: 'functions/failover/converge-record.ts',
  assertLatches: 'functions/failover/assert-latches.ts',
  findRecords: 'functions/failover/find-records.ts',
  watchFailover: 'functions/failover/watch-failover.ts',
};

const app = new App();
const config = environmentNamed((app.node.tryGetContext('environment') as string | undefined) ?? 'sandbox');
// Beside the assembly, so that two syntheses at once do not write the same files.
const { standby } = config;
const entries = [...Object.values(FUNCTIONS), ...(standby === undefined ? [] : Object.values(STANDBY_FUNCTIONS))];
const directories = bundleAll(entries, join(app.outdir, 'bundles'));
const codeOf = (entry: string): string => {
  const directory = directories.get(entry);
  if (directory === undefined) throw new Error(`No bundle was made of ${entry}.`);
  return directory;
};
const HOME = 'PrivateLinkConcierge';
const STANDBY = `${HOME}Standby`;
new ConciergeStack(app, HOME, {
  config,
  ...(standby === undefined ? {} : { standbyBus: { region: standby.region, name: standbyBusName(STANDBY) } }),
  description: 'PrivateLink Concierge: answers connection requests',
  code: {
    readRequests: codeOf(FUNCTIONS.readRequests),
    decideConnection: codeOf(FUNCTIONS.decideConnection),
    decideRevocation: codeOf(FUNCTIONS.decideRevocation),
    answerConnections: codeOf(FUNCTIONS.answerConnections),
    listDifferences: codeOf(FUNCTIONS.listDifferences),
    settlePlace: codeOf(FUNCTIONS.settlePlace),
    convergePrincipals: codeOf(FUNCTIONS.convergePrincipals),
    watchTargets: codeOf(FUNCTIONS.watchTargets),
    planTargets: codeOf(FUNCTIONS.planTargets),
    findBindings: codeOf(FUNCTIONS.findBindings),
  },
});
if (standby !== undefined) {
  new StandbyStack(app, STANDBY, {
    account: config.account,
    config: standby,
    ownAlarms: HOME,
    description: 'PrivateLink Concierge: DNS records and their failover',
    code: {
      plan: codeOf(STANDBY_FUNCTIONS.planFailover),
      lookUp: codeOf(STANDBY_FUNCTIONS.lookUpNames),
      compare: codeOf(STANDBY_FUNCTIONS.compareRecord),
      converge: codeOf(STANDBY_FUNCTIONS.convergeRecord),
      latches: codeOf(STANDBY_FUNCTIONS.assertLatches),
      find: codeOf(STANDBY_FUNCTIONS.findRecords),
      watch: codeOf(STANDBY_FUNCTIONS.watchFailover),
    },
  });
}
// The sandbox leaves the checks to `npm run synth` and `npm run check`: they change nothing in the template.
if (app.node.tryGetContext('checks') !== false) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
