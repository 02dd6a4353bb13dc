import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** `npm run bench [name [argument...]]`: one benchmark, or the usual ones after each other. */
const USUAL = [['start'], ['reference'], ['async'], ['loop'], ['polled', '1000'], ['graph']]

const asked = process.argv.slice(2)
for (const [bench, ...rest] of asked.length === 0 ? USUAL : [asked]) {
  const path = new URL(`./${bench}.ts`, import.meta.url).pathname
  if (!existsSync(path)) {
    console.error(`There is no benchmark ${bench}; see the files of bench/.`)
    process.exit(2)
  }
  console.log(`\n== ${bench}`)
  const { status } = spawnSync(process.execPath, ['--no-node-snapshot', path, ...rest], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
