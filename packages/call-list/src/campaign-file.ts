import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Campaign, isoInstant, parseCampaign } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import type { YAMLParseError } from 'yaml';

const MAX_BYTES = 1024 * 1024;

/**
 * A campaign file that cannot be used: one line for each problem, each beginning with the file's
 * name.
 */
export class CampaignFileError extends DialerError {
  constructor(path: string, problems: readonly string[]) {
    const lines = problems.map((problem) => `${path}: ${problem}`);
    super('campaign_file', lines.join('\n'), { kind: 'invalid' });
  }
}

export interface CampaignFile {
  readonly campaign: Campaign;
  /** Sentences that begin with the file's name. */
  readonly warnings: readonly string[];
}

/**
 * Reads and checks a campaign file, YAML or JSON. Undefined: there is no such file. Throws
 * `CampaignFileError`.
 */
export async function readCampaignFile(path: string): Promise<CampaignFile | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const content =
    extname(path).toLowerCase() === '.json' ? readJson(path, text) : await readYaml(path, text);
  const verdict = parseCampaign(content);
  if (!verdict.ok) throw new CampaignFileError(path, verdict.problems);
  return {
    campaign: verdict.campaign,
    warnings: verdict.warnings.map((warning) => `${path}: ${warning}`),
  };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > MAX_BYTES)
      throw new CampaignFileError(path, ['is larger than 1 MB; is it a campaign file?']);
    return (await file.readFile('utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof CampaignFileError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new CampaignFileError(path, [`cannot be read (${code ?? 'unknown error'})`]);
  }
}

function readJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CampaignFileError(path, ['is not valid JSON']);
  }
}

async function readYaml(path: string, text: string): Promise<unknown> {
  const { parseDocument } = await yaml();
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0)
    throw new CampaignFileError(path, document.errors.map(yamlProblem));
  try {
    return document.toJS();
  } catch (error) {
    // Aliases that name nothing, or that multiply beyond measure.
    throw new CampaignFileError(path, [
      error instanceof Error ? error.message : 'cannot be read as YAML',
    ]);
  }
}

/** Most commands read no campaign file, and start sooner without it. */
const yaml = () => import('yaml');

/** The library's message goes on with an excerpt of the file: only the sentence is wanted. */
function yamlProblem(error: YAMLParseError): string {
  return (error.message.split('\n')[0] ?? '').replace(/:$/, '');
}

/**
 * A campaign as a file that `campaign put` takes: times as people write them, defaults spelled out.
 */
export async function campaignToYaml({
  id,
  fromPhoneNumber,
  startsAt,
  expiresAt,
  ...settings
}: Campaign): Promise<string> {
  const { Document, isMap } = await yaml();
  const document = new Document({
    id,
    fromPhoneNumber: fromPhoneNumber.length === 1 ? fromPhoneNumber[0] : fromPhoneNumber,
    ...settings,
    ...(startsAt !== undefined && { startsAt: isoInstant(startsAt) }),
    ...(expiresAt !== undefined && { expiresAt: isoInstant(expiresAt) }),
  });
  for (const key of ['callingWindow', 'retry', 'pacing', 'lines', 'frequencyCap']) {
    const node = document.get(key, true);
    if (isMap(node)) node.flow = true;
  }
  // Every text in quotes: some readers take 08:00 for a number and NO for a truth value.
  return document.toString({
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
  });
}
