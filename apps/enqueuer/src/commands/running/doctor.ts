import { doctorConfig, examine, type Finding } from '@libby-dialer/operations';
import { misspelledVariables } from '@libby-dialer/runtime';
import type { CommandLine } from '../../command-line.ts';
import { type Io, print } from '../../terminal/io.ts';
import { readConfig } from '../../with-context.ts';

const SIGNS = { good: '✓', bad: '✗', note: '!' } as const satisfies Record<
  Finding['verdict'],
  string
>;

export function addDoctorCommand({ program, io, run }: CommandLine): void {
  program
    .command('doctor')
    .description(
      'Check Redis (version, eviction, persistence, clock), the credentials and the API, and say what to mend. Calls nobody.',
    )
    .action(() => run(doctor(io)));
}

/** Exit code 1 if something must be mended. */
async function doctor(io: Io): Promise<number> {
  const config = readConfig(io, doctorConfig);
  for (const sentence of misspelledVariables(doctorConfig, io.environment()))
    await print(io.stdout, `${SIGNS.note} ${sentence}\n`);
  let exitCode = 0;
  for await (const findings of examine(config, io.signal)) {
    for (const { verdict, sentence } of findings) {
      if (verdict === 'bad') exitCode = 1;
      await print(io.stdout, `${SIGNS[verdict]} ${sentence}\n`);
    }
  }
  return exitCode;
}
