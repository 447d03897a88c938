import type { Redis } from 'ioredis';

/**
 * The connection of a process that is killed after so many commands: none of the later ones ever
 * arrives.
 */
export class MortalRedis implements Disposable {
  readonly redis: Redis;
  #left: number;

  private constructor(redis: Redis, commands: number) {
    this.redis = redis;
    this.#left = commands;
  }

  static async dyingAfter(commands: number, redis: Redis): Promise<MortalRedis> {
    const own = redis.duplicate({ lazyConnect: true });
    await own.connect();
    const mortal = new MortalRedis(own, commands);
    const send = own.sendCommand.bind(own);
    own.sendCommand = (command, stream) => {
      mortal.#left -= 1;
      if (mortal.#left >= 0) return send(command, stream);
      command.reject(new Error('killed'));
      return command.promise;
    };
    return mortal;
  }

  get isDead(): boolean {
    return this.#left < 0;
  }

  [Symbol.dispose](): void {
    this.redis.disconnect();
  }
}

/**
 * Does the same work again and again, killed after one command, after two, and so on, until it
 * comes to its end alive.
 */
export async function killedAtEachCommand(
  redis: Redis,
  work: (mortal: MortalRedis) => Promise<void>,
): Promise<void> {
  for (let commands = 0; commands < MOST_COMMANDS; commands += 1) {
    using mortal = await MortalRedis.dyingAfter(commands, redis);
    await work(mortal);
    if (!mortal.isDead) return;
  }
  throw new Error(`it needs more than ${MOST_COMMANDS} commands`);
}

const MOST_COMMANDS = 200;
