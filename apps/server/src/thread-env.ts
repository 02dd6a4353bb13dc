import { getCompileCacheDir } from 'node:module'

/** The environment of a thread: where compiled code is kept. Without it each loads the program that strips types. */
export function threadEnv(): Record<string, string> {
  const folder = getCompileCacheDir()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
}
