import { useQuery } from '@tanstack/react-query';
import { useSettled } from '../kit/settled.ts';

interface PreviewRequest<Form, Answer> {
  /** Of the request. */
  readonly name: string;
  /** What has been typed; compared by its JSON. */
  readonly form: Form;
  readonly ask: (form: Form, signal: AbortSignal) => Promise<Answer>;
  /** Whether there is enough of it to be asked about. */
  readonly isFilled: (form: Form) => boolean;
}

/**
 * What the console says of a form before anything is stored, once one has stopped typing. Of
 * anything but the form as it is now it says nothing.
 */
export function usePreview<Form, Answer>(request: PreviewRequest<Form, Answer>) {
  const { name, form, ask, isFilled } = request;
  const settled = useSettled(form);
  const { data, error } = useQuery({
    queryKey: [name, settled],
    queryFn: async ({ signal }) => await ask(settled, signal),
    enabled: isFilled(settled),
    gcTime: 0,
  });
  const isCurrent = JSON.stringify(settled) === JSON.stringify(form);
  return isCurrent ? { data, error } : { data: undefined, error: null };
}
