/**
 * The Lua of a function that does what a script of BullMQ does, taken as it is from the version
 * that is installed. It takes the script's keys and arguments as two tables.
 */
export function bullFunction(name: string, { content }: { readonly content: string }): string {
  return `local function ${name}(KEYS, ARGV)\n${content}\nend\n`;
}
