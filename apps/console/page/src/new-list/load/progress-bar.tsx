import './progress-bar.css';

/** How far something is that ends by itself. */
export function ProgressBar({
  label,
  part,
  whole,
}: {
  readonly label: string;
  readonly part: number;
  /** Null: nobody knows. */
  readonly whole: number | null;
}) {
  return (
    <progress
      className="progress"
      aria-label={label}
      {...(whole !== null && { value: part, max: Math.max(1, whole) })}
    />
  );
}
