import { BlockList, isIP } from 'node:net'

/**
 * The addresses that user code and the server may reach: the public ones, and those that the operator allows. Node's
 * own block lists do the matching: they are outside of JavaScript, so that user code cannot change their results.
 */
export interface AddressPolicy {
  /** @param address an IP address; anything else is not allowed */
  allows(address: string): boolean
}

/** Ranges that IANA reserves for special purposes. */
const SPECIAL_IPV4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Public IPv6 is 2000::/3 without these; all other prefixes are special. */
const SPECIAL_IPV6: readonly [string, number][] = [
  // Teredo, benchmarking, ORCHID and others.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4 and Teredo carry IPv4 addresses, which are not checked on the way.
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
]
const NOT_GLOBAL_IPV6: readonly [string, number][] = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
]

// Captured: user code may replace methods of prototypes.
const { apply } = Reflect
const { check } = BlockList.prototype
const matches = (list: BlockList, address: string, version: 4 | 6): boolean =>
  apply(check, list, [address, version === 4 ? 'ipv4' : 'ipv6']) === true

/**
 * @param allowList IP addresses and CIDR blocks that are always reachable
 * @throws Error when an entry is neither
 */
export function createAddressPolicy(allowList: readonly string[]): AddressPolicy {
  const blocked = new BlockList()
  const elsewhere = new BlockList()
  const allowed = new BlockList()
  const carriers = new BlockList()
  carriers.addSubnet('::ffff:0:0', 96, 'ipv6')
  carriers.addSubnet('64:ff9b::', 96, 'ipv6')
  for (const [network, bits] of SPECIAL_IPV4) addWithTranslated(blocked, network, bits)
  for (const [network, bits] of SPECIAL_IPV6) blocked.addSubnet(network, bits, 'ipv6')
  for (const [network, bits] of NOT_GLOBAL_IPV6) elsewhere.addSubnet(network, bits, 'ipv6')
  for (const entry of allowList) {
    const [network = '', bits] = entry.split('/')
    const version = isIP(network)
    if (version === 4) addWithTranslated(allowed, network, bits === undefined ? 32 : Number(bits))
    else if (version === 6) allowed.addSubnet(network, bits === undefined ? 128 : Number(bits), 'ipv6')
    else throw new Error(`AP_SSRF_ALLOW_LIST: ${entry} is neither an IP address nor a CIDR block`)
  }
  return {
    allows(address) {
      const version = isIP(address)
      if (version === 4) return matches(allowed, address, 4) || !matches(blocked, address, 4)
      // An address with a zone is link-local.
      if (version !== 6 || address.includes('%')) return false
      if (matches(allowed, address, 6)) return true
      if (matches(blocked, address, 6)) return false
      // An IPv4-mapped IPv6 address was checked as IPv4.
      return matches(carriers, address, 6) || !matches(elsewhere, address, 6)
    },
  }
}

/** Block lists handle IPv4-mapped addresses by themselves; those of NAT64 gateways are added. */
function addWithTranslated(list: BlockList, network: string, bits: number): void {
  list.addSubnet(network, bits, 'ipv4')
  list.addSubnet(`64:ff9b::${network}`, 96 + bits, 'ipv6')
}

/** The message of a refused request; operators search logs for it. */
export function blockedMessage(host: string, address: string): string {
  const target = host === address ? host : `${host} (${address})`
  return `The address ${target} is not public, so it is not reachable. An operator can allow it with AP_SSRF_ALLOW_LIST.`
}
