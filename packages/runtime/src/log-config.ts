import { variable } from './config.ts';
import { LOG_LEVELS } from './logger.ts';
import { oneOf } from './variable-types.ts';

/** `LOG_LEVEL` */
export const logConfig = { level: variable('LOG_LEVEL', oneOf(LOG_LEVELS), { default: 'info' }) };
