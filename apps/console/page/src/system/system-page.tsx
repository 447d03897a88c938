import { Allowed } from '../access/allowed.tsx';
import { Page } from '../kit/frame/page.tsx';
import { Examination } from './examination.tsx';
import { RedisSection } from './redis-section.tsx';
import './system.css';
import { Versions } from './versions.tsx';
import { WorkersSection } from './workers-section.tsx';

/** What it all runs on, and whether that is in order. */
export function SystemPage() {
  return (
    <Page title="System">
      <WorkersSection />
      <RedisSection />
      <Allowed to="operator">
        <Examination />
      </Allowed>
      <Versions />
    </Page>
  );
}
