import './backlog-chart.css';
import { countOf, formatCount } from '../words/numbers.ts';
import { clockOf, placeOf, sayClock } from '../words/times.ts';

const HOUR_MS = 3_600_000;
const HOURS = 48;
/** More rows than these are summed up in a line. */
const MOST_ROWS = 6;
/** Of a row, in units of its drawing. */
const HEIGHT = 20;

interface ZoneRow {
  /** IANA names. */
  readonly zones: readonly string[];
  readonly calls: number;
  readonly open: readonly { readonly from: string; readonly to: string }[];
  /** Now and after each hour; null where it cannot be foreseen. */
  readonly left: readonly number[] | null;
}

interface BacklogChartProps {
  /** ISO 8601: where the axis begins. */
  readonly at: string;
  readonly zones: readonly ZoneRow[];
}

/** How many wait in each zone, hour by hour, with the hours in which they may be called shaded. */
export function BacklogChart({ at, zones }: BacklogChartProps) {
  const start = Date.parse(at);
  const rest = zones.slice(MOST_ROWS);
  return (
    <div className="backlog">
      {zones.slice(0, MOST_ROWS).map((row) => (
        <Row key={row.zones.join(' ')} row={row} start={start} />
      ))}
      <Axis start={start} />
      {rest.length > 0 && (
        <p className="soft backlog-rest">
          and {countOf(sum(rest), 'call')} in {countOf(rest.length, 'further zone')}
        </p>
      )}
    </div>
  );
}

function Row({ row, start }: { readonly row: ZoneRow; readonly start: number }) {
  const { zones, calls, open, left } = row;
  const hourOf = (instant: string) => (Date.parse(instant) - start) / HOUR_MS;
  return (
    <>
      <span className="clip" title={zones.join(', ')}>
        {zones.length === 1 ? placeOf(zones[0] ?? '') : `${placeOf(zones[0] ?? '')} and more`}
      </span>
      <svg
        viewBox={`0 0 ${HOURS} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={rowText(row, start)}
      >
        {open.map(({ from, to }) => (
          <rect
            key={from}
            className="backlog-open"
            x={hourOf(from)}
            width={hourOf(to) - hourOf(from)}
            height={HEIGHT}
          />
        ))}
        {left !== null && <path className="backlog-left" d={areaOf(left, calls)} />}
      </svg>
      <span className="number">{formatCount(calls)}</span>
    </>
  );
}

function areaOf(left: readonly number[], calls: number): string {
  const points = left.map((count, hour) => {
    const share = calls === 0 ? 0 : count / calls;
    return `L${hour} ${(HEIGHT - share * (HEIGHT - 2)).toFixed(2)}`;
  });
  return `M0 ${HEIGHT}${points.join('')}L${left.length - 1} ${HEIGHT}Z`;
}

/** What the drawing says, for those who hear it. */
function rowText({ zones, calls, open, left }: ZoneRow, start: number): string {
  const [first] = open;
  const opening =
    first === undefined
      ? 'not open within 48 hours'
      : Date.parse(first.from) <= start
        ? `open until ${sayClock(Date.parse(first.to), start)}`
        : `opens ${sayClock(Date.parse(first.from), start)}`;
  const end = left?.findIndex((count) => count === 0) ?? -1;
  const done = end === -1 ? '' : `, done about ${sayClock(start + end * HOUR_MS, start)}`;
  return `${zones.map(placeOf).join(', ')}: ${countOf(calls, 'call')}, ${opening}${done}`;
}

/** Midnights and noons by the reader's own clock, far enough from the edges to be read. */
function Axis({ start }: { readonly start: number }) {
  const marks = Array.from({ length: HOURS }, (_, hour) => nextHour(start) + hour * HOUR_MS).filter(
    (at) => new Date(at).getHours() % 12 === 0,
  );
  return (
    <div className="backlog-axis" aria-hidden="true">
      <span>now</span>
      {marks
        .map((at) => ({ at, share: (at - start) / (HOURS * HOUR_MS) }))
        .filter(({ share }) => share > 0.1 && share < 0.95)
        .map(({ at, share }) => (
          <span key={at} className="backlog-mark" style={{ insetInlineStart: `${share * 100}%` }}>
            {clockOf(at)}
          </span>
        ))}
    </div>
  );
}

function nextHour(at: number): number {
  return Math.ceil(at / HOUR_MS) * HOUR_MS;
}

function sum(rows: readonly ZoneRow[]): number {
  return rows.reduce((total, { calls }) => total + calls, 0);
}
