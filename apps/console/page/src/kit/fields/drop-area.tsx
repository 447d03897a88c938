import { useState } from 'react';
import './drop-area.css';

const ENDINGS = '.csv,.tsv,.txt,.xlsx,.json,.ndjson,.jsonl,.gz';

interface DropAreaProps {
  /** What happens with the file, and what does not, in a sentence. */
  readonly note: string;
  readonly onFile: (file: File) => void;
}

/** Takes one file: dropped, or chosen. The browser's own field lies over all of it, unseen. */
export function DropArea({ note, onFile }: DropAreaProps) {
  const [isOver, setOver] = useState(false);
  return (
    <label className={isOver ? 'drop-area is-over' : 'drop-area'}>
      <b>Drop a list here, or choose a file</b>
      <span className="soft">CSV, Excel (.xlsx), JSON or NDJSON, also packed as .gz. {note}</span>
      <input
        type="file"
        accept={ENDINGS}
        onDragEnter={() => setOver(true)}
        onDragLeave={() => setOver(false)}
        onDrop={() => setOver(false)}
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file !== undefined) onFile(file);
          // The same file once more is a change again.
          target.value = '';
        }}
      />
    </label>
  );
}
