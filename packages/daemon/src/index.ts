// The daemon

export { buildParts } from './build-parts.ts';
export { forwardConfig, serveConfig } from './config.ts';
export { serveDaemon } from './serve-daemon.ts';

// Calls that other services push

export { InboxMetrics } from './inbox/inbox-metrics.ts';
export { InboxPart } from './inbox/inbox-part.ts';

// Lists that are called again and again

export { ScheduleMetrics } from './schedules/schedule-metrics.ts';
export { SchedulePart } from './schedules/schedule-part.ts';

// Results for other services

export { ForwardMetrics } from './forwarding/forward-metrics.ts';
export { type ForwardRequest, runForwarder } from './forwarding/run-forwarder.ts';
export { parseWebhookUrl, type WebhookUrl } from './forwarding/webhook-url.ts';
