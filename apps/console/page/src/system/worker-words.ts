import type { WorkerJson } from '@libby-dialer/http-api';

/** What it is at. */
export function workerText({ isSilent, isStopping, troubles }: WorkerJson): string {
  if (isSilent) return 'silent: gone, or cut off';
  if (isStopping) return 'stopping';
  return troubles.length === 0 ? 'dialing' : 'in trouble';
}

/** Of those that are there. */
export function hasOtherVersions(workers: readonly WorkerJson[]): boolean {
  const versions = workers.filter(({ isSilent }) => !isSilent).map(({ version }) => version);
  return new Set(versions).size > 1;
}

/** 1.5 GB, as memory is counted. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  const text = value >= 100 || unit === 0 ? String(Math.round(value)) : value.toFixed(1);
  return `${text} ${units[unit]}`;
}
