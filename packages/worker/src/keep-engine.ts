import { keptEngine } from './bundle.ts'

// After `npm ci`: the first start of a worker copies the bundle instead of making it.
await keptEngine()
