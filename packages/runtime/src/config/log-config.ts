import { LOG_LEVELS, type LogLevel } from '../logs/logger.ts';
import { variable } from './config.ts';
import { oneOf } from './variable-types.ts';

/** `LOG_LEVEL` */
export const logConfig = {
  level: variable<LogLevel>('LOG_LEVEL', oneOf(LOG_LEVELS), {
    default: 'info',
    about:
      'trace, debug, info, warn, error, fatal or silent; JSON lines on standard error, readable ones on a terminal',
  }),
};
