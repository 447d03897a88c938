import type { Hold } from '@libby-dialer/http-api';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { client } from '../live/api.ts';
import { type HeldCalls, heldText } from './held-calls.ts';
import { HOLD_WORDS, scopeWords } from './hold-words.ts';

interface ReleaseDialogProps {
  readonly hold: Hold;
  readonly held: HeldCalls;
  readonly onClose: () => void;
}

/** Lifts a hold, with what waits behind it said beforehand. */
export function ReleaseDialog({ hold: { scope, reason }, held, onClose }: ReleaseDialogProps) {
  const { cause, toDo } = HOLD_WORDS[reason];
  const name = scopeWords(scope);
  return (
    <ActionDialog
      title={`Release ${name.charAt(0).toLowerCase()}${name.slice(1)}?`}
      doIt="Release"
      kind={reason === 'evidence_lost' ? 'danger' : 'main'}
      doing="Releasing it."
      onClose={onClose}
      action={async () => {
        await client.request('POST /holds/release', { body: { scope } });
        return [`${name} is released.`, AFTERWARDS[reason] ?? HELD_AGAIN];
      }}
    >
      <p>
        {heldText(scope, held)} Once it is released, calls go out there at once, as far as nothing
        else keeps them back.
      </p>
      <p>
        It is held because {cause}. {toDo}
      </p>
    </ActionDialog>
  );
}

const HELD_AGAIN = 'If the trouble is still there, the next call that meets it holds it again.';

/** Where nothing comes back by itself. */
const AFTERWARDS: Partial<Record<Hold['reason'], string>> = {
  canary: 'The rest of its calls follows.',
  stopped: 'What waited there goes on.',
  evidence_lost: 'What is queued there is dialed.',
};
