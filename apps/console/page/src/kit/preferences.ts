import { useSyncExternalStore } from 'react';

/** `said`: as people say them. `local` and `utc`: to the second. */
export type TimeForm = 'said' | 'local' | 'utc';
export type Theme = 'system' | 'light' | 'dark';

interface Preferences {
  readonly theme: Theme;
  readonly times: TimeForm;
}

/** The first is the usual one. */
const CHOICES: {
  readonly [Key in keyof Preferences]: readonly [Preferences[Key], ...Preferences[Key][]];
} = {
  theme: ['system', 'light', 'dark'],
  times: ['said', 'local', 'utc'],
};

const listeners = new Set<() => void>();
let preferences: Preferences = { theme: kept('theme'), times: kept('times') };

const readPreferences = () => preferences;

/** What somebody has chosen for themselves, kept in this browser. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(listen, readPreferences, readPreferences);
}

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

/** Chosen or the system's. */
export function useShownTheme(): 'light' | 'dark' {
  return useSyncExternalStore(listen, readTheme, readTheme);
}

function readTheme(): 'light' | 'dark' {
  if (preferences.theme !== 'system') return preferences.theme;
  return systemIsDark.matches ? 'dark' : 'light';
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  systemIsDark.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    systemIsDark.removeEventListener('change', listener);
  };
}

export function prefer<Key extends keyof Preferences>(key: Key, value: Preferences[Key]): void {
  preferences = { ...preferences, [key]: value };
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is switched off: it holds until the page is left.
  }
  if (key === 'theme') showTheme();
  for (const listener of listeners) listener();
}

function showTheme(): void {
  const { theme } = preferences;
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

function kept<Key extends keyof Preferences>(key: Key): Preferences[Key] {
  const [usual, ...others] = CHOICES[key];
  return others.find((choice) => choice === read(key)) ?? usual;
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
