/** One thing that was examined: in order, not in order, or good to know. */
export interface Finding {
  readonly verdict: 'good' | 'bad' | 'note';
  /** What was examined, or what is wrong with it. Stable. */
  readonly code: string;
  /** What was found and, if it is bad, what to do. */
  readonly sentence: string;
}

export function good(code: string, sentence: string): Finding {
  return { verdict: 'good', code, sentence };
}

export function bad(code: string, sentence: string): Finding {
  return { verdict: 'bad', code, sentence };
}

export function note(code: string, sentence: string): Finding {
  return { verdict: 'note', code, sentence };
}
