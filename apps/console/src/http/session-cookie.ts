import { parse, serialize } from 'hono/utils/cookie';

const NAME = 'libby-session';
/** Browsers take it over HTTPS alone, and from no other host of the domain. */
const SECURE_NAME = `__Host-${NAME}`;

/** What a browser proves its log-in by. */
export function sessionIn(headers: Headers): string | undefined {
  const cookies = parse(headers.get('cookie') ?? '');
  return cookies[SECURE_NAME] ?? cookies[NAME];
}

/**
 * What has a browser keep a session, out of reach of scripts and of other sites.
 * @param origin where its page comes from, as the browser says
 */
export function sessionCookie(session: string, lastsMs: number, origin: string | null): string {
  const isSecure = origin?.startsWith('https:') === true;
  return serialize(isSecure ? SECURE_NAME : NAME, session, {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    maxAge: Math.floor(lastsMs / 1000),
    secure: isSecure,
  });
}

/** What has a browser forget it. */
export function forgottenCookies(): string[] {
  const options = { path: '/', httpOnly: true, sameSite: 'Strict', maxAge: 0 } as const;
  return [
    serialize(NAME, '', options),
    serialize(SECURE_NAME, '', { ...options, secure: true, path: '/' }),
  ];
}
