import { useQuery } from '@tanstack/react-query';
import { Facts } from '../kit/frame/facts.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Page, Section } from '../kit/frame/page.tsx';
import { formatCount } from '../kit/words/numbers.ts';
import { asking } from '../live/queries.ts';
import { ChangesTable } from './changes-table.tsx';
import { CheckList } from './check-list.tsx';

/** What is known of the do-not-call list, which holds no numbers that could be shown. */
export function DoNotCallPage() {
  const query = useQuery(asking('GET /do-not-call', {}));
  return (
    <Page title="Do not call">
      <Failure error={query.error} />
      {query.data !== undefined && (
        <Facts
          facts={[
            {
              name: 'on the list',
              value: formatCount(query.data.numbers),
              note: 'kept as hashes: a number can be looked up, not listed',
            },
          ]}
        />
      )}
      <Section title="A list of numbers" note="which of them are on it">
        <CheckList />
      </Section>
      <Section title="Where they came from" note="as far back as the audit reaches">
        <ChangesTable />
      </Section>
    </Page>
  );
}
