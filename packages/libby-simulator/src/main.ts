#!/usr/bin/env node
import { parseCommandLine } from './command-line.ts';
import { startSimulator } from './simulator.ts';
import { SimulatorError } from './simulator-error.ts';

try {
  const command = await parseCommandLine(process.argv.slice(2));
  if ('text' in command) process.stdout.write(command.text);
  else {
    const simulator = await startSimulator(command.options);
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void simulator.stop());
    const { apiUrl, tokenUrl, clientId, clientSecret, scope } = simulator;
    process.stdout.write(
      `${JSON.stringify({ apiUrl, tokenUrl, clientId, clientSecret, scope })}\n`,
    );
  }
} catch (error) {
  if (!(error instanceof SimulatorError)) throw error;
  process.stderr.write(`simulator: ${error.message}\n`);
  process.exitCode = error.code === 'cannot_listen' ? 1 : 2;
}
