import { useEffect, useRef, useState } from 'react';
import uPlot, { type AlignedData, type Options } from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatPace, formatRate } from './numbers.ts';
import { useShownTheme } from './preferences.ts';
import './rate-chart.css';
import { clockOf, secondOf } from './times.ts';

const HEIGHT = 160;
/** Less is a jitter and no line. */
const SHORTEST_S = 60;

interface RateChartProps {
  /** Epoch s; calls a second; the allowed pace. */
  readonly columns: {
    readonly times: readonly number[];
    readonly rates: readonly (number | null)[];
    readonly allowed: readonly (number | null)[];
  };
}

/** Calls a second as a line, the allowed pace as a dashed one. */
export function RateChart(props: RateChartProps) {
  // A canvas knows no themes: it is drawn anew.
  return <Chart key={useShownTheme()} {...props} />;
}

function Chart({ columns }: RateChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const [pointed, setPointed] = useState<number>();
  useEffect(() => {
    const parent = place.current;
    if (parent === null) return;
    const made = new uPlot(optionsFor(parent, setPointed), [[], [], []], parent);
    chart.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: parent.clientWidth, height: HEIGHT }),
    );
    observer.observe(parent);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => chart.current?.setData(dataOf(columns)), [columns]);
  return (
    <figure className="rate-chart">
      <div ref={place} role="img" aria-label={textAt(columns, columns.times.length - 1)} />
      <figcaption className="soft">
        {textAt(columns, pointed ?? columns.times.length - 1)}
      </figcaption>
    </figure>
  );
}

function dataOf({ times, rates, allowed }: RateChartProps['columns']): AlignedData {
  return [[...times], [...rates], [...allowed]];
}

function textAt({ times, rates, allowed }: RateChartProps['columns'], index: number): string {
  const at = times[index];
  if (at === undefined) return 'nothing measured yet';
  const [rate, pace] = [rates[index] ?? null, allowed[index] ?? null];
  const said = rate === null ? 'not measured yet' : `${formatRate(rate)} calls a second`;
  return `${clockOf(at * 1000)}: ${said}${pace === null ? '' : `, allowed ${formatPace(pace)}`}`;
}

function optionsFor(parent: HTMLElement, point: (index: number | undefined) => void): Options {
  const ink = (token: string) => resolved(parent, token);
  const axis = {
    stroke: ink('--soft'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: ink('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: parent.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { show: false } },
    scales: {
      x: { range: (_, from, to) => [Math.min(from, to - SHORTEST_S), to] },
      y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        space: 96,
        grid: { show: false },
        values: (_, splits) => instants(splits),
      },
      { ...axis, size: 36, space: 32 },
    ],
    series: [
      {},
      { stroke: ink('--accent'), width: 1.5, points: { show: false } },
      { stroke: ink('--soft'), width: 1, dash: [4, 4], points: { show: false } },
    ],
    hooks: { setCursor: [({ cursor: { idx } }) => point(idx ?? undefined)] },
  };
}

/** To the second where the axis is shorter than that the minutes would tell its marks apart. */
function instants(splits: readonly number[]): string[] {
  const isFine = (splits[1] ?? 0) - (splits[0] ?? 0) < 60;
  return splits.map((at) => (isFine ? secondOf(at * 1000) : clockOf(at * 1000)));
}

/** A token as a canvas takes it: the browser resolves what it is in this theme. */
function resolved(parent: HTMLElement, token: string): string {
  parent.style.color = `var(${token})`;
  const { color } = getComputedStyle(parent);
  parent.style.color = '';
  return color;
}
