import type { Worker, WorkerOptions } from 'node:worker_threads'

/** Can cross to the threads that user code starts. */
export interface NetworkGuardOptions {
  /** IP addresses and CIDR blocks that stay reachable. */
  allowList: string[]
  /** URLs whose host and port are reachable whatever their address is: the API and the egress proxy. */
  exempt: string[]
  /** Set in a sandbox without a network: the socket of the egress proxy, and what is in the sandbox itself. */
  relay?: { socketPath: string; direct: string[] } | undefined
}

/** A thread has modules of its own, so the guard is installed there before anything else. */
export function guardedWorker(Original: typeof Worker, options: NetworkGuardOptions): typeof Worker {
  const module = guardModule()
  const install = `import { installNetworkGuard } from ${JSON.stringify(module)}; await installNetworkGuard(${JSON.stringify(options)})`
  const guard = ['--import', `data:text/javascript,${encodeURIComponent(install)}`]
  return new Proxy(Original, {
    construct(target, [file, given], newTarget) {
      const settings: WorkerOptions = given === undefined ? {} : { ...given }
      if (settings.eval) throw new Error('Threads of source text are not available: AP_NETWORK_MODE is STRICT')
      const execArgv = [...(settings.execArgv ?? []), ...guard]
      return Reflect.construct(target, [file, { ...settings, execArgv }], newTarget)
    },
  })
}

/** Beside the bundle the guard is a module of its own. */
function guardModule(): string {
  const own = import.meta.url
  return new URL(own.endsWith('.ts') ? 'guard.ts' : 'network-guard.mjs', own).href
}
