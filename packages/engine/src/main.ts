import { startEngine } from './process.ts'

/** An engine without bundled pieces: all of them come from files. */
startEngine({ pieces: {}, steering: {} })
