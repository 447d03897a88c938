import type { openApiDocument } from '@libby-dialer/http-api';

type Document = ReturnType<typeof openApiDocument>;
type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly 'x-least-role': string;
  readonly 'x-problem-codes'?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
}

type Content = Readonly<Record<string, { readonly schema?: Json }>>;

/** The API as a page to read, made of its document; it needs no script. */
export function referencePage({ info, paths, components, servers }: Document): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [method.toUpperCase(), path, operation as unknown] as const,
    ),
  ) as (readonly [method: string, path: string, operation: Operation])[];
  const url = servers[0]?.url ?? '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The HTTP API of libby-dialer</title>
<link rel="stylesheet" href="reference.css">
</head>
<body>
<h1>The HTTP API of libby-dialer</h1>
<p>${textOf(info.description)} Paths begin with <code>${escaped(url)}</code>; as an OpenAPI document:
<a href="openapi.json">openapi.json</a>.</p>
<nav aria-label="Requests"><ul>
${operations.map(([method, path]) => `<li><a href="#${idOf(method, path)}"><b>${method}</b> ${escaped(path)}</a></li>`).join('\n')}
</ul></nav>
<main>
${operations.map(([method, path, operation]) => operationOf(method, path, operation)).join('\n')}
<h2>Schemas</h2>
${Object.entries(components.schemas)
  .map(([name, schema]) => schemaOf(name, schema))
  .join('\n')}
</main>
</body>
</html>
`;
}

function operationOf(method: string, path: string, operation: Operation): string {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const codes = operation['x-problem-codes'] ?? [];
  return `<section id="${idOf(method, path)}">
<h2><b>${method}</b> ${escaped(path)}</h2>
<p>${textOf(summary)}${description === undefined ? '' : ` ${textOf(description)}`}</p>
<p>Least role: ${escaped(operation['x-least-role'])}${codes.length === 0 ? '' : `. Problems: ${codes.map(codeOf).join(', ')}`}.</p>
${parameters.length === 0 ? '' : `<table><thead><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr></thead><tbody>${parameters.map(rowOf).join('')}</tbody></table>`}
${requestBody === undefined ? '' : contentOf('Body', requestBody.content)}
${Object.entries(responses)
  .filter(([status]) => status !== 'default')
  .map(([status, { content = {} }]) => contentOf(`Answer ${status}`, content))
  .join('\n')}
</section>`;
}

function rowOf({ name, in: place, required, description = '' }: Parameter): string {
  const needed = required ? ' (needed)' : '';
  return `<tr><td><code>${escaped(name)}</code>${needed}</td><td>${place}</td><td>${textOf(description)}</td></tr>`;
}

function contentOf(heading: string, content: Content): string {
  const [[type, { schema = {} }] = ['', {}]] = Object.entries(content);
  if (type === '') return `<p>${heading}: nothing.</p>`;
  if (Object.keys(schema).length === 0) return `<p>${heading}: <code>${escaped(type)}</code>.</p>`;
  return `<details><summary>${heading}</summary><pre>${jsonOf(schema)}</pre></details>`;
}

function schemaOf(name: string, schema: unknown): string {
  return `<section id="schema-${escaped(name)}"><h3>${escaped(name)}</h3><pre>${jsonOf(schema)}</pre></section>`;
}

/** References lead to the schema that they name. */
function jsonOf(schema: unknown): string {
  return escaped(JSON.stringify(schema, undefined, 2)).replaceAll(
    /#\/components\/schemas\/(\w+)/g,
    (_, name: string) => `<a href="#schema-${name}">${name}</a>`,
  );
}

function idOf(method: string, path: string): string {
  return `${method}${path}`.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase();
}

function codeOf(code: string): string {
  return `<code>${escaped(code)}</code>`;
}

/** Sentences with \`code\` in them. */
function textOf(text: string): string {
  return escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}
