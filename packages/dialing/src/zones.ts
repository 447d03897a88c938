export function isZone(name: string): boolean {
  return Intl.supportedValuesOf('timeZone').includes(name);
}
export function zonesOf(_number: string): readonly string[] {
  return [];
}
