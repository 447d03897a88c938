import { parsePhoneNumber } from '@libby-dialer/dialing';

/** Every fictional number (555-01xx) of the area codes there are: some 46,000. */
export function fictionalNumbers(): string[] {
  const areaCodes = Array.from({ length: 800 }, (_, index) => String(index + 200));
  return areaCodes
    .filter((areaCode) => parsePhoneNumber(`+1${areaCode}5550123`).ok)
    .flatMap((areaCode) =>
      Array.from(
        { length: 100 },
        (_, line) => `+1${areaCode}55501${String(line).padStart(2, '0')}`,
      ),
    );
}
