import {
  type Context,
  type LoadPlan,
  notMeantError,
  type PlanRequest,
  planLoad,
} from '@libby-dialer/operations';
import { isLoopback } from '@libby-dialer/runtime';
import { apiConfig } from '../../config.ts';
import { loadPlanText, planQuestion } from '../../reports/load-plan-report.ts';
import { understandingText } from '../../reports/understanding-report.ts';
import { canAsk, confirm } from '../../terminal/confirm.ts';
import { type Io, print } from '../../terminal/io.ts';
import { Progress } from '../../terminal/progress.ts';
import { printFitted } from '../../terminal/table.ts';
import { readConfig } from '../../with-context.ts';
import type { LoadOptions } from './load-options.ts';

/**
 * On a terminal shows what a load would do, and asks where it lets many calls go or changes
 * something. Undefined where nobody is asked. Throws a `DialerError` where it is not meant.
 */
export async function askOnTerminal(
  io: Io,
  context: Context,
  request: PlanRequest,
  { yes = false, anotherList = false }: LoadOptions,
): Promise<LoadPlan | undefined> {
  // What comes by standard input are rows, and no answers.
  if (yes || request.path === '-' || !canAsk(io)) return undefined;
  const { apiUrl } = readConfig(io, apiConfig);
  const found = await planLoad(context, {
    ...request,
    watch: (look) => {
      const progress = new Progress(io.stderr, context.logger, look);
      progress.start();
      return progress;
    },
  });
  const plan = { ...found, isAnotherList: found.isAnotherList && !anotherList };
  await printFitted(
    io.stderr,
    (width) => `${understandingText(plan.understanding, plan.campaign, width)}\n`,
  );
  await print(io.stderr, `${loadPlanText(plan)}\n`);
  const question = planQuestion(plan, !isLoopback(apiUrl));
  if (question !== undefined && !(await confirm(io, question))) throw notMeantError(plan);
  return plan;
}
