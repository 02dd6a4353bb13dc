import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type MemberExpression, parseSync, Visitor } from 'oxc-parser'
import { ResolverFactory } from 'oxc-resolver'
import { readEarlyReturns } from './early-returns.ts'
import { type LongFunction, readLongFunctions } from './functions.ts'
import { type Prose, readComments, readTexts } from './prose.ts'
import { HTTP_WORDS, SQL_WORDS, STEP_KINDS, TEST_ESCAPES, TEST_WORDS } from './table.ts'

export interface Import {
  specifier: string
  /** A path inside the repository, the name of a built-in module or library, or undefined when nothing is found. */
  target: string | undefined
}

export interface Finding {
  file: string
  rule: string
  message: string
}

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  path: string
  lines: number
  firstLine: string
  imports: Import[]
  readsEnvironment: boolean
  /** Calls such as `it.only`. */
  testEscapes: string[]
  /** Words by which it builds or writes a statement for the database: `selectFrom`, `sql`. */
  sql: string[]
  /** Words by which it registers a route: `implement`, `app.route`. */
  routes: string[]
  /** Names of kinds of steps, written as texts or types. */
  stepKinds: string[]
  /** Functions over the limit. */
  longFunctions: LongFunction[]
  /** Lines that return a promise from a scope whose resource is disposed of before it settles. */
  earlyReturns: number[]
  prose: Prose[]
}

const FOLDERS = '{apps,packages,pieces,bench,e2e,scripts,test}'
/** Installed and built files, and the sample piece, which samples.test.ts compiles as a piece from elsewhere. */
const NOT_OURS = /(^|\/)(node_modules|dist)$|^packages\/framework\/samples$/

// Conditions of this repository's exports maps and of Node.
const resolver = new ResolverFactory({
  conditionNames: ['node', 'import', 'default', 'types'],
  extensions: ['.ts', '.tsx', '.js', '.json'],
  builtinModules: true,
  mainFields: ['main', 'types'],
  // The client of the graph API is built only to be published.
  alias: { piecework: [join(import.meta.dirname, '../../packages/sdk-js/src/index.ts')] },
})

/** Reads every TypeScript file of the repository. @param root its folder. */
export function readSources(root: string): SourceFile[] {
  return globSync(`${FOLDERS}/**/*.{ts,tsx}`, { cwd: root, exclude: (name) => NOT_OURS.test(name) })
    .sort()
    .map((path) => readSource(root, path))
}

function readSource(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  const { program, module, comments, errors } = parseSync(path, text)
  if (errors[0]) throw new Error(`${path} does not parse: ${errors[0].message}`)
  const { typeImports, ...found } = look(program)
  const specifiers = [
    ...typeImports,
    ...module.staticImports.map((item) => item.moduleRequest.value),
    ...module.staticExports.flatMap((item) => item.entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
    ...module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => literal(text.slice(start, end)) ?? []),
  ]
  return {
    path,
    lines: text.split('\n').length - 1,
    firstLine: text.slice(0, text.indexOf('\n')),
    imports: [...new Set(specifiers)].map((specifier) => ({ specifier, target: resolve(root, path, specifier) })),
    ...found,
    longFunctions: readLongFunctions(text, program, comments),
    earlyReturns: readEarlyReturns(text, program),
    prose: [...readComments(text, comments), ...readTexts(text, program)],
  }
}

/** @returns the text of a quoted string; undefined for any other expression. */
function literal(expression: string): string | undefined {
  return /^(['"`])([^$\\]*)\1$/.exec(expression)?.[2]
}

function resolve(root: string, path: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return specifier
  const { path: file, builtin } = resolver.sync(join(root, dirname(path)), specifier)
  if (builtin) return builtin.resolved
  if (file === undefined) return undefined
  const target = relative(root, file).replaceAll('\\', '/')
  const library = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(target)
  return library?.[1] ?? target
}

interface Found extends Pick<SourceFile, 'readsEnvironment' | 'testEscapes' | 'sql' | 'routes' | 'stepKinds'> {
  /** The modules of types written as `import('...').Name`. */
  typeImports: string[]
}

function look(program: Parameters<Visitor['visit']>[0]): Found {
  let readsEnvironment = false
  const typeImports: string[] = []
  const testEscapes: string[] = []
  const sql = new Set<string>()
  const routes = new Set<string>()
  const stepKinds = new Set<string>()
  new Visitor({
    CallExpression({ callee, arguments: [first] }) {
      const words = callee.type === 'MemberExpression' ? wordsOf(callee) : [wordOf(callee)]
      const last = words.at(-1) ?? ''
      if (SQL_WORDS.has(last) && words.length > 1) sql.add(last)
      if (words[0] === 'sql' && words.length > 1) sql.add(words.join('.'))
      const isPath = first?.type === 'Literal' && typeof first.value === 'string' && first.value.startsWith('/')
      if (
        words.length === 1
          ? last === 'implement'
          : words[0] !== '?' && (last === 'route' || (HTTP_WORDS.has(last) && isPath))
      )
        routes.add(words.join('.'))
    },
    Literal({ value }) {
      if (typeof value === 'string' && STEP_KINDS.has(value)) stepKinds.add(value)
    },
    TaggedTemplateExpression({ tag }) {
      if (wordOf(tag) === 'sql') sql.add('sql')
    },
    MemberExpression(node) {
      const words = wordsOf(node)
      if (words[0] === 'process' && words[1] === 'env') readsEnvironment = true
      const last = words.at(-1)
      if (words[0] && TEST_WORDS.has(words[0]) && last && TEST_ESCAPES.has(last)) testEscapes.push(words.join('.'))
    },
    TSImportType({ source }) {
      typeImports.push(source.value)
    },
    VariableDeclarator({ id, init }) {
      if (init && wordOf(init) === 'process' && id.type === 'ObjectPattern')
        for (const property of id.properties)
          if (property.type === 'Property' && wordOf(property.key) === 'env') readsEnvironment = true
    },
    ImportDeclaration({ source, specifiers }) {
      if (source.value !== 'node:process' && source.value !== 'process') return
      for (const specifier of specifiers)
        if (specifier.type === 'ImportSpecifier' && wordOf(specifier.imported) === 'env') readsEnvironment = true
    },
  }).visit(program)
  return { readsEnvironment, testEscapes, typeImports, sql: [...sql], routes: [...routes], stepKinds: [...stepKinds] }
}

/** @returns `a.b.c` as words; a part that is not a plain name ends them. */
function wordsOf(node: MemberExpression): string[] {
  const { object, property } = node
  const before = object.type === 'MemberExpression' ? wordsOf(object) : [wordOf(object)]
  return [...before, wordOf(property)]
}

function wordOf(node: { type: string; name?: unknown; value?: unknown }): string {
  if (node.type === 'Identifier' && typeof node.name === 'string') return node.name
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  return '?'
}
