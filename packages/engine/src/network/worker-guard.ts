import type { Worker, WorkerOptions } from 'node:worker_threads'

/** The options of the guard; they can be sent to the threads that user code starts. */
export interface NetworkGuardOptions {
  /** IP addresses and CIDR blocks that stay reachable. */
  allowList: string[]
  /** URLs whose host and port are always reachable: the API and the egress proxy. */
  exempt: string[]
  /** Set in a sandbox without a network: the socket of the egress proxy, and targets in the sandbox itself. */
  relay?: { socketPath: string; direct: string[] } | undefined
}

/** A thread has its own modules, so the guard is installed there before anything else. */
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

/** Next to the bundle, the guard is a separate module. */
function guardModule(): string {
  const own = import.meta.url
  return new URL(own.endsWith('.ts') ? 'guard.ts' : 'network-guard.mjs', own).href
}
