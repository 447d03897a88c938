import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useId, useState } from 'react';
import { Button } from '../kit/frame/button.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import '../kit/fields/search-field.css';
import './log-in-page.css';
import { client } from '../live/api.ts';
import { forgetAll } from '../live/queries.ts';

/** Asks who somebody is; then they are where they wanted to go. */
export function LogInPage() {
  const [token, setToken] = useState('');
  const field = useId();
  const logIn = useMutation({
    mutationFn: () => client.request('POST /session', { body: { token: token.trim() } }),
    onSuccess: forgetAll,
  });
  useEffect(() => {
    document.title = 'Log in · libby-dialer';
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!logIn.isPending) logIn.mutate();
  };
  return (
    <main className="log-in">
      <h1>libby-dialer</h1>
      <form onSubmit={submit}>
        <label htmlFor={field}>Your token</label>
        <input
          id={field}
          className="field"
          type="password"
          name="token"
          autoComplete="current-password"
          required
          value={token}
          onChange={({ target }) => setToken(target.value)}
        />
        <Failure error={logIn.error} />
        <Button kind="main" type="submit" disabled={logIn.isPending}>
          Log in
        </Button>
      </form>
      <p className="soft">
        You get a token from whoever runs the dialer: <code>enqueuer access add</code>.
      </p>
    </main>
  );
}
