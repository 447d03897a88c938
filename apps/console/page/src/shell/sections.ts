import type { Snapshot } from '@libby-dialer/http-api';

/** An entry of the navigation. */
interface SectionLink {
  readonly to: '/' | '/campaigns';
  readonly title: string;
  /** How many wait there for a person. */
  readonly needed?: (snapshot: Snapshot) => number;
}

/** In groups: what goes on, what a person decides, how it is fed and kept. */
export const SECTIONS: readonly (readonly SectionLink[])[] = [
  [
    { to: '/', title: 'Overview' },
    { to: '/campaigns', title: 'Campaigns' },
  ],
];
