/** A Redis that tests may share, instead of starting one. */
export function sharedRedisUrl(): string | undefined {
  return process.env['REDIS_URL'] || undefined;
}

/** The environment for a child: ours with these changes; undefined takes a variable away. */
export function environmentWith(
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const entries = Object.entries({ ...process.env, ...changes });
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
