import { useMutation } from '@tanstack/react-query';
import { Button } from '../kit/frame/button.tsx';
import './signed-in.css';
import { client } from '../live/api.ts';
import { useCaller } from './caller.ts';

/** Who looks on, what they may do, and the way out. */
export function SignedIn() {
  const { data: caller } = useCaller();
  const logOut = useMutation({
    mutationFn: () => client.request('DELETE /session'),
    // Nothing that they have seen stays in the page.
    onSuccess: () => location.assign('/'),
  });
  if (!caller) return null;
  const { name, role, by } = caller;
  return (
    <div className="signed-in">
      <b className="clip" title={name}>
        {name}
      </b>
      {by === 'session' && (
        <Button disabled={logOut.isPending} onClick={() => logOut.mutate()}>
          Log out
        </Button>
      )}
      <small className="soft">
        {role === 'viewer' ? 'viewer: numbers and names are masked' : role}
      </small>
    </div>
  );
}
