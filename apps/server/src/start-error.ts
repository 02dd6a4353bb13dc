/** The server cannot start, for a reason that is up to its operator; the message says which and what to do. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StartError'
  }
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const LISTEN_ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program listens there: stop it, or choose another AP_PORT.',
  EACCES: 'This user may not listen there: choose an AP_PORT above 1023.',
  EADDRNOTAVAIL: 'The machine has no such address: AP_HOST must be one of its own, or 0.0.0.0 for all.',
  ENOTFOUND: 'The name cannot be resolved: AP_HOST must be an address of this machine, or 0.0.0.0 for all.',
}

/** @returns an error that says what to do when the port cannot be used; other errors unchanged. */
export function explainListenError(error: unknown, { host, port }: { host: string; port: number }): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const advice = LISTEN_ADVICE[code]
  return advice ? new StartError(`The server cannot listen on ${host}:${port}. ${advice}`, { cause: error }) : error
}
