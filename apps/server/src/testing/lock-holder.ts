import { lockFolder } from '../database/folder-lock.ts'
import { reasonOf } from '../start-error.ts'

/** For tests: locks a data folder and keeps it until it is killed. */
const [dataDir = ''] = process.argv.slice(2)
try {
  lockFolder(dataDir)
  process.stdout.write(`locked by ${process.pid}\n`)
  setInterval(() => {}, 60_000)
} catch (error) {
  process.stdout.write(`refused: ${reasonOf(error)}\n`)
}
