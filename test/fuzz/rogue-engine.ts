import { Socket } from 'node:net'
import { CHANNEL_FD } from '@piecework/engine/channel/descriptor'
import { encodeFrame } from '@piecework/engine/channel/frames'
import { seeded } from './random.ts'
import { frame } from './sandbox-frames.ts'

/** Runs in the place of an engine: it says that it is ready, and then whatever a seed makes of an engine's words. */
const random = seeded(Number(process.env.FUZZ_SEED))
const socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: true })
socket.on('error', () => process.exit(0))
socket.on('close', () => process.exit(0))
socket.write(encodeFrame({ head: '{"kind":"ready"}', texts: [] }, 1000))
let heard = 0
socket.on('data', () => {
  // The first message configures, the second one is the operation.
  if (++heard !== 2 && random.below(3) > 0) return
  const all = Buffer.concat(Array.from({ length: 1 + random.below(6) }, () => frame(random, 1)))
  const at = random.below(all.length)
  socket.write(all.subarray(0, at))
  setImmediate(() => {
    socket.write(all.subarray(at))
    if (random.below(3) === 0) socket.end()
  })
})
setTimeout(() => process.exit(random.below(2)), 300)
