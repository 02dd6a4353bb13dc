import { createServer, isIP, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import type { AllowedTargets } from './handles.ts'
import type { Lookup } from './lookup.ts'
import { addressesOf, openTunnel } from './proxy-client.ts'

/**
 * Connects plain sockets of a sandbox without a network: each connection becomes a tunnel through the egress proxy,
 * which checks its target. The relay itself protects nothing: without it there is no network.
 *
 * A socket connects to a loopback address that is allocated when its tunnel is open; connections to that address are
 * joined to the tunnel. So a connection that is not possible fails like any other, and everything built on sockets
 * works unchanged.
 */
export interface Relay {
  /** Resolves when connections can be made. */
  ready: Promise<void>
  /** For `connect`: the same options, leading to the target through the relay. */
  through(socket: Socket, target: Target, options: Readonly<Record<string, unknown>>): Record<string, unknown>
  /** The host behind an address that the relay allocated: libraries compare it with their target. */
  behind(address: string): string | undefined
  /** Resolves names with the worker, which has name servers. */
  lookup: Lookup
}

export interface Target {
  host: string
  port: number
  /** The caller's own lookup: the address that it returns is the target. */
  lookup: Lookup | undefined
}

/** The time until a tunnel whose socket was closed is dropped. */
const PICK_UP_MS = 10_000
const LAST_NUMBER = 2 ** 24 - 2
/** The first address is 127.0.1.1: lower ones are real loopback addresses. */
const FIRST_NUMBER = 257

/** @param permits gets the allocated addresses */
export function createRelay(socketPath: string, allowedTargets: AllowedTargets): Relay {
  const waiting = new Map<string, Socket>()
  const meanings = new Map<string, string>()
  let last = FIRST_NUMBER
  let port = 0

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const local = client.localAddress ?? ''
    const tunnel = waiting.get(local)
    waiting.delete(local)
    if (tunnel === undefined) client.destroy()
    else pipeline(client, tunnel, client, () => {})
  })
  server.unref()
  const ready = new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    // The sandbox has no other network than loopback.
    server.listen(0, '0.0.0.0', () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null) port = address.port
      allowedTargets.addLoopback(port)
      resolve()
    })
  })

  const freeAddress = (): string => {
    for (;;) {
      last = last >= LAST_NUMBER ? FIRST_NUMBER : last + 1
      const address = `127.${(last >> 16) & 255}.${(last >> 8) & 255}.${last & 255}`
      if (!waiting.has(address) && !meanings.has(address)) return address
    }
  }

  /** @returns the address that leads to the tunnel */
  const open = async (socket: Socket, target: Target): Promise<string> => {
    const host = target.lookup === undefined ? target.host : await firstAddress(target.lookup, target.host)
    const tunnel = await openTunnel(socketPath, host, target.port)
    const address = freeAddress()
    waiting.set(address, tunnel.socket)
    meanings.set(address, tunnel.address ?? host)
    socket.once('close', () => meanings.delete(address))
    setTimeout(() => {
      if (waiting.delete(address)) tunnel.socket.destroy()
    }, PICK_UP_MS).unref()
    return address
  }

  return {
    ready,
    through(socket, target, { localAddress: _address, localPort: _port, ...options }) {
      const lookup: Lookup = (_host, { all }, callback) => {
        open(socket, target).then(
          (address) => (all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)),
          (error) => callback(error, ''),
        )
      }
      // A host that is not a name would not be looked up, and the lookup opens the tunnel.
      const host = isIP(target.host) === 0 ? target.host : 'relay.invalid'
      return { ...options, host, port, family: 4, autoSelectFamily: false, lookup }
    },
    behind: (address) => meanings.get(address),
    lookup(hostname, options, callback) {
      addressesOf(socketPath, hostname, options).then(
        (found) => {
          const [first] = found
          if (options.all) callback(null, found)
          else callback(null, first?.address ?? '', first?.family)
        },
        (error) => callback(error, ''),
      )
    },
  }
}

function firstAddress(lookup: Lookup, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      const [first] = Array.isArray(found) ? found : [{ address: found }]
      if (error) reject(error)
      else resolve(first?.address ?? '')
    })
  })
}
