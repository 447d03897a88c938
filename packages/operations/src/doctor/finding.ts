/** One thing examined: in order, not in order, or to be known. */
export interface Finding {
  readonly verdict: 'good' | 'bad' | 'note';
  /** What is so; of what is bad also what to do. */
  readonly sentence: string;
}

export function good(sentence: string): Finding {
  return { verdict: 'good', sentence };
}

export function bad(sentence: string): Finding {
  return { verdict: 'bad', sentence };
}

export function note(sentence: string): Finding {
  return { verdict: 'note', sentence };
}
