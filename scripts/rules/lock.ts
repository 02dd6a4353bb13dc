import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Finding } from './source.ts'

const Lock = z.object({
  packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
})

/**
 * `npm ci` refuses a lock file that lacks one of the packages for other systems. npm leaves them out when the registry
 * that it asked does not have them; the remedy is a version whose packages are all there.
 */
export function findHolesInLock(file: string): Finding[] {
  const { packages } = Lock.parse(JSON.parse(readFileSync(file, 'utf8')))
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
      .map((name) => ({ file: 'package-lock.json', rule: 'complete-lock', message: `${path} needs ${name}` })),
  )
}
