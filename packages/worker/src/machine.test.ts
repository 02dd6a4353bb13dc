import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const look = `
  const { openSync } = await import('node:fs')
  const { createMachineReport } = await import(${JSON.stringify(new URL('./machine.ts', import.meta.url).href)})
  const report = createMachineReport('worker', '/', () => ({}))
  console.log(JSON.stringify(await report()))
  try { for (;;) openSync('/dev/null') } catch (error) { console.log(error.code) }
  console.log(JSON.stringify(await report()))`

test('a machine without file descriptors is reported as far as it can be seen', async () => {
  const script = 'ulimit -n 64 && exec "$0" --input-type=module -e "$1"'
  const { stdout } = await promisify(execFile)('sh', ['-c', script, process.execPath, look])
  const [before = '', code, without = ''] = stdout.split('\n')
  expect(JSON.parse(before).totalCpuCores).toBeGreaterThan(0)
  expect(code).toBe('EMFILE')
  expect(JSON.parse(without)).toMatchObject({ workerId: 'worker', ip: '127.0.0.1' })
})
