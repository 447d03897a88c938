import { afterAll, beforeAll, describe } from 'vitest';
import { accessStory } from './access-story.ts';
import { campaignStory } from './campaign-story.ts';
import { CHROMIUM } from './chromium.ts';
import { ConsoleWorld, phone } from './console-world.ts';
import { deskStory } from './desk-story.ts';
import { holdStory } from './hold-story.ts';
import { listStory } from './list-story.ts';
import { lookStory } from './look-story.ts';
import { nightStory } from './night-story.ts';
import { personStory } from './person-story.ts';
import { webhookStory } from './webhook-story.ts';

/**
 * One console, one worker, one simulator and one browser for all of it: each story has campaigns of
 * its own, and leaves none of them dialing.
 */
describe.skipIf(CHROMIUM === undefined)('the page, in a browser (needs Chromium)', () => {
  let world: ConsoleWorld;
  beforeAll(async () => {
    world = await ConsoleWorld.start({
      latencyMs: 20,
      agents: ['+15055550100'],
      script: [
        {
          match: { toPhoneNumber: phone(1) },
          do: { status: 400, body: { message: 'customQuestions: too long by 7' } },
        },
        { match: { toPhoneNumber: phone(2) }, do: { fault: 'reset_after' } },
      ],
    });
  });
  afterAll(async () => await world?.[Symbol.asyncDispose]());

  campaignStory(() => world);
  deskStory(() => world);
  holdStory(() => world);
  nightStory(() => world);
  personStory(() => world);
  webhookStory(() => world);
  listStory(() => world);
  accessStory(() => world);
  lookStory(() => world);
});
