import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fingerprint } from './fingerprint.ts'
import { swap } from './swap.ts'

/**
 * Builds the app when its sources are not those of the last build. The build takes the place of the last one only
 * when it is whole, so that a server next to it always has one to serve, and builds at the same time do no harm.
 */
const root = join(import.meta.dirname, '..')
const target = join(root, 'dist')
const STAMP = 'sources.txt'

// Whatever started this: a test, or a server that runs in development.
process.env.NODE_ENV = 'production'

const wanted = fingerprint(root)
const stamp = join(target, STAMP)
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
  process.stdout.write('current\n')
} else {
  process.stdout.write('building\n')
  await removeLeftovers()
  const { build } = await import('vite').catch((cause: unknown) => {
    throw new Error('The packages that build the browser app are missing: run npm ci without --omit=dev', { cause })
  })
  const fresh = join(root, `dist.${process.pid}`)
  const began = performance.now()
  try {
    await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn', build: { outDir: fresh } })
    await writeFile(join(fresh, STAMP), wanted)
    await swap(fresh, target, join(root, `dist.old.${process.pid}`))
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  process.stdout.write(`built in ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
}

/** Folders of builds whose process was killed. */
async function removeLeftovers(): Promise<void> {
  const left = readdirSync(root).filter((name) => {
    const [, pid] = /^dist\.(?:old\.)?(\d+)$/.exec(name) ?? []
    return pid !== undefined && !isAlive(Number(pid))
  })
  await Promise.all(left.map((name) => rm(join(root, name), { recursive: true, force: true })))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // The process of somebody else is alive, too.
    return Reflect.get(Object(error), 'code') === 'EPERM'
  }
}
