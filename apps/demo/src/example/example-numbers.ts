import {
  createRowChecker,
  isProblem,
  type List,
  ListError,
  type ListRow,
  openList,
  placeOf,
  placeText,
} from '@libby-dialer/call-list';
import { type Campaign, isFictional } from '@libby-dialer/dialing';
import { DialerError, UsageError } from '@libby-dialer/runtime';
import type { OwnList } from '../command-line.ts';

class ExampleNumberError extends DialerError {
  constructor(where: string) {
    super(
      'example_number',
      `${where} holds an example number (555-01xx), and those never go to the real API.`,
      { kind: 'invalid' },
    );
  }
}

/**
 * Numbers made for examples are nobody's, so a list that holds one is no list to dial. Throws a
 * `DialerError`.
 */
export async function refuseExampleNumbers(
  { list: path, reading }: Pick<OwnList, 'list' | 'reading'>,
  campaign: Campaign,
): Promise<void> {
  if (campaign.fromPhoneNumber.some(isFictional))
    throw new ExampleNumberError('The fromPhoneNumber of the campaign');
  let list: List | undefined;
  try {
    list = await openList(path, reading);
    const row = await firstExample(list, campaign);
    if (row !== undefined) throw new ExampleNumberError(`In ${path} ${placeText(placeOf(row))}`);
  } catch (error) {
    throw error instanceof ListError ? new UsageError(error.message, { cause: error }) : error;
  } finally {
    list?.close();
  }
}

/** The first row that would call an example number, or be called from one. */
async function firstExample({ csv, rows }: List, campaign: Campaign): Promise<ListRow | undefined> {
  const checker = createRowChecker(campaign, { headings: csv?.headings });
  for await (const chunk of rows) {
    const found = chunk.find((row) => {
      const verdict = checker.check(row);
      if (isProblem(verdict)) return false;
      const { to, from } = verdict.call;
      return isFictional(to) || (from !== undefined && isFictional(from));
    });
    if (found !== undefined) return found;
  }
  return undefined;
}
