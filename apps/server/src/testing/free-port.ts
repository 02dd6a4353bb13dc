import { holdPort } from '../held-port.ts'

/** A port of the loopback address that nobody listens on. */
export async function freePort(): Promise<number> {
  const { port, release } = await holdPort('127.0.0.1')
  await release()
  return port
}
