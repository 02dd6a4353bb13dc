import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** `path: '/flows/$flowId'` of a route; the optional `{-$page}` and the rest `$` are patterns of the router. */
const PATH = /\bpath: '(\/[^']*)'/g

/** Writes the paths of all pages next to the build, so that the server can answer any other address with 404. */
export function manifest(): Plugin {
  return {
    name: 'manifest',
    apply: 'build',
    generateBundle() {
      const router = readFileSync(join(import.meta.dirname, '../src/router.tsx'), 'utf8')
      const paths = [...router.matchAll(PATH)].map(([, path]) => path)
      if (paths.length === 0) this.error('src/router.tsx names no path')
      this.emitFile({ type: 'asset', fileName: 'pages.json', source: JSON.stringify(paths) })
    },
  }
}
