import { SaxesParser } from 'saxes';
import { damaged } from './zip-parts.ts';

/** Told of what a part of a workbook holds; names come without their prefix. */
export interface XmlHandler {
  open(name: string, attributes: XmlAttributes): void;
  text?(text: string): void;
  close?(name: string): void;
}

export type XmlAttributes = Readonly<Record<string, string | undefined>>;

/**
 * Reads XML that comes in pieces. A document type is refused, and with it every entity but the five
 * of XML itself: no workbook has one.
 */
export class XmlReader {
  readonly #parser = new SaxesParser({ position: false });

  constructor(handler: XmlHandler) {
    const parser = this.#parser;
    parser.on('error', damaged);
    parser.on('doctype', () => damaged(new Error('The XML has a document type.')));
    parser.on('opentag', ({ name, attributes }) =>
      handler.open(localName(name), attributes as XmlAttributes),
    );
    parser.on('closetag', ({ name }) => handler.close?.(localName(name)));
    if (handler.text === undefined) return;
    parser.on('text', (text) => handler.text?.(text));
    parser.on('cdata', (text) => handler.text?.(text));
  }

  /** Throws `ListError`. */
  push(piece: string): void {
    this.#parser.write(piece);
  }

  end(): void {
    this.#parser.close();
  }
}

export async function readXml(pieces: AsyncIterable<string>, handler: XmlHandler): Promise<void> {
  const reader = new XmlReader(handler);
  let isEmpty = true;
  for await (const piece of pieces) {
    isEmpty = false;
    reader.push(piece);
  }
  if (!isEmpty) reader.end();
}

export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** A text as Excel writes what XML cannot hold: `_x000D_` for a carriage return. */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
