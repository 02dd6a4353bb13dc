import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withoutBrackets } from '@piecework/engine/network/exempt'
import type { EngineConfig } from '@piecework/engine/protocol'
import type { ConnectionBudget } from './connection-budget.ts'
import { type EgressProxyOptions, type Refused, startEgressProxy } from './egress-proxy.ts'
import { proxyEnvironment, upstreamOf } from './upstream.ts'

/** How engine processes get out, as the network mode and the operator's proxy settings say. */
export interface EgressRoute {
  config: EngineConfig
  env: Record<string, string>
  /** The sandbox gets no network: this folder holds the socket that leads out. */
  socketFolder?: string
  /** The sandbox is gone. */
  close(): Promise<void>
}

export interface Egress {
  /** Opens the way out of one sandbox. */
  route(): Promise<EgressRoute>
  close(): Promise<void>
}

interface EgressOptions {
  engine: EngineConfig
  env: Readonly<Record<string, string | undefined>>
  /** Engine processes have kernel namespaces of their own. */
  namespaces: boolean
  budget: ConnectionBudget
  onRefused?: ((refused: Refused) => void) | undefined
}

/** The folder with the proxy's socket as a sandbox sees it, and the address that the engine listens at there. */
export const SANDBOX_SOCKET_FOLDER = '/run/egress'
const SANDBOX_PROXY_URL = 'http://127.0.0.1:3128'
const SOCKET = 'proxy.sock'
/** The socket of the proxy, as a sandbox sees it. */
export const SANDBOX_SOCKET = `${SANDBOX_SOCKET_FOLDER}/${SOCKET}`
/** Not worth the way to a proxy that refuses them: the guard in the process has the better message. */
const NEVER_PROXIED = ['127.0.0.1', 'localhost', '::1', '169.254.169.254']

interface ProgramEgressOptions extends Pick<EgressProxyOptions, 'allowList' | 'exempt' | 'upstream' | 'budget'> {
  namespaces: boolean
  onRefused: EgressOptions['onRefused']
}

/** An egress proxy, as programs reach it. */
export interface ProgramEgress {
  proxyUrl: string
  /** With namespaces: holds the socket of the proxy. The program must listen at `proxyUrl` by itself. */
  socketFolder: string | undefined
  close(): Promise<void>
}

/** Starts an egress proxy for programs with kernel namespaces of their own, or without. */
export async function openProgramEgress({
  namespaces,
  onRefused,
  ...options
}: ProgramEgressOptions): Promise<ProgramEgress> {
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

export function createEgress({ engine, env, namespaces, budget, onRefused }: EgressOptions): Egress {
  const opened = new Set<ProgramEgress>()
  const upstream = upstreamOf(env)
  const api = withoutBrackets(new URL(engine.internalApiUrl).hostname)

  return {
    async route() {
      if (engine.networkMode !== 'STRICT') {
        const close = async () => {}
        if (upstream === undefined) return { config: engine, env: {}, close }
        const except = [upstream.except, api].filter((part) => part !== '').join(',')
        return { config: engine, env: proxyEnvironment({ ...upstream, except }), close }
      }
      // One for each sandbox: what one of them has open is counted apart.
      const way = await openProgramEgress({
        allowList: engine.ssrfAllowList,
        exempt: [engine.internalApiUrl],
        ...{ upstream, namespaces, budget, onRefused },
      })
      opened.add(way)
      const { proxyUrl, socketFolder } = way
      // Without a network even the API is reached through the proxy.
      const direct = socketFolder === undefined ? [...NEVER_PROXIED, api] : NEVER_PROXIED.filter((host) => host !== api)
      const egress = socketFolder === undefined ? { proxyUrl } : { proxyUrl, socketPath: SANDBOX_SOCKET }
      return {
        config: { ...engine, egress },
        env: proxyEnvironment({ http: proxyUrl, https: proxyUrl, except: direct.join(',') }),
        ...(socketFolder === undefined ? {} : { socketFolder }),
        async close() {
          opened.delete(way)
          await way.close()
        },
      }
    },
    async close() {
      await Promise.all([...opened].map((way) => way.close()))
    },
  }
}
