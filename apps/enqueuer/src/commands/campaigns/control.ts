import type { ControlAction } from '@libby-dialer/dial-queue';
import { type ControlledCampaign, controlCampaigns } from '@libby-dialer/operations';
import { countOf, UsageError } from '@libby-dialer/runtime';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { type Io, print } from '../../terminal/io.ts';
import { withContext } from '../../with-context.ts';

const DESCRIPTIONS: Record<ControlAction, string> = {
  pause:
    'Let no further call of a campaign out, until it is resumed. Returns once none is about to go out.',
  resume: 'Let a paused or canceled campaign go on.',
  cancel:
    'End what is not called yet as canceled, and take no more rows. Returns once no call is about to go out.',
};

const DONE_WORDS: Record<ControlAction, string> = {
  pause: 'paused',
  resume: 'resumed',
  cancel: 'canceled',
};

interface ControlOptions {
  readonly all?: boolean | undefined;
  readonly by?: string | undefined;
}

export function addControlCommands({ program, io, run }: CommandLine): void {
  for (const action of ['pause', 'resume', 'cancel'] as const) {
    program
      .command(action)
      .description(DESCRIPTIONS[action])
      .argument('[campaign]', 'id of the campaign')
      .option('--all', action === 'resume' ? 'every paused campaign' : 'every campaign')
      .option(...BY)
      .action((campaign, options) => run(control(io, action, campaign, options)));
  }
}

/** Applies the action to one campaign or to all, and says how many calls went out meanwhile. */
async function control(
  io: Io,
  action: ControlAction,
  campaign: string | undefined,
  { all = false, by }: ControlOptions,
): Promise<number> {
  if ((campaign === undefined) !== all)
    throw new UsageError(`Name a campaign to ${action}, or use --all for every one.`);
  return await withContext(
    io,
    async (context) => {
      const controlled = await controlCampaigns(context, action, campaign, {
        signal: io.signal,
        waitBrokenOff: (id) =>
          void io.stderr.write(
            `${id} is ${DONE_WORDS[action]}, but calls claimed before may still go out within seconds.\n`,
          ),
      });
      const lines = controlled.map((each) => doneLine(action, each));
      await print(
        io.stdout,
        lines.length === 0 ? `There is no campaign to ${action}.\n` : lines.join(''),
      );
      return 0;
    },
    by,
  );
}

function doneLine(action: ControlAction, { campaign, wentOut }: ControlledCampaign): string {
  const meanwhile = action === 'resume' ? '' : `; ${countOf(wentOut, 'call')} went out meanwhile`;
  return `${campaign} is ${DONE_WORDS[action]}${meanwhile}.\n`;
}
