import type { ApiAnswer, ApiRequest, ApiRoute } from '@libby-dialer/http-api';
import { errorOf } from './api-error.ts';

export interface ApiClientOptions {
  /** Where the API is, such as `http://127.0.0.1:8700`; left out: where the page comes from. */
  readonly origin?: string;
  /** Of `access add`; left out where a browser's session or loopback lets in. */
  readonly token?: string;
  readonly fetch?: typeof fetch;
}

interface Parts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/** A request may be left out where all in it may be. */
type Arguments<Name extends ApiRoute> =
  object extends ApiRequest<Name>
    ? [request?: ApiRequest<Name> & Signal]
    : [request: ApiRequest<Name> & Signal];

interface Signal {
  readonly signal?: AbortSignal | undefined;
}

const BASE_PATH = '/api/v1';

/**
 * Asks the HTTP API, in a browser or in Node.js: `client.request('GET /campaigns/{id}', { params:
 * { id } })`. What is streamed comes as a `Response`. Throws `ApiError` where it is refused.
 */
export class ApiClient {
  readonly #origin: string;
  readonly #token: string | undefined;
  readonly #fetch: typeof fetch;

  constructor({ origin = '', token, fetch = globalThis.fetch }: ApiClientOptions = {}) {
    this.#origin = origin.replace(/\/$/, '');
    this.#token = token;
    this.#fetch = (...request) => fetch(...request);
  }

  async request<Name extends ApiRoute>(
    name: Name,
    ...[request]: Arguments<Name>
  ): Promise<ApiAnswer<Name>> {
    const response = await this.#send(name, (request ?? {}) as Parts & Signal);
    if (!response.ok) throw await errorOf(response);
    if (response.status === 204) return undefined as ApiAnswer<Name>;
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return (isJson ? await response.json() : response) as ApiAnswer<Name>;
  }

  /** Where a request would go: for links and downloads. */
  urlOf<Name extends ApiRoute & `GET ${string}`>(
    name: Name,
    ...[request]: Arguments<Name>
  ): string {
    return this.#urlOf(name, (request ?? {}) as Parts);
  }

  async #send(name: string, parts: Parts & Signal): Promise<Response> {
    const { body, signal } = parts;
    const headers = new Headers();
    for (const [key, value] of Object.entries(parts.headers ?? {}))
      if (value !== undefined) headers.set(key, value);
    if (this.#token !== undefined) headers.set('authorization', `Bearer ${this.#token}`);
    const isStreamed = isBytes(body);
    if (body !== undefined)
      headers.set('content-type', isStreamed ? 'application/octet-stream' : 'application/json');
    return await this.#fetch(this.#urlOf(name, parts), {
      method: name.split(' ', 1)[0] ?? 'GET',
      headers,
      ...(body !== undefined && { body: isStreamed ? body : JSON.stringify(body) }),
      ...(body instanceof ReadableStream && { duplex: 'half' }),
      ...(signal !== undefined && { signal }),
    });
  }

  #urlOf(name: string, { params = {}, query = {} }: Parts): string {
    const path = name
      .slice(name.indexOf(' ') + 1)
      .replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query))
      if (value !== undefined) search.set(key, String(value));
    const asked = search.size === 0 ? '' : `?${search.toString()}`;
    return `${this.#origin}${BASE_PATH}${path}${asked}`;
  }
}

function isBytes(body: unknown): body is Blob | ArrayBuffer | ReadableStream<Uint8Array> {
  return body instanceof Blob || body instanceof ArrayBuffer || body instanceof ReadableStream;
}
