import { createServer } from 'node:net'

/** A free port that nobody else gets meanwhile. */
export interface HeldPort {
  port: number
  /** Lets the server listen on it. */
  release(): Promise<void>
}

/**
 * Holds a free port from the reading of the settings to the start: the address of the server, which links and webhooks
 * name, is made of its port long before it listens.
 * @throws as listening does.
 */
export async function holdPort(host: string): Promise<HeldPort> {
  const holder = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    holder.once('error', reject)
    holder.listen(0, host, resolve)
  })
  const address = holder.address()
  if (typeof address !== 'object' || address === null) throw new Error('The port that is held has no number')
  return {
    port: address.port,
    release: () =>
      new Promise((resolve, reject) => {
        holder.close((error) => (error ? reject(error) : resolve()))
      }),
  }
}
