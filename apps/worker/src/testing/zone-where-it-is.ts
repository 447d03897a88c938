/** A place where the clock reads this hour now. */
export function zoneWhereItIs(hour: number): string {
  const zone = Intl.supportedValuesOf('timeZone').find((name) => hourIn(name) === hour);
  if (zone === undefined) throw new Error(`nowhere is it ${hour} o'clock`);
  return zone;
}

function hourIn(timeZone: string): number {
  return Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit' }).format());
}
