import { AxeBuilder } from '@axe-core/playwright';
import { ApiClient } from '@libby-dialer/api-client';
import type { ApiRequest } from '@libby-dialer/http-api';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '@libby-dialer/libby-simulator';
import {
  patienceMs,
  programFile,
  type SpawnedProcess,
  spawnProcess,
  startRedis,
  type TestRedis,
} from '@libby-dialer/testkit';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

export const CONSOLE = programFile('console');
const WORKER = programFile('worker');

export const LINE = '+15055550100';
export const OTHER_LINE = '+15055550101';

/** What a person in front of it has. */
export interface Sight {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

type AxeOptions = Parameters<AxeBuilder['options']>[0];

/** Of a campaign file. */
type Settings = Partial<ApiRequest<'PUT /campaigns/{id}'>['body']>;

/** A console, a worker and a simulator as one would run them, and a browser in front of them. */
export class ConsoleWorld implements AsyncDisposable {
  readonly url: string;
  readonly client: ApiClient;
  readonly simulator: Simulator;
  readonly console: SpawnedProcess;
  readonly redisUrl: string;
  /** Of its programs. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #browser: Browser;
  readonly #redis: TestRedis;
  readonly #worker: SpawnedProcess;

  static async start(options: SimulatorOptions = {}): Promise<ConsoleWorld> {
    const [redis, simulator, browser] = await Promise.all([
      startRedis({ own: true, appendonly: true, appendfsync: 'always' }),
      startSimulator(options),
      launchChromium(),
    ]);
    const env = environmentOf(redis, simulator);
    const [console, worker] = await Promise.all(
      [CONSOLE, WORKER].map((program) => spawnProcess(process.execPath, [program], { env })),
    );
    if (console === undefined || worker === undefined) throw new Error('Nothing was started.');
    const line = await console.waitForLine(/"url"/);
    const { url } = JSON.parse(line) as { url: string };
    return new ConsoleWorld({ url, env, simulator, browser, redis, console, worker });
  }

  private constructor(parts: {
    url: string;
    env: Record<string, string>;
    simulator: Simulator;
    browser: Browser;
    redis: TestRedis;
    console: SpawnedProcess;
    worker: SpawnedProcess;
  }) {
    this.url = parts.url;
    this.simulator = parts.simulator;
    this.console = parts.console;
    this.environment = parts.env;
    this.redisUrl = parts.redis.url;
    this.client = new ApiClient({ origin: parts.url });
    this.#browser = parts.browser;
    this.#redis = parts.redis;
    this.#worker = parts.worker;
  }

  /** Stores a campaign and pushes calls to it, one for each name. */
  async campaign(id: string, names: readonly string[], settings: Settings = {}): Promise<void> {
    const body: ApiRequest<'PUT /campaigns/{id}'>['body'] = {
      id,
      fromPhoneNumber: LINE,
      callingWindow: 'anytime',
      introNotes: 'Ask {{name}}.',
      dedupeBy: 'externalId',
      ...settings,
    };
    await this.client.request('PUT /campaigns/{id}', { params: { id }, body });
    const calls = names.map((name, index) => ({
      toPhoneNumber: phone(index),
      name,
      externalId: `${id}-${index}`,
    }));
    await this.client.request('POST /campaigns/{id}/calls', { params: { id }, body: calls });
  }

  /** Opens the page at an address, as a person would see it there. */
  async open(path: string, { theme = 'light', width = 1280, height = 900 }: Sight = {}) {
    const context = await this.#browser.newContext({
      colorScheme: theme,
      viewport: { width, height },
      timezoneId: 'America/Denver',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs());
    const seen = new OpenPage(context, page);
    await page.goto(new URL(path, this.url).href);
    return seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await Promise.all([this.console.stop('SIGTERM'), this.#worker.stop('SIGTERM')]);
    await this.simulator.stop();
    await this.#redis.stop();
  }
}

/** A page that somebody looks at, with all that a browser complained about. */
class OpenPage implements AsyncDisposable {
  readonly page: Page;
  /**
   * Errors, refusals of the content security policy, dialogs that a script opened. What the API
   * refuses is no error: the page says it.
   */
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;

  constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      const isRefusal = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isRefusal) this.complaints.push(message.text());
    });
    page.on('dialog', (dialog) => {
      this.complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** What axe finds wrong, and where. A page has its heading once there is something to judge. */
  async barriers(): Promise<string[]> {
    return await this.#violations({});
  }

  /** The same of what depends on colors alone, and so on the theme. */
  async colorBarriers(): Promise<string[]> {
    const values = ['color-contrast', 'link-in-text-block'];
    return await this.#violations({ runOnly: { type: 'rule', values } });
  }

  async #violations(options: AxeOptions): Promise<string[]> {
    await this.page.locator('main h1').first().waitFor({ state: 'attached' });
    const { violations } = await new AxeBuilder({ page: this.page })
      // The page has no frames: looking for them, and telling all that is right, would cost most.
      .setLegacyMode()
      .options({ ...options, resultTypes: ['violations'] })
      .analyze();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }

  /** How much of the page lies beyond the window's right edge, in pixels. */
  async overflow(): Promise<number> {
    const overflow = await this.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    return Number(overflow);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}

/** The nth of a thousand fictional numbers. */
export function phone(index: number): string {
  const areas = ['212', '303', '312', '415', '505', '512', '617', '702', '713', '808'];
  return `+1${areas[Math.floor(index / 100) % 10]}55501${String(index % 100).padStart(2, '0')}`;
}

function environmentOf(
  { url }: TestRedis,
  { apiUrl, tokenUrl, clientId, clientSecret }: Simulator,
): Record<string, string> {
  return {
    REDIS_URL: url,
    LIBBY_API_URL: apiUrl,
    LIBBY_TOKEN_URL: tokenUrl,
    LIBBY_CLIENT_ID: clientId,
    LIBBY_CLIENT_SECRET: clientSecret,
    LIBBY_CONNECT_TIMEOUT_MS: '3000',
    LIBBY_RESPONSE_TIMEOUT_MS: '5000',
    WORKER_HTTP_PORT: '0',
    CONSOLE_HTTP_PORT: '0',
    LOG_LEVEL: 'warn',
  };
}
