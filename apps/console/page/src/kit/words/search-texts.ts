/** Of what an address asks for: these texts, as far as they are given. */
export function textsOf<Name extends string>(...names: readonly Name[]) {
  return (search: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      names
        // The router takes what looks like a number for one.
        .filter((name) => typeof search[name] === 'string' || typeof search[name] === 'number')
        .map((name) => [name, String(search[name])]),
    ) as { readonly [Each in Name]?: string | undefined };
}
