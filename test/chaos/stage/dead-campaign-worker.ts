/**
 * Loaded before a worker (`node --import`): BullMQ waits for ever for the answer by which its first
 * connection for jobs would be ready.
 */
import { Redis } from 'ioredis';

let dead: Redis['options'] | undefined;
// Called with its own `this` below.
// oxlint-disable-next-line typescript/unbound-method
const { info } = Redis.prototype;
Redis.prototype.info = function (this: Redis, ...args: Parameters<typeof info>) {
  if (this.options.connectionName?.includes(':q:')) dead ??= this.options;
  return dead === this.options ? new Promise(() => {}) : info.apply(this, args);
} as typeof info;
