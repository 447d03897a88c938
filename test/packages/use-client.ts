/** A program that calls through the simulator whose first line of output it is given. */
import {
  LibbyClient,
  LibbyError,
  type OutboundCall,
  TokenSource,
} from '@libby-dialer/libby-client';
import { type ScriptRule, startSimulator } from '@libby-dialer/libby-simulator';

const call: OutboundCall = {
  name: 'Ada',
  toPhoneNumber: '+15055550123',
  fromPhoneNumber: '+15055550100',
  formInfo: [],
};

const { apiUrl, ...grant } = JSON.parse(process.argv[2] ?? '');
const tokens = new TokenSource(grant);
const client = new LibbyClient({ apiUrl, tokens });
await client.call(call);
await client[Symbol.asyncDispose]();
await tokens[Symbol.asyncDispose]();

const script: ScriptRule[] = [{ match: {}, do: { fault: 'reset_after' } }];
const simulator = await startSimulator({ script });
const ownTokens = new TokenSource(simulator);
const ownClient = new LibbyClient({ apiUrl: simulator.apiUrl, tokens: ownTokens });
const delivery = await ownClient.call(call).then(
  () => 'accepted',
  (error: unknown) => (error instanceof LibbyError ? error.delivery : String(error)),
);
await ownClient[Symbol.asyncDispose]();
await ownTokens[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify({ delivery, byNumber: simulator.calls().byNumber }));
await simulator.stop();
