import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Kept beside the libraries, where only who may change them may write: what it holds is run. It halves the time to
// start, because the types need not be stripped again. Where the folder cannot be written, nothing is kept.
const folder = fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url))
enableCompileCache(folder)

await import('./run.ts')
