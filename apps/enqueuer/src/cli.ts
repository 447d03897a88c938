import {
  Command,
  CommanderError,
  type CommandUnknownOpts,
  Help,
  type Option,
} from '@commander-js/extra-typings';
import { ListError } from '@libby-dialer/call-list';
import { DialerError } from '@libby-dialer/runtime';
import manifest from '../package.json' with { type: 'json' };
import { exitCodeFor, failureText } from './command-failure.ts';
import type { CommandLine } from './command-line.ts';
import { addFindCommand } from './commands/calls/find.ts';
import { addInDoubtCommands } from './commands/calls/in-doubt.ts';
import { addRetryCommand } from './commands/calls/retry.ts';
import { addSetAsideCommands } from './commands/calls/set-aside.ts';
import { addCampaignCommands } from './commands/campaigns/campaign.ts';
import { addControlCommands } from './commands/campaigns/control.ts';
import { addHoldCommands } from './commands/campaigns/hold.ts';
import { addStatusCommand } from './commands/campaigns/status.ts';
import { addLoadCommand } from './commands/lists/load.ts';
import { addEraseCommand } from './commands/people/erase.ts';
import { addSuppressCommands } from './commands/people/suppress.ts';
import { addResultsCommand } from './commands/results/results.ts';
import { addDoctorCommand } from './commands/running/doctor.ts';
import { addForwardCommands } from './commands/running/forward.ts';
import { addInboxCommands } from './commands/running/inbox.ts';
import { addScheduleCommands } from './commands/running/schedule.ts';
import { addServeCommand } from './commands/running/serve.ts';
import { addWorkersCommand } from './commands/running/workers.ts';
import { addAccessCommands } from './commands/users/access.ts';
import { addAuditCommand } from './commands/users/audit.ts';
import { type Io, safeOutput } from './terminal/io.ts';

const BAD_USAGE = 2;

const EXAMPLES = `
Examples:
  enqueuer load contacts.csv --campaign spring.yaml --dry-run
  enqueuer load contacts.csv --campaign spring.yaml
  enqueuer status spring-events --watch
  enqueuer results spring-events -o results.csv
  enqueuer pause spring-events
  enqueuer suppress import registry.txt --country US

Exit codes: 0 done; 1 failed; 2 bad usage, configuration or campaign file, or no such campaign;
3 done, but rows were rejected; 130 interrupted.
Redis is found by REDIS_URL (default redis://127.0.0.1:6379).
`;

/**
 * Runs one command line and says what has failed. Resolves to the exit code; rejects where it was
 * interrupted, and with what is a programmer's error.
 */
export async function cli(argv: readonly string[], given: Io): Promise<number> {
  const io = { ...given, stdout: safeOutput(given.stdout), stderr: safeOutput(given.stderr) };
  let exitCode = 0;
  const run = async (work: Promise<number>) => {
    exitCode = await work;
  };
  try {
    await createProgram(io, run).parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_USAGE;
    // A list that was being read says then that it cannot be.
    if (error instanceof ListError) io.signal.throwIfAborted();
    if (!(error instanceof DialerError)) throw error;
    io.stderr.write(`${io.redactor.text(failureText(error))}\n`);
    return exitCodeFor(error);
  }
}

/** All commands, for whoever runs them or describes them. */
export function createProgram(io: Io, run: CommandLine['run']): Command {
  const program = new Command('enqueuer')
    .description(
      'Loads lists of calls for the workers to dial, and shows and steers what becomes of them.',
    )
    .version(manifest.version)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureHelp({ commandUsage, optionDescription })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, write) => write(io.redactor.text(sentence(text))),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    });
  const slot: CommandLine = { program, io, run };
  addLoadCommand(slot);
  addStatusCommand(slot);
  addResultsCommand(slot);
  addFindCommand(slot);
  addControlCommands(slot);
  addRetryCommand(slot);
  addInDoubtCommands(slot);
  addSetAsideCommands(slot);
  addHoldCommands(slot);
  addSuppressCommands(slot);
  addEraseCommand(slot);
  addAuditCommand(slot);
  addAccessCommands(slot);
  addCampaignCommands(slot);
  addScheduleCommands(slot);
  addServeCommand(slot);
  addInboxCommands(slot);
  addForwardCommands(slot);
  addWorkersCommand(slot);
  addDoctorCommand(slot);
  return program;
}

/** The options that a command cannot do without stand in its usage, where people copy from. */
function commandUsage(command: CommandUnknownOpts): string {
  const required = command.options
    .filter(({ mandatory }) => mandatory)
    .map(({ flags }) => ` ${flags}`);
  const usage = new Help().commandUsage(command);
  return usage.replace(' [options]', ` [options]${required.join('')}`);
}

function optionDescription(option: Option): string {
  const description = new Help().optionDescription(option);
  return option.mandatory ? `${description} (required)` : description;
}

/** commander says "error: unknown option '--x'"; here errors are sentences. */
function sentence(text: string): string {
  const plain = text
    .replace(/^error: /, '')
    .replace(/\n\((.*)\)\n$/, ' ($1)')
    .trimEnd()
    .replace(/\.$/, '');
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}; see --help.\n`;
}
