import { useEffect, useId, useState } from 'react';
import './search-field.css';

/** Typing goes on for less than this between letters. */
const TYPED_AFTER_MS = 250;

/** A field that filters while one types, and tells only once one has stopped. */
export function SearchField({
  label,
  value,
  suggestions,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  /** Offered while one types. */
  readonly suggestions?: readonly string[];
  readonly onChange: (text: string) => void;
}) {
  const options = useId();
  const [text, setText] = useState(value);
  const [told, setTold] = useState(value);
  if (told !== value) {
    setTold(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return;
    const timer = window.setTimeout(() => onChange(text), TYPED_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <>
      <input
        className="field"
        type="search"
        aria-label={label}
        placeholder={label}
        list={suggestions && options}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {suggestions !== undefined && (
        <datalist id={options}>
          {suggestions.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </datalist>
      )}
    </>
  );
}
