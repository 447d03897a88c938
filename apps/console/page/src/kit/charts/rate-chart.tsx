import { useEffect, useRef, useState } from 'react';
import uPlot, { type AlignedData, type Options } from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useShownTheme } from '../preferences.ts';
import { formatPace, formatRate } from '../words/numbers.ts';
import './rate-chart.css';
import { clockOf, secondOf } from '../words/times.ts';

const HEIGHT = 160;
const SHOWN_S = 30 * 60;

interface RateChartProps {
  readonly points: readonly RatePoint[];
  /** Calls a second; null: as fast as the workers go. */
  readonly allowed: number | null;
}

interface RatePoint {
  /** ISO 8601. */
  readonly at: string;
  /** Calls a second since the point before. */
  readonly perSecond: number;
}

/** Calls a second as a line over half an hour, the allowed pace as a dashed one. */
export function RateChart(props: RateChartProps) {
  // A canvas knows no themes: it is drawn anew.
  return <Chart key={useShownTheme()} {...props} />;
}

function Chart({ points, allowed }: RateChartProps) {
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
  useEffect(() => chart.current?.setData(columnsOf(points, allowed)), [points, allowed]);
  const now = textOf(points.at(-1), allowed);
  return (
    <figure className="rate-chart">
      <div ref={place} role="img" aria-label={now} />
      <figcaption className="soft">
        {pointed === undefined ? now : textOf(points[pointed], allowed)}
      </figcaption>
    </figure>
  );
}

function columnsOf(points: readonly RatePoint[], allowed: number | null): AlignedData {
  return [
    points.map(({ at }) => Date.parse(at) / 1000),
    points.map(({ perSecond }) => perSecond),
    points.map(() => allowed),
  ];
}

function textOf(point: RatePoint | undefined, allowed: number | null): string {
  if (point === undefined) return 'nothing measured yet';
  const { at, perSecond } = point;
  const pace = allowed === null ? '' : `, allowed ${formatPace(allowed)}`;
  return `${secondOf(Date.parse(at))}: ${formatRate(perSecond)} calls a second${pace}`;
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
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { range: ({ data: [times] }) => shownUntil(times.at(-1)) },
      y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        space: 80,
        grid: { show: false },
        values: (_, splits) => splits.map((at) => clockOf(at * 1000)),
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

function shownUntil(last = Date.now() / 1000): [number, number] {
  return [last - SHOWN_S, last];
}

/** A token as a canvas takes it: the browser resolves what it is in this theme. */
function resolved(parent: HTMLElement, token: string): string {
  parent.style.color = `var(${token})`;
  const { color } = getComputedStyle(parent);
  parent.style.color = '';
  return color;
}
