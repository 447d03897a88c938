const RECORDS_PER_CHUNK = 500;

/** Lines of text as they are asked for: whoever reads slowly is waited for. */
export function textStream<Item>(
  heading: string,
  records: AsyncIterable<Item>,
  lineOf: (record: Item) => string,
): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks(heading, records, lineOf)).pipeThrough(new TextEncoderStream());
}

async function* chunks<Item>(
  heading: string,
  records: AsyncIterable<Item>,
  lineOf: (record: Item) => string,
): AsyncGenerator<string> {
  let lines = heading === '' ? [] : [heading];
  for await (const record of records) {
    lines.push(lineOf(record));
    if (lines.length < RECORDS_PER_CHUNK) continue;
    yield lines.join('');
    lines = [];
  }
  if (lines.length > 0) yield lines.join('');
}
