import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../kit/frame/button.tsx';
import { Failure } from '../../kit/frame/failure.tsx';
import { Notice } from '../../kit/frame/notice.tsx';
import { formatShare } from '../../kit/words/numbers.ts';
import { PersonText } from '../../kit/words/person-text.tsx';
import { ProgressBar } from '../load/progress-bar.tsx';
import { sayBytes } from './list-words.ts';
import { type UploadProgress, uploadList } from './upload-list.ts';

interface UploadViewProps {
  readonly file: File;
  /** It was given up, or refused. */
  readonly onEnd: () => void;
}

/** Brings a file to the console, and then goes to its page. */
export function UploadView({ file, onEnd }: UploadViewProps) {
  const { progress, error } = useUpload(file);
  const { received, bytes, isBrokenOff } = progress;
  const text = `${sayBytes(received)} of ${sayBytes(bytes)}, ${formatShare(received, bytes)}`;
  return (
    <div className="upload">
      <p>
        <b>
          <PersonText text={file.name} />
        </b>
      </p>
      {bytes === 0 && <Notice kind="alarm">The file is empty.</Notice>}
      {error === undefined && bytes > 0 && (
        <>
          <ProgressBar label="Uploaded" part={received} whole={bytes} />
          <p className="soft" role="status">
            {isBrokenOff ? `Broken off at ${text}. Trying to go on from there.` : text}
          </p>
        </>
      )}
      <Failure error={error} />
      <Button onClick={onEnd}>
        {error === undefined && bytes > 0 ? 'Give up' : 'Another file'}
      </Button>
    </div>
  );
}

function useUpload(file: File) {
  const navigate = useNavigate();
  const [progress, setProgress] = useState<UploadProgress>({
    received: 0,
    bytes: file.size,
    isBrokenOff: false,
  });
  const [error, setError] = useState<unknown>();
  const goTo = useRef((list: string) => void navigate({ to: '/new-list/$list', params: { list } }));
  useEffect(() => {
    if (file.size === 0) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    uploadList({ file, signal, told: setProgress }).then(goTo.current, (reason: unknown) => {
      if (!signal.aborted) setError(reason);
    });
    return () => leaving.abort();
  }, [file]);
  return { progress, error };
}
