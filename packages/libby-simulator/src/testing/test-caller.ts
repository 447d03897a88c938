import { connect } from 'node:net';
import type { Simulator } from '../simulator.ts';

/** What the ready line says, and a simulator in this process has too. */
export type SimulatorAccess = Pick<
  Simulator,
  'apiUrl' | 'tokenUrl' | 'clientId' | 'clientSecret' | 'scope'
>;

export const TO = '+15055550123';
export const FROM = '+15055550100';

export function payloadFor(toPhoneNumber: string): Record<string, unknown> {
  return {
    name: 'Chris',
    toPhoneNumber,
    fromPhoneNumber: FROM,
    formInfo: [{ 'Budget?': '100 per month' }],
  };
}

/**
 * Posts the form of a client-credentials grant; `changes` sets fields, or leaves them out where
 * undefined.
 */
export function askForToken(
  simulator: SimulatorAccess,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<Response> {
  const { tokenUrl, clientId, clientSecret, scope } = simulator;
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope,
    ...changes,
  };
  const given = Object.entries(form).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(given) });
}

export async function tokenFrom(
  simulator: SimulatorAccess,
  scope = simulator.scope,
): Promise<string> {
  const response = await askForToken(simulator, { scope });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

export function post(
  simulator: SimulatorAccess,
  token: string,
  payload: unknown,
): Promise<Response> {
  return fetch(`${simulator.apiUrl}/outbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
}

export function call(
  simulator: SimulatorAccess,
  token: string,
  toPhoneNumber = TO,
): Promise<Response> {
  return post(simulator, token, payloadFor(toPhoneNumber));
}

/**
 * What came back on a bare socket, and how the connection ended: the code of the error, or null for
 * an orderly end.
 */
export async function rawCall(
  simulator: SimulatorAccess,
  token: string,
): Promise<{ bytes: string; endedBy: string | null }> {
  const socket = sendRaw(simulator, token);
  const chunks: Buffer[] = [];
  let endedBy: string | null = null;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    endedBy = error.code ?? error.message;
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return { bytes: Buffer.concat(chunks).toString('latin1'), endedBy };
}

/** Sends a whole call over a socket of its own and leaves the rest to the caller. */
export function sendRaw(simulator: SimulatorAccess, token: string, toPhoneNumber = TO) {
  const body = JSON.stringify(payloadFor(toPhoneNumber));
  const socket = connect(Number(new URL(simulator.apiUrl).port), '127.0.0.1');
  socket.write(
    `POST /outbound HTTP/1.1\r\nHost: simulator\r\nContent-Type: application/json\r\n` +
      `Authorization: Bearer ${token}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return socket;
}
