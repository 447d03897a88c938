/** How far a list is. */
export interface ProgressView {
  readonly rows: number;
  /** How many of them were taken, and the word for it. */
  readonly taken: Readonly<Record<string, number>>;
  readonly rejected: number;
  readonly bytesRead: number;
  /** Undefined when nobody knows how much there is (standard input). */
  readonly bytesTotal: number | undefined;
}
