// Says in one sentence what is missing, before anything runs that an older Node could only answer with a stack trace.
// Old syntax on purpose: the Node that this turns away must be able to read it.

var fs = require('fs');
var path = require('path');

/** Node 24 runs TypeScript as it is, and is what Lambda's nodejs24.x runs. */
var NEEDED = 24;

/** What to say of this Node in this folder; undefined when all is well. */
function complaint(version, root) {
  if (Number(version.split('.')[0]) < NEEDED) {
    return (
      'PrivateLink Concierge needs Node ' +
      NEEDED +
      ' or newer and this is Node ' +
      version +
      ': run `npm ci` without --omit=optional, which brings Node ' +
      NEEDED +
      ' on Linux and on Windows (x64), or install it from https://nodejs.org.'
    );
  }
  if (!fs.existsSync(path.join(root, 'node_modules', '.package-lock.json'))) {
    return 'The packages of PrivateLink Concierge are not installed: run `npm ci` first.';
  }
  return undefined;
}

module.exports = { complaint: complaint };

function main() {
  var sentence = complaint(process.versions.node, path.join(__dirname, '..', '..'));
  if (sentence) {
    process.stderr.write(sentence + '\n');
    process.exitCode = 1;
  }
}

if (require.main === module) main();
