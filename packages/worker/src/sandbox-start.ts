import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleEngine } from './bundle.ts'
import type { DiskCache } from './cache.ts'
import { namespaceLauncher } from './namespaces.ts'
import type { Egress } from './network/egress.ts'
import type { Reuse } from './pool.ts'
import { type Sandbox, startSandbox } from './sandbox.ts'

interface Parts {
  options: {
    cacheFolder: string
    memoryLimitKb: number
    /** Variables of the worker's environment that user code may see. */
    propagatedEnv: Record<string, string>
  }
  reuse: Reuse
  /** The processes get kernel namespaces of their own. */
  namespaces: boolean
  egress: Egress
  cache: Pick<DiskCache, 'during'>
  /** Notes the parts of the cache that a sandbox uses. */
  give(sandbox: Sandbox, paths: string[]): void
}

/** @returns starts an engine process with its folders, its bundle and its way to the network. */
export function createSandboxStart(parts: Parts): () => Promise<Sandbox> {
  const { options, reuse, namespaces, egress, cache, give } = parts
  const inCache = (name: string) => join(options.cacheFolder, name)
  const cwd = inCache('scratch')
  const readable = ['bundles', 'codes', 'pieces'].map(inCache)

  return () =>
    cache.during(async () => {
      for (const folder of [cwd, ...readable]) await mkdir(folder, { recursive: true })
      const enginePath = await bundleEngine(inCache('bundles'))
      const route = await egress.route()
      const { config, env, socketFolder } = route
      const sandbox = await startSandbox({
        enginePath,
        config: reuse === 'NOBODY' ? { ...config, usedOnce: true } : config,
        memoryLimitKb: options.memoryLimitKb,
        env: { ...sandboxEnvironment(options.propagatedEnv, cwd), ...env, ...(namespaces ? { TMPDIR: '/tmp' } : {}) },
        cwd,
        launcher: namespaces ? await namespaceLauncher({ readable, cwd, socketFolder }) : undefined,
      }).catch(async (error: unknown) => {
        await route.close()
        throw error
      })
      void sandbox.gone.then(route.close).catch(() => {})
      give(sandbox, [enginePath])
      return sandbox
    })
}

/** Nothing of the server's environment but the way to programs, the time zone, and what the operator chose. */
function sandboxEnvironment(propagated: Record<string, string>, home: string): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    TMPDIR: process.env.TMPDIR ?? '/tmp',
    LANG: 'C.UTF-8',
    TZ: process.env.TZ ?? 'UTC',
    NODE_ENV: 'production',
    ...propagated,
  }
}
