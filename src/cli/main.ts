import { Command, CommanderError } from 'commander';
import { readConfig } from '../config.ts';
import { tellFailure } from '../program.ts';
import { accountCommands } from './accounts.ts';
import { campaignCommands } from './campaigns.ts';
import { Failure } from './client.ts';
import { EXIT } from './exit-codes.ts';
import { forwardCommand } from './forward.ts';
import { leadCommands } from './leads.ts';
import { replyCommand } from './replies.ts';
import { sequenceCommands } from './sequences.ts';
import { createSession, type Session } from './session.ts';
import { taskCommands } from './tasks.ts';
import { templateCommands } from './templates.ts';
import { processTerminal, type Terminal } from './terminal.ts';

const help = `
Examples:
  $ topo template import examples/template.json --activate
  $ topo campaign create --name "Spring" --template <template id>
  $ topo leads import examples/leads.csv --campaign <campaign id> --approve
  $ topo campaign start <campaign id>
  $ topo forward 3d
  $ topo sequence list --campaign <campaign id>
  $ topo sequence show <sequence id>

Settings (environment):
  TOPO_URL     where the API is; http://127.0.0.1:3000 when unset (PORT changes the port)
  TOPO_TOKEN   a token; when unset, the file .data/dev-token that npm start writes

Exit codes:
  0  done
  1  refused or failed; what was wrong is on the error stream
  2  an import read the whole file, and some rows were invalid
  64 the command line itself is wrong`;

/** Every command there is. */
function createProgram(session: Session): Command {
  const program = new Command('topo')
    .description('Outreach sequences from the command line, over the HTTP API.')
    .option('--json', 'print the answer as JSON, for pipes and scripts')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => session.terminal.out(text.trimEnd()),
      writeErr: (text) => session.terminal.err(text.trimEnd()),
    })
    .showHelpAfterError('(topo --help shows what there is)')
    .exitOverride()
    .addHelpText('after', help);
  for (const add of [
    templateCommands,
    leadCommands,
    campaignCommands,
    accountCommands,
    sequenceCommands,
    taskCommands,
    replyCommand,
    forwardCommand,
  ])
    add(program, session);
  return program;
}

/** Runs one command line (`argv` without the program's own names) and returns its exit code. */
export async function run(argv: readonly string[], terminal: Terminal, readSettings = readConfig): Promise<number> {
  let code: number = EXIT.done;
  const session = createSession(readSettings, terminal, (given) => {
    code = given;
  });
  try {
    await createProgram(session).parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badUsage; // it has said why
    terminal.err(`topo: ${tellFailure(error)}`);
    if (error instanceof Failure) for (const line of error.lines) terminal.err(`  ${line}`);
    return EXIT.failed;
  }
}

/** The process: `bin/topo.mjs` calls it. */
export async function main(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2), processTerminal());
}
