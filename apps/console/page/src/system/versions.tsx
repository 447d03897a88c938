import { useQuery } from '@tanstack/react-query';
import { Details } from '../kit/details.tsx';
import { Failure } from '../kit/failure.tsx';
import { Section } from '../kit/page.tsx';
import { When } from '../kit/when.tsx';
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
