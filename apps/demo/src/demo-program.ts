import { type DemoCommand, HELP, parseCommandLine } from './command-line.ts';
import type { DemoHost } from './demo-host.ts';
import { runExample } from './example/example-run.ts';
import { runLive } from './live/live-run.ts';
import { EnqueuerFailed } from './programs.ts';
import { Screen } from './screen.ts';
import { runSimulated } from './simulated/simulated-run.ts';

/** `npm start`. Resolves to the exit code. */
export async function runDemo(args: readonly string[], host: DemoHost): Promise<number> {
  const command = parseCommandLine(args);
  const screen = new Screen(host.stdout);
  try {
    return await dispatch(command, screen, host);
  } catch (error) {
    screen.erase();
    if (error instanceof EnqueuerFailed) return error.exitCode;
    throw error;
  }
}

async function dispatch(command: DemoCommand, screen: Screen, host: DemoHost): Promise<number> {
  switch (command.kind) {
    case 'help':
      screen.text(HELP);
      return 0;
    case 'example':
      return await runExample(screen, host);
    case 'simulated':
      return await runSimulated(screen, host, command);
    case 'live':
      return await runLive(screen, host, command);
  }
}
