import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bare } from '@piecework/engine/network/exempt'
import type { EngineConfig } from '@piecework/engine/protocol'
import { type EgressProxyOptions, startEgressProxy } from './egress-proxy.ts'
import { proxyEnvironment, upstreamOf } from './upstream.ts'

/** How engine processes get out, as the network mode and the operator's proxy settings say. */
export interface Way {
  config: EngineConfig
  env: Record<string, string>
  /** The sandbox gets no network: this folder holds the socket that leads out. */
  socketFolder?: string
}

export interface Egress {
  /** Starts what is needed, once. */
  way(): Promise<Way>
  close(): Promise<void>
}

interface EgressOptions {
  engine: EngineConfig
  env: Readonly<Record<string, string | undefined>>
  /** Engine processes have kernel namespaces of their own. */
  namespaces: boolean
  onRefused?: ((target: { host: string; port: number; reason: string }) => void) | undefined
}

/** Where the folder with the proxy's socket is seen in a sandbox, and the address that the engine listens at there. */
export const SANDBOX_SOCKET_FOLDER = '/run/egress'
const SANDBOX_PROXY_URL = 'http://127.0.0.1:3128'
const SOCKET = 'proxy.sock'
/** The socket of the proxy, as a sandbox sees it. */
export const SANDBOX_SOCKET = `${SANDBOX_SOCKET_FOLDER}/${SOCKET}`
/** Not worth the way to a proxy that refuses them: the guard in the process has the better message. */
const NEVER_PROXIED = ['127.0.0.1', 'localhost', '::1', '169.254.169.254']

interface WayOutOptions extends Pick<EgressProxyOptions, 'allowList' | 'exempt' | 'upstream'> {
  namespaces: boolean
  onRefused: EgressOptions['onRefused']
}

/** An egress proxy, as programs reach it. */
export interface WayOut {
  proxyUrl: string
  /** With namespaces: holds the socket of the proxy. The program must listen at `proxyUrl` by itself. */
  socketFolder: string | undefined
  close(): Promise<void>
}

/** Starts an egress proxy for programs with kernel namespaces of their own, or without. */
export async function openWayOut({ namespaces, onRefused, ...options }: WayOutOptions): Promise<WayOut> {
  const socketFolder = namespaces ? await mkdtemp(join(tmpdir(), 'piecework-egress-')) : undefined
  const proxy = await startEgressProxy({
    ...options,
    ...(socketFolder === undefined ? {} : { socketPath: join(socketFolder, SOCKET) }),
    ...(onRefused === undefined ? {} : { onRefused }),
  })
  return {
    proxyUrl: socketFolder === undefined ? proxy.url : SANDBOX_PROXY_URL,
    socketFolder,
    async close() {
      await proxy.close()
      if (socketFolder !== undefined) await rm(socketFolder, { recursive: true, force: true })
    },
  }
}

export function createEgress({ engine, env, namespaces, onRefused }: EgressOptions): Egress {
  let started: Promise<{ way: Way; close?: () => Promise<void> }> | undefined

  const start = async () => {
    const upstream = upstreamOf(env)
    const api = bare(new URL(engine.internalApiUrl).hostname)
    if (engine.networkMode !== 'STRICT') {
      if (upstream === undefined) return { way: { config: engine, env: {} } }
      const except = [upstream.except, api].filter((part) => part !== '').join(',')
      return { way: { config: engine, env: proxyEnvironment({ ...upstream, except }) } }
    }
    const { proxyUrl, socketFolder, close } = await openWayOut({
      allowList: engine.ssrfAllowList,
      exempt: [engine.internalApiUrl],
      ...{ upstream, namespaces, onRefused },
    })
    // Without a network even the API is reached through the proxy.
    const direct = socketFolder === undefined ? [...NEVER_PROXIED, api] : NEVER_PROXIED.filter((host) => host !== api)
    const except = direct.join(',')
    const egress = socketFolder === undefined ? { proxyUrl } : { proxyUrl, socketPath: SANDBOX_SOCKET }
    const way: Way = {
      config: { ...engine, egress },
      env: proxyEnvironment({ http: proxyUrl, https: proxyUrl, except }),
      ...(socketFolder === undefined ? {} : { socketFolder }),
    }
    return { way, close }
  }

  return {
    async way() {
      started ??= start()
      return (await started).way
    },
    async close() {
      await (await started?.catch(() => undefined))?.close?.()
    },
  }
}
