import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The files that the build is made from, relative to the folder of the app. */
const SOURCES = [
  'src',
  'public',
  'build',
  'index.html',
  'vite.config.ts',
  'package.json',
  '../../packages/model/src',
  '../../packages/sdk/src',
  '../../packages/api/src',
]
const IS_TEST = /\.test\.tsx?$/

/** A text that changes whenever one of the sources does. @param root the folder of the app */
export function fingerprint(root: string): string {
  const hash = createHash('sha256')
  for (const source of SOURCES)
    for (const file of filesOf(join(root, source)))
      if (!IS_TEST.test(file)) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

function filesOf(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  } catch {
    return [path]
  }
}
