import { BlockList, isIP } from 'node:net';

export interface ProxyConfig {
  /** IP addresses, or networks such as `10.0.0.0/8`. */
  readonly addresses: readonly string[];
  /** By which they name who has logged in there. */
  readonly userHeader: string | undefined;
}

/** The proxies whose word counts: they are known by where a connection comes from. */
export class TrustedProxies {
  readonly areNamed: boolean;
  readonly #addresses = new BlockList();
  readonly #userHeader: string | undefined;

  constructor({ addresses, userHeader }: ProxyConfig) {
    this.areNamed = addresses.length > 0;
    this.#userHeader = userHeader;
    for (const address of addresses) this.#add(address);
  }

  /** Whom a proxy names; undefined: nobody, or it is no proxy of ours that says so. */
  userIn(headers: Headers, address: string): string | undefined {
    if (this.#userHeader === undefined || !this.#has(address)) return undefined;
    return headers.get(this.#userHeader)?.trim() || undefined;
  }

  /** Where a request comes from: behind proxies of ours, what the outermost of them has seen. */
  clientOf(headers: Headers, address: string): string {
    const hops = (headers.get('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
    let client = plain(address);
    while (this.#has(client)) {
      const hop = hops.pop() ?? '';
      if (isIP(hop) === 0) break;
      client = plain(hop);
    }
    return client;
  }

  #add(text: string): void {
    const [address = '', bits] = text.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) this.#addresses.addAddress(address, family);
    else this.#addresses.addSubnet(address, Number(bits), family);
  }

  #has(address: string): boolean {
    const known = plain(address);
    const family = isIP(known);
    return family !== 0 && this.#addresses.check(known, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** A server that listens for both families sees IPv4 as a part of IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Whether it is an address or a network, as `TrustedProxies` is given them. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32))
  );
}
