import type { ApiRequest } from '@libby-dialer/http-api';

/** A campaign as its file would have it. */
export type CampaignFile = ApiRequest<'PUT /campaigns/{id}'>['body'];

export type EditCampaign = <Key extends keyof CampaignFile>(
  key: Key,
  value: CampaignFile[Key] | undefined,
) => void;

/** The edits with one more; what is as it is stored is none. */
export function withEdit<Key extends keyof CampaignFile>(
  edits: Partial<CampaignFile>,
  stored: CampaignFile | undefined,
  key: Key,
  value: CampaignFile[Key] | undefined,
): Partial<CampaignFile> {
  const next = { ...edits, [key]: value };
  if (JSON.stringify(value) === JSON.stringify(stored?.[key])) delete next[key];
  return next;
}
