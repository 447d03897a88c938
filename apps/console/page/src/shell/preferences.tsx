import { prefer, type Theme, type TimeForm, usePreferences } from '../kit/preferences.ts';

const THEMES: Readonly<Record<Theme, string>> = {
  system: 'as the system',
  light: 'light',
  dark: 'dark',
};
const TIMES: Readonly<Record<TimeForm, string>> = {
  said: 'as said',
  local: 'exact, local',
  utc: 'exact, UTC',
};

export function Preferences() {
  const { theme, times } = usePreferences();
  return (
    <div className="preferences">
      <Choice label="Times" options={TIMES} value={times} onChange={(to) => prefer('times', to)} />
      <Choice label="Theme" options={THEMES} value={theme} onChange={(to) => prefer('theme', to)} />
    </div>
  );
}

function Choice<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly options: Readonly<Record<Value, string>>;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={({ target }) => onChange(target.value as Value)}>
        {Object.entries<string>(options).map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
