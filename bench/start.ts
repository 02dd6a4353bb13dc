import { setTimeout as sleep } from 'node:timers/promises'
import { signIn } from '../test/support/client.ts'
import { startServer, temporaryFolder } from '../test/support/process.ts'
import { residentMb, treeOf } from './support/processes.ts'
import { referenceBody, referenceSteps, startFloor } from './support/reference.ts'

/**
 * `npm run bench start`: cold and warm start to readiness, and the memory of the idle process tree; compared with the
 * start of a bare server that makes an embedded database with one table.
 */
const floorBegan = performance.now()
const floor = await startFloor()
const floorMs = performance.now() - floorBegan
const floorMb = residentMb([floor.pid])
await floor[Symbol.asyncDispose]()
const folder = await temporaryFolder()
try {
  const cold = await startServer(folder.path)
  const flowId = await (await signIn(cold.base)).liveFlow(referenceSteps())
  console.log(`bare server on a new database           ${(floorMs / 1000).toFixed(1)} s, ${floorMb.toFixed(0)} MB`)
  console.log(`cold start to ready (new data folder)   ${(cold.startMs / 1000).toFixed(1)} s`)
  console.log(`  to the bare server                    ${(cold.startMs / floorMs).toFixed(2)}`)
  await cold.stop()
  const times: number[] = []
  for (let i = 0; i < 3; i++) {
    const warm = await startServer(folder.path)
    times.push(warm.startMs)
    if (i === 2) {
      await sleep(10_000)
      console.log(`idle memory of all processes            ${residentMb(treeOf(warm.pid)).toFixed(0)} MB`)
      const began = performance.now()
      const answer = await fetch(`${warm.base}/v1/webhooks/${flowId}/sync`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(referenceBody),
      })
      console.log(
        `first call after the start              ${(performance.now() - began).toFixed(0)} ms (${answer.status})`,
      )
      await sleep(1000)
      console.log(`memory after it                         ${residentMb(treeOf(warm.pid)).toFixed(0)} MB`)
    }
    await warm.stop()
  }
  console.log(`warm start to ready, best of 3          ${(Math.min(...times) / 1000).toFixed(2)} s`)
  console.log(`  to cold                               ${(Math.min(...times) / cold.startMs).toFixed(2)}`)
} finally {
  await folder.remove()
}
