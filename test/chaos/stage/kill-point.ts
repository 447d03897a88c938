/**
 * Loaded before a worker (`node --import`): at one step of its first call it gets the signal
 * CHAOS_SIGNAL, exactly there, and says before which call that was. CHAOS_POINT names the step.
 */
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { Gate } from '@libby-dialer/dial-queue';
import { LibbyClient } from '@libby-dialer/libby-client';
import { isOutbound, type KillPoint, type Reached } from './kill-points.ts';

const point = process.env['CHAOS_POINT'] as KillPoint;
const signal = process.env['CHAOS_SIGNAL'] as NodeJS.Signals;
let callId: string | undefined;
let isDone = false;

function reach(reached: KillPoint): void {
  if (reached !== point || isDone) return;
  isDone = true;
  const note: Reached = { reached, callId: callId ?? '' };
  writeSync(2, `${JSON.stringify(note)}\n`);
  process.kill(process.pid, signal);
}

// Called with their own `this` below.
// oxlint-disable-next-line typescript/unbound-method
const { claim, settle } = Gate.prototype;
Gate.prototype.claim = async function (request) {
  if (request.ready) callId ??= request.callId;
  reach('before_gate');
  const answer = await claim.call(this, request);
  if (answer.kind === 'dial') reach('after_gate');
  return answer;
};
Gate.prototype.settle = async function (request) {
  reach('before_settle');
  const answer = await settle.call(this, request);
  reach('after_settle');
  return answer;
};

// oxlint-disable-next-line typescript/unbound-method
const { placeCall } = LibbyClient.prototype;
LibbyClient.prototype.placeCall = function (call, token, options) {
  const veto = () => {
    reach('before_veto');
    const answer = options?.veto?.();
    reach('after_veto');
    return answer;
  };
  return placeCall.call(this, call, token, { ...options, veto });
};

subscribe('undici:request:bodySent', (message) => {
  if (isOutbound(message)) reach('after_first_byte');
});
subscribe('undici:request:headers', (message) => {
  if (isOutbound(message)) reach('after_response_head');
});
