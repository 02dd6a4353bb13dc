import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** A folder that goes away with its test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'worker-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The tarball of a package, as npm makes it. @param files path in the package to its text. */
export async function packPackage(
  manifest: { name: string; version: string },
  files: Record<string, string>,
): Promise<Buffer> {
  await using folder = await temporaryFolder()
  for (const [path, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
    await mkdir(join(folder.path, dirname(path)), { recursive: true })
    await writeFile(join(folder.path, path), text)
  }
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--ignore-scripts'], { cwd: folder.path })
  const [packed]: { filename: string }[] = JSON.parse(stdout)
  return readFile(join(folder.path, packed?.filename ?? ''))
}
