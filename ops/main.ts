/** `npm run ops -- ACTION --option value`: how people drive the Concierge. */
import { runCommand } from './command-line.ts';
import { connect } from './services.ts';

process.exitCode = await runCommand(process.argv.slice(2), { connect, print: console.log, complain: console.error });
