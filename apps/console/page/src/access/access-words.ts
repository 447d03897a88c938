import type { ApiAnswer, Role } from '@libby-dialer/http-api';

export type AccessJson = ApiAnswer<'GET /access'>['access'][number];

/** What each may do, the one that may do least first. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'sees all, with numbers and names masked',
  operator: 'also loads, steers and decides',
  admin: 'also erases, changes schedules, and lets others in',
  push: 'a program: queues calls in its campaigns, and sees nothing',
};

/** Campaigns as they are typed, separated by commas or blanks. */
export function campaignsIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((id) => id !== '');
}

/** What else it means to take somebody's access away. */
export function removalText(
  { name, role }: AccessJson,
  all: readonly AccessJson[],
  caller: string | undefined,
): string[] {
  const isLastAdmin =
    role === 'admin' && !all.some((each) => each.name !== name && each.role === 'admin');
  return [
    name === caller && 'That is you: this page then asks you to log in.',
    isLastAdmin && 'There is no other admin: others are then let in by command alone.',
  ].filter((sentence) => sentence !== false);
}
