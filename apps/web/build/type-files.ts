import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

const { resolve } = createRequire(import.meta.url)
/** The language as Node.js 24 has it. */
const LANGUAGE =
  /^lib\.(?:es5|es20(?:1\d|2[0-4])(?:\.(?!full)[a-z]+)*|esnext\.disposable|decorators(?:\.legacy)?)\.d\.ts$/
/** Modules of Node.js that no step needs, and whose types are large. */
const LEFT_OUT = /^(?:inspector|test|repl|wasi|sea|trace_events|domain|cluster|sqlite|index)\b/

/** The declarations that the types of code are read from: texts by the paths that they have there. */
export function typeFiles(): Record<string, string> {
  const language = dirname(resolve('typescript-js'))
  const node = dirname(resolve('@types/node/package.json'))
  const undici = dirname(createRequire(join(node, 'index.d.ts')).resolve('undici-types/package.json'))
  return {
    ...texts(language, '/lib', (name) => LANGUAGE.test(name)),
    ...texts(node, '/node', (name) => !LEFT_OUT.test(name), withoutComments),
    ...texts(join(node, 'compatibility'), '/node/compatibility', () => true, withoutComments),
    ...texts(join(node, 'web-globals'), '/node/web-globals', () => true, withoutComments),
    ...texts(undici, '/node_modules/undici-types', () => true, withoutComments),
  }
}

function texts(
  folder: string,
  path: string,
  isWanted: (name: string) => boolean,
  change = (text: string): string => text,
): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.d.ts') && isWanted(name))
  return Object.fromEntries(names.map((name) => [`${path}/${name}`, change(readFileSync(join(folder, name), 'utf8'))]))
}

/** Comments are two thirds of the declarations of Node.js; each begins its line. */
const withoutComments = (text: string): string => text.replaceAll(/^[ \t]*\/\*\*[\s\S]*?\*\/\n?/gm, '')

/** Fills the module of the code editor's worker that holds the declarations. */
export function typeFilesModule(): Plugin {
  const module = join(import.meta.dirname, '../src/builder/code/types/libraries.ts')
  return {
    name: 'type-files',
    load: (id) =>
      id === module ? `export const libraries = JSON.parse(${JSON.stringify(JSON.stringify(typeFiles()))})` : undefined,
  }
}
