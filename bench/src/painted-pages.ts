import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium } from '../../test/console/chromium.ts';

const WITHIN_MS = 120_000;
const LOOKED_ON_MS = 10_000;

export interface PaintRequest {
  readonly path: string;
  /** Show all rows before it is looked on. */
  readonly isAll?: boolean;
}

export interface PaintedPage {
  readonly path: string;
  /** From the start of going there until its first row is there; nothing is cached. */
  readonly shownMs: number;
  readonly rows: number;
  /** Of a core, by its main thread, while the page is only looked on. */
  readonly busyShare: number;
  readonly heapMb: number;
}

/** Goes to each page in a Chromium of its own kind: no cache of the page before. */
export async function* paintedPages(
  url: string,
  requests: readonly PaintRequest[],
): AsyncGenerator<PaintedPage> {
  const browser = await launchChromium();
  try {
    for (const { path, isAll = false } of requests) {
      const context = await browser.newContext();
      const page = await context.newPage();
      page.setDefaultTimeout(WITHIN_MS);
      const rows = page.locator('main tbody tr:not(.table-room)');
      const startedAt = performance.now();
      await page.goto(new URL(path, url).href, { waitUntil: 'commit' });
      await rows.first().waitFor();
      const shownMs = performance.now() - startedAt;
      const more = page.locator('button.table-more');
      // It can be clicked again once what was asked for is there, and goes when all is.
      while (isAll && (await more.count()) > 0) await more.click().catch(() => {});
      const tools = await context.newCDPSession(page);
      // CPU time: by the clock it grows with whatever else the machine does.
      await tools.send('Performance.enable', { timeDomain: 'threadTicks' });
      const metric = async (name: string) => {
        const { metrics } = await tools.send('Performance.getMetrics');
        return metrics.find((each) => each.name === name)?.value ?? Number.NaN;
      };
      const busyBefore = await metric('TaskDuration');
      await sleep(LOOKED_ON_MS);
      const busySeconds = (await metric('TaskDuration')) - busyBefore;
      const counted = await page.locator('main table').first().getAttribute('aria-rowcount');
      yield {
        path,
        shownMs,
        rows: Number(counted) - 1,
        busyShare: (busySeconds * 1000) / LOOKED_ON_MS,
        heapMb: (await metric('JSHeapUsedSize')) / 1e6,
      };
      await context.close();
    }
  } finally {
    await browser.close();
  }
}
