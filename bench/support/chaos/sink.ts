import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Random } from '../random.ts'

const Line = z.object({ call: z.string(), step: z.string(), link: z.string().optional() })

/** Receives the reports of steps that begin. It is part of the benchmark's own process, which is never killed. */
export interface Sink {
  url: string
  /** In the order of arrival. */
  lines: readonly { call: string; step: string }[]
  /** Whether a step of a call has begun. */
  has(call: string, step: string): boolean
  /** Links that were opened, and those that were refused although nobody else had opened them. */
  opened(): { count: number; refused: string[] }
  close(): Promise<void>
}

const LONGEST_THOUGHT_MS = 2500
/** Opens the link at once, when the run may not have paused yet. */
const RASH = 0.3
const TWICE = 0.2
const RETRY_MS = 300

/** @param bases the addresses of the apps, ending with `/api`: a link is opened at any of them. */
export async function startSink(bases: readonly string[], random: Random): Promise<Sink> {
  const lines: { call: string; step: string }[] = []
  const seen = new Set<string>()
  const opened = new Map<string, Promise<void>>()
  const refused: string[] = []
  let closed = false

  const atAny = (link: string): URL => {
    const { pathname, search } = new URL(link)
    return new URL(pathname + search, bases[random.below(bases.length)])
  }

  /** Opens the link until an app accepts the call. */
  const open = async (link: string): Promise<void> => {
    await sleep(random.next() < RASH ? 0 : random.between(0, LONGEST_THOUGHT_MS))
    let unsure = random.next() < TWICE
    // Simulates a double click; the app takes the call that comes first.
    if (unsure) void fetch(atAny(link)).catch(() => {})
    while (!closed) {
      try {
        const answer = await fetch(atAny(link), { method: 'POST' })
        const { message } = z.object({ message: z.string() }).parse(await answer.json())
        if (answer.ok) {
          // An earlier call whose answer was lost may have been accepted.
          if (!unsure && !message.includes('has been recorded')) refused.push(link)
          return
        }
      } catch {
        // The app was killed during the call.
      }
      unsure = true
      await sleep(RETRY_MS)
    }
  }

  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const { call, step, link } = Line.parse(JSON.parse(text))
    lines.push({ call, step })
    seen.add(`${call} ${step}`)
    if (link !== undefined && !opened.has(link)) opened.set(link, open(link))
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The sink has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    lines,
    has: (call, step) => seen.has(`${call} ${step}`),
    opened: () => ({ count: opened.size, refused }),
    async close() {
      closed = true
      await Promise.all(opened.values())
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
