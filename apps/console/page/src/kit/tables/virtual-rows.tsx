import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { Fragment, type ReactNode, type RefObject, useSyncExternalStore } from 'react';

/** As `data-table.css` has it: a row and its line. */
const ROW_HEIGHT = 32;
/** How many rows more than one sees, on either side, for whoever scrolls fast. */
const ROWS_BEYOND = 20;

interface VirtualRowsProps {
  readonly body: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly keyAt: (index: number) => string;
  /** Index of a row that stays in the page wherever one looks: it has the focus, or may get it. */
  readonly stop: number;
  readonly renderAt: (index: number) => ReactNode;
}

/** Of many rows only those near the window are in the page; the others are as much room. */
export function VirtualRows({ body, count, keyAt, stop, renderAt }: VirtualRowsProps) {
  const top = useTop(body);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes what it returns
  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => ROW_HEIGHT,
    overscan: ROWS_BEYOND,
    scrollMargin: top,
    rangeExtractor: (range) => inOrder([...defaultRangeExtractor(range), stop]),
    useFlushSync: false,
  });
  const items = virtualizer.getVirtualItems();
  const ends = [top, ...items.map(({ end }) => end)];
  return (
    <>
      {items.map(({ index, start }, nth) => (
        <Fragment key={keyAt(index)}>
          <Room height={start - (ends[nth] ?? start)} />
          {renderAt(index)}
        </Fragment>
      ))}
      <Room height={top + virtualizer.getTotalSize() - (ends.at(-1) ?? top)} />
    </>
  );
}

function Room({ height }: { readonly height: number }) {
  return height > 0 && <tr className="table-room" aria-hidden="true" style={{ height }} />;
}

/** How far below the page's beginning it begins, in pixels, whatever comes and goes above it. */
function useTop(element: RefObject<HTMLElement | null>): number {
  return useSyncExternalStore(onLayout, () =>
    Math.round((element.current?.getBoundingClientRect().top ?? 0) + window.scrollY),
  );
}

function onLayout(listener: () => void): () => void {
  const observer = new ResizeObserver(listener);
  observer.observe(document.body);
  return () => observer.disconnect();
}

function inOrder(indices: readonly number[]): number[] {
  return [...new Set(indices)].toSorted((one, other) => one - other);
}
