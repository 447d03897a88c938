import { parseArgs } from 'node:util';
import { UsageError } from '../errors.ts';

/** What the program of a service takes; all else it is told by its environment. */
export interface ServiceOptions {
  readonly help?: boolean;
  readonly version?: boolean;
}

/**
 * Reads `--help` and `--version`. Throws `UsageError` for anything else.
 *
 * @param program as people call it, such as `worker`
 */
export function serviceOptions(program: string, args: readonly string[]): ServiceOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean' }, version: { type: 'boolean' } },
    });
    return values;
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)}. See ${program} --help.`,
    );
  }
}
