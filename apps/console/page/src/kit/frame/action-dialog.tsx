import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { askAgain } from '../../live/queries.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';

interface ActionDialogProps {
  readonly title: string;
  /** Says beforehand how many it concerns. */
  readonly children: ReactNode;
  /** On the button that does it: "Pause", "Cancel 4,768 calls". */
  readonly doIt: string;
  readonly kind?: 'main' | 'danger';
  /** What is being done while one waits: "Pausing. It waits until …". */
  readonly doing: string;
  /** Does it, and says afterwards what it did, in sentences. */
  readonly action: () => Promise<readonly string[]>;
  /** What else there is once it is done, shown this once. */
  readonly result?: ReactNode;
  readonly isReady?: boolean;
  readonly onClose: () => void;
}

/** Asks, does, and says what came of it, all in one place. */
export function ActionDialog(props: ActionDialogProps) {
  const {
    title,
    children,
    doIt,
    kind = 'main',
    doing,
    action,
    result,
    isReady = true,
    onClose,
  } = props;
  const work = useMutation({ mutationFn: action, onSettled: askAgain });
  // What was asked stays on the dialog: counts in it go on changing meanwhile.
  const [asked, setAsked] = useState<string>();
  const { isPending, isSuccess: isDone } = work;
  const start = () => {
    setAsked(title);
    work.mutate();
  };
  return (
    <Dialog
      title={asked ?? title}
      isHeld={isPending || (isDone && Boolean(result))}
      onClose={onClose}
      actions={
        isPending || isDone ? (
          <Button kind={isDone ? 'main' : 'plain'} onClick={onClose}>
            Close
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Back</Button>
            <Button kind={kind} disabled={!isReady} onClick={start}>
              {doIt}
            </Button>
          </>
        )
      }
    >
      {isDone ? null : children}
      <div role="status">
        {isPending && <p className="soft">{doing} It goes on if you close this.</p>}
        {work.data?.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      {isDone && result}
      <Failure error={work.error} />
    </Dialog>
  );
}
