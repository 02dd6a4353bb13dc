import * as esbuild from 'esbuild'

/** Its service process holds 90 MB: it ends when it was not needed for this long. */
const IDLE_MS = 5000

let users = 0
let timer: NodeJS.Timeout | undefined

/** Lends esbuild, whose service process starts with the first use and ends some time after the last. */
export async function withEsbuild<T>(use: (compiler: typeof esbuild) => Promise<T>): Promise<T> {
  clearTimeout(timer)
  users++
  try {
    return await use(esbuild)
  } finally {
    users--
    if (users === 0) {
      timer = setTimeout(() => void esbuild.stop(), IDLE_MS)
      timer.unref()
    }
  }
}
