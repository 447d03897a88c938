export type { CallRecordInput } from '@libby-dialer/call-record';
export { CallProducer, type CallProducerOptions } from './call-producer.ts';
export {
  InboxFullError,
  InboxUnavailableError,
  InvalidRecordError,
  type ProducerError,
} from './producer-error.ts';
