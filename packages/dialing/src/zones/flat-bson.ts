/**
 * The entries of a flat BSON document that holds nothing but strings: an int32 with the document's
 * length, then per entry the type 0x02, the key ending in a zero byte, an int32 with the value's
 * length, the value ending in a zero byte.
 */
export function* stringsOfBson(document: Buffer): Generator<[key: string, value: string]> {
  let at = 4;
  while (document[at] === 0x02) {
    const keyEnd = document.indexOf(0, at + 1);
    const valueStart = keyEnd + 5;
    const valueEnd = valueStart + document.readInt32LE(keyEnd + 1) - 1;
    yield [
      document.toString('utf8', at + 1, keyEnd),
      document.toString('utf8', valueStart, valueEnd),
    ];
    at = valueEnd + 1;
  }
  if (at !== document.length - 1)
    throw new Error('The data are not a flat BSON document of strings');
}
