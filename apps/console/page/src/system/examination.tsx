import { useQuery } from '@tanstack/react-query';
import { Button } from '../kit/frame/button.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Section } from '../kit/frame/page.tsx';
import { asking } from '../live/queries.ts';

const VERDICTS = { good: 'good', bad: 'wrong', note: 'note' } as const;

/** The doctor: asks Redis, gets a token, and asks the API. It calls nobody. */
export function Examination() {
  const { data, error, isFetching, refetch } = useQuery({
    ...asking('GET /doctor', {}),
    // It gets a token: only when somebody asks for it.
    enabled: false,
  });
  return (
    <Section
      title="Examination"
      note="of Redis, the credentials and the API; it gets a token, and calls nobody"
    >
      <Failure error={error} />
      <ul className="findings" aria-live="polite">
        {data?.findings.map(({ verdict, code, sentence }) => (
          <li key={`${code} ${sentence}`}>
            <b className={`finding is-${verdict}`}>{VERDICTS[verdict]}</b>
            <bdi>{sentence}</bdi>
          </li>
        ))}
      </ul>
      <Button disabled={isFetching} onClick={() => void refetch()}>
        {isFetching ? 'Examining…' : data === undefined ? 'Examine' : 'Examine again'}
      </Button>
    </Section>
  );
}
