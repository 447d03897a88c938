import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const TOKENS = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const OUTCOMES = [
  'accepted',
  'rejected',
  'exhausted',
  'unknown',
  'suppressed',
  'expired',
  'canceled',
] as const;

type Triple = readonly [number, number, number];

/** As linear light. @param theme 0: light, 1: dark */
function colour(name: string, theme: number): Triple {
  const found = TOKENS.match(new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`));
  const hex = found?.[theme + 1];
  if (hex === undefined) throw new Error(`No token ${name}.`);
  const part = (from: number) => {
    const share = Number.parseInt(hex.slice(from, from + 2), 16) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** What people see who lack a kind of cone (Machado et al. 2009, severity 1). */
const SIGHTS: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  all: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152_286, 1.052_583, -0.204_868],
    [0.114_503, 0.786_281, 0.099_216],
    [-0.003_882, -0.048_116, 1.051_998],
  ],
  deuteranopia: [
    [0.367_322, 0.860_646, -0.227_968],
    [0.280_085, 0.672_501, 0.047_413],
    [-0.011_82, 0.042_94, 0.968_881],
  ],
  tritanopia: [
    [1.255_528, -0.076_749, -0.178_779],
    [-0.078_411, 0.930_809, 0.147_602],
    [0.004_733, 0.691_367, 0.3039],
  ],
};

const times = (row: Triple, [x, y, z]: Triple) => row[0] * x + row[1] * y + row[2] * z;

function seen(rgb: Triple, sight: string): Triple {
  const [red, green, blue] = (SIGHTS[sight] ?? []).map((row) => Math.max(0, times(row, rgb)));
  return oklab([red ?? 0, green ?? 0, blue ?? 0]);
}

/** Björn Ottosson's space, in which distances are about as people see them. */
function oklab(rgb: Triple): Triple {
  const long = Math.cbrt(times([0.412_221, 0.536_333, 0.051_446], rgb));
  const middle = Math.cbrt(times([0.211_903, 0.680_7, 0.107_397], rgb));
  const short = Math.cbrt(times([0.088_302, 0.281_719, 0.629_979], rgb));
  return [
    times([0.210_454, 0.793_618, -0.004_072], [long, middle, short]),
    times([1.977_998, -2.428_592, 0.450_594], [long, middle, short]),
    times([0.025_904, 0.782_772, -0.808_676], [long, middle, short]),
  ];
}

function contrast(one: Triple, other: Triple): number {
  const [dark = 0, light = 0] = [one, other]
    .map((rgb) => times([0.2126, 0.7152, 0.0722], rgb))
    .toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const THEMES = [
  ['light', 0],
  ['dark', 1],
] as const;

test.each(THEMES)('%s: outcomes are apart for every kind of sight', (_, theme) => {
  const marks = [...OUTCOMES, 'waiting'];
  for (const sight of Object.keys(SIGHTS)) {
    for (const [index, one] of marks.entries()) {
      for (const other of marks.slice(index + 1)) {
        const apart = Math.hypot(
          ...seen(colour(one, theme), sight).map(
            (part, axis) => part - (seen(colour(other, theme), sight)[axis] ?? 0),
          ),
        );
        expect(apart, `${one} and ${other}, ${sight}`).toBeGreaterThan(0.12);
      }
    }
  }
});

test.each(THEMES)('%s: marks and texts stand out', (_, theme) => {
  for (const ground of ['bg', 'raised'])
    for (const mark of [...OUTCOMES, 'line-strong'])
      expect(
        contrast(colour(mark, theme), colour(ground, theme)),
        `the mark ${mark}`,
      ).toBeGreaterThan(3);
  for (const ground of ['bg', 'raised', 'sunken', 'accent-wash', 'alarm-wash'])
    for (const text of ['ink', 'soft', 'accent', 'alarm'])
      expect(
        contrast(colour(text, theme), colour(ground, theme)),
        `${text} on ${ground}`,
      ).toBeGreaterThan(4.5);
  for (const [text, ground] of [
    ['on-simulated', 'simulated'],
    ['on-accent', 'accent'],
    ['on-alarm', 'alarm'],
  ] as const)
    expect(
      contrast(colour(text, theme), colour(ground, theme)),
      `${text} on ${ground}`,
    ).toBeGreaterThan(4.5);
});
