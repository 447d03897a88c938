import { ApiClient } from '@libby-dialer/api-client';
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiRoute,
  api,
  type Route,
} from '@libby-dialer/http-api';
import { createLogger, loadConfig, Redactor, type Service } from '@libby-dialer/runtime';
import { consoleConfig } from '../config.ts';
import { consoleService } from '../console-service.ts';

/** A console of this process, over real HTTP, and a client that checks each answer. */
export class TestConsole implements AsyncDisposable {
  readonly url: string;
  readonly client: ApiClient;
  readonly #service: Service;

  private constructor(url: string, service: Service) {
    this.url = url;
    this.client = new ApiClient({ origin: url });
    this.#service = service;
  }

  static async start(environment: Readonly<Record<string, string>>): Promise<TestConsole> {
    const redactor = new Redactor();
    const variables = { ...environment, CONSOLE_HTTP_PORT: '0' };
    const config = loadConfig(consoleConfig, variables, { redactor });
    const logger = createLogger({ level: 'silent', name: 'test', redactor });
    let url = '';
    const announce = (given: string) => {
      url = given;
    };
    const service = consoleService(config, logger, { announce });
    await service.start().catch(async (error: unknown) => {
      await service.stop();
      throw error;
    });
    return new TestConsole(url, service);
  }

  /** The answer, which must be as the contract has it. */
  async ask<Name extends ApiRoute>(
    name: Name,
    request?: ApiRequest<Name>,
  ): Promise<ApiAnswer<Name>> {
    const answer = await this.client.request(name, ...([request] as never));
    const { answer: schema }: Route = api[name];
    if (schema !== undefined && typeof schema !== 'string') schema.parse(answer);
    return answer;
  }

  /** What is answered to it as it is. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return await fetch(`${this.url}${path}`, init);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service.stop();
  }
}
