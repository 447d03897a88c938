/** +1 505 555 0100: groups that can be read out. Those of other countries stay as they are. */
export function formatPhone(number: string): string {
  const parts = /^\+1(...)(...)(....)$/.exec(number);
  return parts === null ? number : `+1 ${parts.slice(1).join(' ')}`;
}
