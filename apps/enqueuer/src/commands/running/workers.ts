import { listWorkers, workersJson } from '@libby-dialer/operations';
import type { CommandLine } from '../../command-line.ts';
import { workerTable } from '../../reports/worker-report.ts';
import { type Io, print } from '../../terminal/io.ts';
import { printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';

export function addWorkersCommand({ program, io, run }: CommandLine): void {
  program
    .command('workers')
    .description('Show which worker processes there are, and what each last said of itself.')
    .option('--json', 'print one JSON object')
    .action((options) => run(workers(io, options)));
}

async function workers(io: Io, { json = false }: { json?: boolean | undefined }): Promise<number> {
  return await withContext(io, async (context) => {
    const found = await listWorkers(context);
    if (json) await print(io.stdout, `${JSON.stringify(workersJson(found))}\n`);
    else if (found.workers.length === 0) await print(io.stdout, 'No worker is running.\n');
    else await printFitted(io.stdout, (width) => workerTable(found, width));
    return 0;
  });
}
