import { useQuery } from '@tanstack/react-query';
import { Details } from '../kit/frame/details.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Section } from '../kit/frame/page.tsx';
import { When } from '../kit/words/when.tsx';
import { asking } from '../live/queries.ts';

/** Of the console itself. */
export function Versions() {
  const { data, error } = useQuery(asking('GET /system', {}));
  return (
    <Section title="The console">
      <Failure error={error} />
      {data !== undefined && (
        <Details
          details={[
            ['version', data.version],
            ['Node.js', data.node],
            ['since', <When key="since" at={data.startedAt} />],
            ['Redis', data.redis],
            ['calls go to', CALLS_GO_TO[String(data.isSimulated)]],
          ]}
        />
      )}
    </Section>
  );
}

const CALLS_GO_TO: Readonly<Record<string, string>> = {
  true: 'a simulator: no phone rings',
  false: 'Libby',
};
