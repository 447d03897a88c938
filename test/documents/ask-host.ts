/**
 * Stands for `bin/enqueuer`: has a command run by `EnqueuerHost`. Arguments: the host's socket, and
 * the command's own.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

export interface Asked {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What is piped into it, if it reads that. */
  readonly input: string;
}

export interface Answer {
  readonly code: number;
  readonly output: string;
  readonly messages: string;
}

const [door = '', ...argv] = process.argv.slice(2);
const input = argv.includes('-') ? readFileSync(0, 'utf8') : '';
const asked: Asked = { argv, cwd: process.cwd(), environment: process.env, input };
const socket = connect(door).end(JSON.stringify(asked)).setEncoding('utf8');
let said = '';
for await (const chunk of socket) said += String(chunk);
const { code, output, messages } = JSON.parse(said) as Answer;
process.stdout.write(output);
process.stderr.write(messages);
process.exitCode = code;
