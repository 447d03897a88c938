import { errorText, furtherProblems } from '../../live/api.ts';
import { Notice } from './notice.tsx';

/** What could not be fetched or done, in the console's own words; nothing where all went well. */
export function Failure({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <div role="alert">
      <Notice kind="alarm">
        {errorText(error)}
        {furtherProblems(error).map((problem) => (
          <small key={problem}>{problem}</small>
        ))}
      </Notice>
    </div>
  );
}
