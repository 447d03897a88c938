/** A service that pushes calls, as others would write it; prints the entry's id. */
import {
  CallProducer,
  type CallRecordInput,
  InvalidRecordError,
} from '@libby-dialer/call-producer';

const record: CallRecordInput = {
  name: 'Ada',
  toPhoneNumber: '+15055550123',
  timezone: 'America/Denver',
  formInfo: [{ Event: 'Wedding', Guests: 80 }],
};

const producer = new CallProducer({ redis: process.env['REDIS_URL'] ?? '' });
try {
  // @ts-expect-error There is no such field: types say so, and so does the schema.
  await producer.add('orders', { ...record, timezone: 'PST', surprise: 1 });
} catch (error) {
  if (!(error instanceof InvalidRecordError) || error.index !== 0) throw error;
}
const id: string = await producer.add('orders', record);
await producer[Symbol.asyncDispose]();
process.stdout.write(id);
