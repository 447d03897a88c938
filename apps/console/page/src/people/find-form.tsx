import { type FormEvent, useState } from 'react';
import { CountryField } from '../kit/fields/country-field.tsx';
import { Field } from '../kit/fields/field.tsx';
import { Button } from '../kit/frame/button.tsx';
import type { Question } from './question.ts';

const KINDS = {
  number: 'a number',
  externalId: 'their own id (externalId)',
  callId: 'a call id',
} as const;
type Kind = keyof typeof KINDS;

interface FindFormProps {
  readonly asked: Question | undefined;
  readonly onAsk: (question: Question) => void;
}

export function FindForm({ asked, onAsk }: FindFormProps) {
  const kinds = Object.keys(KINDS) as Kind[];
  const [kind, setKind] = useState(kinds.find((each) => asked?.[each] !== undefined) ?? 'number');
  const [text, setText] = useState(asked?.[kind] ?? '');
  const [country, setCountry] = useState(asked?.country ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const meant = text.trim();
    if (meant === '') return;
    onAsk({ [kind]: meant, ...(kind === 'number' && country !== '' && { country }) });
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label="Look for">
        <select
          className="field"
          value={kind}
          onChange={({ target }) => setKind(target.value as Kind)}
        >
          {kinds.map((each) => (
            <option key={each} value={each}>
              {KINDS[each]}
            </option>
          ))}
        </select>
      </Field>
      <Field label={kind === 'number' ? 'Number, such as +1 505 555 0123' : 'As it was given'}>
        <input
          className="field"
          type="search"
          autoComplete="off"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </Field>
      {kind === 'number' && (
        <CountryField label="Country, if it has no code" country={country} onChange={setCountry} />
      )}
      <div className="find-button">
        <Button kind="main" type="submit">
          Find
        </Button>
      </div>
    </form>
  );
}
