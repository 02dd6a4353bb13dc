import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { code, configOf, versionOf } from '@piecework/engine/testing/harness'
import { expect, test } from 'vitest'
import { createMachineWatch, MachineFaultError, machineFaultOf } from './machine-fault.ts'
import { noConnection, temporaryFolder } from './testing.ts'
import { createWorker } from './worker.ts'

const failure = (code: string, cause?: Error) => Object.assign(new Error('failed', { cause }), { code })

test('faults of the machine are found in an error, however deep they lie, and other errors are none', () => {
  for (const code of ['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE'])
    expect(machineFaultOf(new Error('outer', { cause: failure(code) }))).toContain(code)
  for (const other of [failure('E404'), failure('ENOENT'), new Error('ENOSPC: no space'), 'ENOSPC', undefined])
    expect(machineFaultOf(other)).toBeUndefined()
})

test('nothing new is taken until the machine can again', async () => {
  await using folder = await temporaryFolder()
  const told: (string | undefined)[] = []
  const recovered = Promise.withResolvers<void>()
  const watch = createMachineWatch({
    folder: join(folder.path, 'cache'),
    onFault: (reason) => told.push(reason),
    onRecovered: () => recovered.resolve(),
    probeMs: 5,
  })
  const other = new Error('something else')
  expect(watch.judge(other)).toBe(other)
  watch.require()
  expect(watch.judge(failure('ENOSPC'))).toBeInstanceOf(MachineFaultError)
  expect(() => watch.require()).toThrow(/disk is full \(ENOSPC\)/)
  watch.judge(failure('ENOSPC'))
  await recovered.promise
  watch.require()
  expect(told).toEqual(['its disk is full (ENOSPC)'])
  watch.close()
})

/** Whether this machine lets us have a small disk. */
async function mountSmallDisk(path: string): Promise<boolean> {
  await mkdir(path)
  return promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path]).then(
    () => true,
    () => false,
  )
}

test('a worker whose disk is full gives new code back, runs what it knows, and recovers by itself', async () => {
  await using folder = await temporaryFolder()
  const disk = join(folder.path, 'disk')
  const mounted = await mountSmallDisk(disk)
  if (!mounted) {
    // Only an administrator may mount; the two tests above hold without.
    expect(process.getuid?.()).not.toBe(0)
    return
  }
  const versions = new Map<string, ReturnType<typeof versionOf>>()
  const faults: (string | undefined)[] = []
  const worker = createWorker(
    {
      ...{
        cacheFolder: disk,
        cacheLimitBytes: 1024 ** 3,
        concurrency: 1,
        memoryLimitKb: 512 * 1024,
        propagatedEnv: {},
      },
      engine: configOf(),
      onMachineFault: (reason) => faults.push(reason),
    },
    {
      loadVersion: async (key) => versions.get(key) ?? versionOf([]),
      loadArchive: async () => Buffer.alloc(0),
      loadConnection: noConnection,
    },
  )
  const run = async (key: string) => {
    if (!versions.has(key)) versions.set(key, versionOf([code('step_1', `return ${JSON.stringify(key)}`)]))
    const { outcome } = worker.execute(
      {
        operation: {
          ...{ type: 'EXECUTE_FLOW', projectId: 'project', platformId: 'platform', engineToken: 'token' },
          ...{ flowRunId: key, flowId: 'flow', executionType: 'BEGIN', triggerPayload: '{}', executeTrigger: false },
          ...{
            resumePayload: null,
            journal: [],
            test: null,
            callerWaits: false,
            tellsSteps: false,
            sealKey: '0'.repeat(64),
          },
        },
        version: { key, pieces: {} },
        timeoutMs: 60_000,
        mayWait: true,
      },
      { journal: async () => {}, respond() {}, progress() {} },
    )
    const ended = await outcome
    return ended.kind === 'RESULT' && 'status' in ended.message.result ? ended.message.result.status : ended
  }
  const fill = join(disk, 'fill')
  try {
    expect(await run('known')).toBe('SUCCEEDED')
    const written = writeFile(fill, Buffer.alloc(24 * 1024 * 1024, 1))
    await expect(written).rejects.toThrow('ENOSPC')
    expect(await run('new')).toMatchObject({
      kind: 'GIVEN_BACK',
      ofMachine: true,
      message: expect.stringContaining('disk is full'),
    })
    expect(await run('known')).toBe('SUCCEEDED')
    await promisify(execFile)('rm', [fill])
    await expect.poll(() => faults, { timeout: 20_000 }).toEqual([expect.stringContaining('ENOSPC'), undefined])
    expect(await run('new')).toBe('SUCCEEDED')
  } finally {
    await worker.close()
    await promisify(execFile)('umount', ['-l', disk])
  }
})
