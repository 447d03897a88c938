import type { ApiRoute } from '@libby-dialer/http-api';
import type { Console } from '../console.ts';
import type { Handlers } from '../http/handlers.ts';
import { callHandlers } from './calls.ts';
import { campaignHandlers } from './campaigns.ts';
import { holdHandlers } from './holds.ts';
import { intakeHandlers } from './intake.ts';
import { listHandlers } from './lists.ts';
import { peopleHandlers } from './people.ts';
import { scheduleHandlers } from './schedules.ts';
import { sessionHandlers } from './session.ts';
import { systemHandlers } from './system.ts';

/** What answers each request of the contract: one that is missing does not compile. */
export function apiHandlers(console: Console): Handlers<ApiRoute> {
  return {
    ...campaignHandlers(console),
    ...callHandlers(console),
    ...listHandlers(console),
    ...holdHandlers(console),
    ...peopleHandlers(console),
    ...scheduleHandlers(console),
    ...intakeHandlers(console),
    ...sessionHandlers(console),
    ...systemHandlers(console),
  };
}
