import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// The cache lies next to the libraries, because its content is run: only those who may change the libraries may write
// there. It halves the time to start, because Node need not strip the types again. Without the right to write there,
// nothing is kept.
const folder = fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url))
enableCompileCache(folder)

await import('./run.ts')
