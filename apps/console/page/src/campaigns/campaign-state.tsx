import type { CampaignStatusJson } from '@libby-dialer/http-api';
import './campaign-state.css';
import { STATE_WORDS } from './campaign-words.ts';

/** A dot and a word; filled while it dials. */
export function CampaignStateMark({ state }: Pick<CampaignStatusJson, 'state'>) {
  return <span className={`state is-${state}`}>{STATE_WORDS[state]}</span>;
}
