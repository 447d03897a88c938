// The daemon

export { buildParts } from './build-parts.ts';
export { DEFAULT_FORWARD_PORT, forwardConfig, serveConfig } from './config.ts';
export type { DaemonContext } from './daemon-part.ts';
export { type DaemonKind, serveDaemon } from './serve-daemon.ts';

// Calls that other services push

export { INBOX_REJECT_CODES } from './inbox/entry-check.ts';
export { InboxMetrics } from './inbox/inbox-metrics.ts';
export { InboxPart } from './inbox/inbox-part.ts';

// Lists that are called again and again

export { ScheduleMetrics } from './schedules/schedule-metrics.ts';
export { SchedulePart } from './schedules/schedule-part.ts';

// Results for other services

export { ForwardMetrics } from './forwarding/forward-metrics.ts';
export { Forwarder, type ForwarderEnd, type ForwarderOptions } from './forwarding/forwarder.ts';
export { Webhook } from './forwarding/webhook.ts';
export { keyOf } from './forwarding/webhook-signature.ts';
export { parseWebhookUrl, type WebhookUrl } from './forwarding/webhook-url.ts';
