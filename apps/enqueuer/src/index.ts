// Lists and campaign files, for programs that look before they load
export { type CampaignFile, CampaignFileError, readCampaignFile } from './campaign-file.ts';
// The daemon, for programs that run it by another clock
export { serveConfig } from './config.ts';
export { InboxPart } from './inbox/inbox-part.ts';
export { isProblem } from './list/check-record.ts';
export { createRowChecker, type RowChecker } from './list/check-row.ts';
export { ListError } from './list/list-error.ts';
export { type List, openList } from './list/open-list.ts';
export { SchedulePart } from './schedules/schedule-part.ts';
export { ServeDaemon } from './serve/serve-daemon.ts';
