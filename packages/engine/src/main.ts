import { startEngine } from './process.ts'

/** An engine with no pieces of its own: all of them come from files. */
startEngine({ pieces: {}, steering: {} })
