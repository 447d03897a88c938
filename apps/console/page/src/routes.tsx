/**
 * Every address of the page. A section is a folder with a page that is fetched when somebody goes
 * there; it is added here and in `shell/sections.ts`.
 */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { auditFilter } from './audit/audit-filter.ts';
import { callFilter } from './campaigns/calls/call-filter.ts';
import { TABLE_PARAMETERS } from './kit/tables/table-view.ts';
import { textsOf } from './kit/words/search-texts.ts';
import { Entrance } from './shell/entrance.tsx';
import { NothingHere, SomethingBroke } from './shell/nothing-here.tsx';

const root = createRootRoute({
  component: Entrance,
  notFoundComponent: NothingHere,
  // Every page has them: none may hand all of its search on to the API.
  validateSearch: textsOf(...TABLE_PARAMETERS),
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./overview/overview-page.tsx'), 'OverviewPage'),
});

const campaigns = createRoute({
  getParentRoute: () => root,
  path: '/campaigns',
  validateSearch: textsOf('contains'),
  component: lazyRouteComponent(() => import('./campaigns/campaigns-page.tsx'), 'CampaignsPage'),
});

const campaign = createRoute({
  getParentRoute: () => root,
  path: '/campaigns/$id',
  validateSearch: callFilter,
  component: lazyRouteComponent(() => import('./campaigns/campaign-page.tsx'), 'CampaignPage'),
});

const call = createRoute({
  getParentRoute: () => root,
  path: '/calls/$callId',
  validateSearch: textsOf('campaign'),
  component: lazyRouteComponent(() => import('./campaigns/calls/call-page.tsx'), 'CallPage'),
});

const inDoubt = createRoute({
  getParentRoute: () => root,
  path: '/in-doubt',
  validateSearch: textsOf('campaign'),
  component: lazyRouteComponent(() => import('./in-doubt/in-doubt-page.tsx'), 'InDoubtPage'),
});

const holds = createRoute({
  getParentRoute: () => root,
  path: '/holds',
  component: lazyRouteComponent(() => import('./holds/holds-page.tsx'), 'HoldsPage'),
});

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  component: lazyRouteComponent(() => import('./people/people-page.tsx'), 'PeoplePage'),
});

const doNotCall = createRoute({
  getParentRoute: () => root,
  path: '/do-not-call',
  component: lazyRouteComponent(
    () => import('./do-not-call/do-not-call-page.tsx'),
    'DoNotCallPage',
  ),
});

const schedules = createRoute({
  getParentRoute: () => root,
  path: '/schedules',
  component: lazyRouteComponent(() => import('./schedules/schedules-page.tsx'), 'SchedulesPage'),
});

const schedule = createRoute({
  getParentRoute: () => root,
  path: '/schedules/$name',
  validateSearch: textsOf('run'),
  component: lazyRouteComponent(() => import('./schedules/schedule-page.tsx'), 'SchedulePage'),
});

const intake = createRoute({
  getParentRoute: () => root,
  path: '/intake',
  validateSearch: textsOf('entry'),
  component: lazyRouteComponent(() => import('./intake/intake-page.tsx'), 'IntakePage'),
});

const forwarder = createRoute({
  getParentRoute: () => root,
  path: '/intake/webhooks/$name',
  component: lazyRouteComponent(() => import('./intake/webhook-page.tsx'), 'WebhookPage'),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: auditFilter,
  component: lazyRouteComponent(() => import('./audit/audit-page.tsx'), 'AuditPage'),
});

const access = createRoute({
  getParentRoute: () => root,
  path: '/access',
  component: lazyRouteComponent(() => import('./access/access-page.tsx'), 'AccessPage'),
});

const newList = createRoute({
  getParentRoute: () => root,
  path: '/new-list',
  component: lazyRouteComponent(() => import('./new-list/new-list-page.tsx'), 'NewListPage'),
});

const uploadedList = createRoute({
  getParentRoute: () => root,
  path: '/new-list/$list',
  component: lazyRouteComponent(() => import('./new-list/upload/list-page.tsx'), 'ListPage'),
});

const system = createRoute({
  getParentRoute: () => root,
  path: '/system',
  component: lazyRouteComponent(() => import('./system/system-page.tsx'), 'SystemPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    campaigns,
    campaign,
    call,
    inDoubt,
    holds,
    people,
    doNotCall,
    schedules,
    schedule,
    intake,
    forwarder,
    audit,
    access,
    newList,
    uploadedList,
    system,
  ]),
  defaultErrorComponent: SomethingBroke,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
