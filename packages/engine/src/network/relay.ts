import { createServer, isIP, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import type { Permits } from './handles.ts'
import type { Lookup } from './lookup.ts'
import { addressesOf, openTunnel } from './proxy-client.ts'

/**
 * The way out for plain sockets of a sandbox that has no network: each connection becomes a tunnel through the
 * egress proxy, which decides where it may lead. This is no fence, only a door: who goes around it finds no network.
 *
 * A socket connects to a loopback address that is made up for it when its tunnel is open; what comes in there is
 * joined to the tunnel. So a connection that cannot be had fails as connections do, and everything that is built on
 * sockets works as it is.
 */
export interface Relay {
  /** Resolves when connections can be made. */
  ready: Promise<void>
  /** For `connect`: the same options, leading to the target by way of the relay. */
  through(socket: Socket, target: Target, options: Readonly<Record<string, unknown>>): Record<string, unknown>
  /** What an address that the relay made up stands for: libraries call back whom they talk to. */
  behind(address: string): string | undefined
  /** Asks the worker, which has name servers. */
  lookup: Lookup
}

export interface Target {
  host: string
  port: number
  /** What the caller brought along: the address that it gives is the target. */
  lookup: Lookup | undefined
}

/** A tunnel whose socket was closed meanwhile waits for nobody. */
const PICK_UP_MS = 10_000
const LAST_NUMBER = 2 ** 24 - 2
/** The first address is 127.0.1.1: those below are taken for what they are. */
const FIRST_NUMBER = 257

/** @param permits is told where the made up addresses are */
export function createRelay(socketPath: string, permits: Permits): Relay {
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
    // Loopback is all the network that the sandbox has.
    server.listen(0, '0.0.0.0', () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null) port = address.port
      permits.addLoopback(port)
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
      // What is no name is not looked up, and the lookup is where the tunnel is opened.
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
