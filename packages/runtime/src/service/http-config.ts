import { variable } from '../config/config.ts';
import { port, text } from '../config/variable-types.ts';

/**
 * Where a service answers probes and shows its metrics: `<PROGRAM>_HTTP_PORT` and
 * `<PROGRAM>_HTTP_HOST`.
 *
 * @param pages what is served there, for the reference
 */
export function httpConfig(program: string, defaultPort: number, pages: string) {
  return {
    /** Undefined: the default port, or a free one if a process of this host has it already. */
    port: variable(`${program}_HTTP_PORT`, port(), {
      optional: true,
      about: pages,
      shownDefault: String(defaultPort),
    }),
    host: variable(`${program}_HTTP_HOST`, text(), {
      default: '127.0.0.1',
      about: 'where that listens',
    }),
  };
}
