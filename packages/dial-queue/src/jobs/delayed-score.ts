/** BullMQ keeps the order of jobs delayed to the same ms in the lowest bits. */
const SCORES_PER_MS = 0x1000;

/** Until when a job is delayed, by its score. Epoch ms. */
export function instantOfScore(score: string | number): number {
  return Math.floor(Number(score) / SCORES_PER_MS);
}
