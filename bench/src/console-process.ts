import { ApiClient } from '@libby-dialer/api-client';
import { MeasuredProcess } from './measured-process.ts';
import type { RedisStage } from './stage.ts';

/** A console with a limit of requests that no bench meets. */
export class ConsoleProcess implements AsyncDisposable {
  readonly program: MeasuredProcess;
  readonly url: string;
  readonly client: ApiClient;

  private constructor(program: MeasuredProcess, url: string) {
    this.program = program;
    this.url = url;
    this.client = new ApiClient({ origin: url });
  }

  static async start(redis: RedisStage): Promise<ConsoleProcess> {
    const program = await MeasuredProcess.start('dist/console.js', [], {
      env: {
        REDIS_URL: redis.server.url,
        DIALER_PREFIX: redis.keys.prefix,
        DIALER_ALLOW_VOLATILE_REDIS: '1',
        CONSOLE_HTTP_PORT: '0',
        CONSOLE_REQUESTS_PER_SECOND: '10000',
        LOG_LEVEL: 'warn',
      },
    });
    const { url } = JSON.parse(await program.said('{"url"')) as { url: string };
    return new ConsoleProcess(program, url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
  }
}
