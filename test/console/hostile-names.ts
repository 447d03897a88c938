/** What strangers write where a name belongs. */
export const HOSTILE_NAMES = [
  'Ana Ruiz',
  '<img src=x onerror=alert(1)>',
  '\u202Eevil\u202D name',
  'محمد بن عبد الله',
  '😀'.repeat(30),
  'x'.repeat(10_000),
];
