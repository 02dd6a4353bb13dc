/** With these a terminal or a service manager asks all processes of a server to end; a worker ends its engines itself. */
export const STOP_SIGNALS: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGTERM']

export function outliveStopSignals(): void {
  for (const signal of STOP_SIGNALS) process.on(signal, () => {})
}
