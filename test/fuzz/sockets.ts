import { http } from '../support/http.ts'
import type { ServerProcess } from '../support/process.ts'
import { raw } from '../support/raw.ts'
import { seeded } from './random.ts'
import { call, malformed } from './requests.ts'

export interface FuzzOutcome {
  sent: number
  /** The longest that a health check took meanwhile. */
  slowestMs: number
}

const AT_A_TIME = 20
const ANSWER_MS = 300

/**
 * Sends malformed requests and bodies to a server for a while.
 * @throws when the server has ended or is not healthy; the message names the seed.
 */
export async function fuzzSockets(server: ServerProcess, seed: number, forMs: number): Promise<FuzzOutcome> {
  const random = seeded(seed)
  const until = Date.now() + forMs
  let sent = 0
  let slowestMs = 0
  while (Date.now() < until) {
    const connections = await Promise.all(
      Array.from({ length: AT_A_TIME }, () =>
        raw(server.base, random.below(2) === 0 ? malformed(random) : call(random)),
      ),
    )
    sent += connections.length
    const began = performance.now()
    const health = await http(`${server.base}/v1/health`, { method: 'GET' }).catch(() => ({ status: 0 }))
    slowestMs = Math.max(slowestMs, performance.now() - began)
    if (health.status !== 200)
      throw new Error(
        `After ${sent} connections of seed ${seed} the server answers ${health.status}: ${server.output()}`,
      )
    await Promise.race([
      Promise.all(connections.map(({ closed }) => closed)),
      new Promise((resolve) => setTimeout(resolve, ANSWER_MS)),
    ])
    for (const { socket } of connections) socket.destroy()
  }
  return { sent, slowestMs }
}
