import type { Readable } from 'node:stream';
import type { Campaign } from '@libby-dialer/dialing';
import { createRowChecker, type RowChecker } from './checks/check-row.ts';
import type { ListFormat } from './formats/list-format.ts';
import { shortHash } from './list-hash.ts';
import type { ListIdentity } from './list-row.ts';
import { type ListSource, openSource } from './list-source.ts';
import { nameOfList } from './rejects/rejects-file.ts';

/** An open list, and what checks its rows. */
export interface CheckedList {
  readonly source: ListSource;
  readonly checker: RowChecker;
  readonly identity: ListIdentity;
  /** The list's hash, where its rows are calls by their place in it. */
  readonly dedupeHash: string | undefined;
}

/** Where a list is read from. */
export interface ListInput {
  readonly path: string;
  /** What it is called in results and rejects; left out: its path. */
  readonly name?: string | undefined;
  readonly format?: ListFormat | undefined;
  /** Which sheet of a workbook, where it has several. */
  readonly sheet?: string | undefined;
  /** Whether the list is to be given back (`joinedList`). */
  readonly keepText?: boolean | undefined;
  /** What `-` stands for. */
  readonly stdin: Readable;
  readonly signal: AbortSignal;
  /** Told what is odd about it, in sentences. */
  readonly warn: (sentence: string) => void;
}

/** Opens a list and prepares the check of its rows. Throws `ListError`. */
export async function openCheckedList(campaign: Campaign, input: ListInput): Promise<CheckedList> {
  const { path, name = nameOfList(path), format, sheet, keepText, stdin, signal } = input;
  const isKeyedByRow = campaign.dedupeBy === 'row';
  const source = await openSource(path, {
    format,
    sheet,
    keepText,
    stdin,
    signal,
    hash: isKeyedByRow ? 'always' : 'if_file',
  });
  try {
    const { listHash, list } = source;
    const identity = {
      list: name,
      listHash: listHash === undefined ? undefined : shortHash(listHash),
    };
    const dedupeHash = isKeyedByRow ? listHash : undefined;
    const checker = createRowChecker(campaign, {
      identity,
      headings: list.csv?.headings,
      dedupeHash,
    });
    for (const warning of [...list.warnings, ...checker.warnings]) input.warn(warning);
    return { source, checker, identity, dedupeHash };
  } catch (error) {
    source.list.close();
    throw error;
  }
}
