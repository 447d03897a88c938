import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Names this process for people, and unlike every other there is or was. */
export function processName(): string {
  return `${hostname().slice(0, 32)}-${process.pid}-${randomBytes(3).toString('hex')}`;
}
