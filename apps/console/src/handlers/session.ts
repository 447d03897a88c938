import type { ApiParts } from '@libby-dialer/http-api';
import type { Console } from '../console.ts';
import type { Handlers } from '../http/handlers.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { forgottenCookies, sessionCookie, sessionIn } from '../http/session-cookie.ts';

export function sessionHandlers({ context, logger }: Console): Handlers<ApiParts['session']> {
  const { access, logInAttempts } = context.queue;
  return {
    'POST /session': async ({ body: { token } }, { asked, from, headers }) => {
      const waitMs = await logInAttempts.begin(from);
      if (waitMs > 0) throw tooOften(waitMs);
      const { role } = (await access.ofToken(token)) ?? {};
      const opened = role === 'push' ? undefined : await access.openSession(token);
      if (opened === undefined) {
        logger.warn({ from }, 'a log-in was refused');
        throw role === 'push' ? onlyForPrograms() : wrongToken();
      }
      await logInAttempts.succeeded(from);
      const { session, lastsMs } = opened;
      headers.append('set-cookie', sessionCookie(session, lastsMs, asked.get('origin')));
      return { name: opened.access.name, role: opened.access.role, by: 'session' };
    },
    'DELETE /session': async (_, { asked, headers }) => {
      const session = sessionIn(asked);
      if (session !== undefined) await access.closeSession(session);
      for (const cookie of forgottenCookies()) headers.append('set-cookie', cookie);
      return undefined;
    },
    'GET /whoami': async (_, { caller: { name, role, campaigns, by } }) => ({
      name,
      role,
      by,
      ...(campaigns !== undefined && { campaigns: [...campaigns] }),
    }),
  };
}

function tooOften(waitMs: number): HttpProblem {
  const detail = 'Too many log-ins have failed from where you are: try again in a minute.';
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return new HttpProblem(429, 'too_many_log_ins', detail, { retryAfterSeconds });
}

function wrongToken(): HttpProblem {
  return new HttpProblem(401, 'wrong_token', 'This token lets nobody in. Look for a typing error.');
}

function onlyForPrograms(): HttpProblem {
  return new HttpProblem(403, 'forbidden', 'This token is for programs that push calls.');
}
