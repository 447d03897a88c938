import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';

export interface WireAnswer {
  /** Of the body, as it was sent. */
  readonly bytes: number;
  readonly text: string;
}

/**
 * Asks the console's API as a browser does, which takes compressed answers. Throws where it is
 * refused. @param body makes it a POST
 */
export async function askOverWire(url: string, path: string, body?: unknown): Promise<WireAnswer> {
  const headers = { 'accept-encoding': 'gzip, deflate, br', 'content-type': 'application/json' };
  const method = body === undefined ? 'GET' : 'POST';
  const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
  const asked = request(`${url}/api/v1${path}`, { method, headers });
  asked.on('error', reject);
  asked.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const sent = Buffer.concat(chunks);
      const isGzip = response.headers['content-encoding'] === 'gzip';
      const text = (isGzip ? gunzipSync(sent) : sent).toString();
      if (response.statusCode === 200) resolve({ bytes: sent.length, text });
      else reject(new Error(`${path}: ${response.statusCode} ${text}`));
    });
  });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  return await promise;
}
