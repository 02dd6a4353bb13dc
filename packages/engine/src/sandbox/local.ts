import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { compileFunction, constants } from 'node:vm'
import { CONNECTION_VALUE, type Script } from '../resolve/expression.ts'
import { flattenNestedKeys } from '../resolve/resolve.ts'
import { printWithinDepth } from '../state/depth.ts'
import { outputOf, type StepRecord, textOf } from '../state/record.ts'
import { guarded } from './guards.ts'
import type { RunSandbox, Sandbox } from './sandbox.ts'
import { isSelfContained } from './self-contained.ts'

type AnyFunction = (...values: unknown[]) => unknown

interface CodeFile {
  /** Makes a new instance. */
  load(): AnyFunction
  /** It leaves nothing behind, so that nobody has to look. */
  isSelfContained: boolean
}

/** Compiled files kept by path. Artifacts never change under a path, so the oldest may always go. */
const MAX_MODULES = 500

/** Gets notice of code that could leave changes behind. */
export interface ForeignCodeWatch {
  before(): void
  after(): void
}

const NOBODY_WATCHES: ForeignCodeWatch = { before: () => {}, after: () => {} }

/**
 * The sandbox of UNSANDBOXED and SANDBOX_PROCESS: code runs in the engine's own process. Files of code are compiled
 * once, and loaded again by each run that uses them: their variables belong to that run only.
 */
export function createLocalSandbox(watch: ForeignCodeWatch = NOBODY_WATCHES): Sandbox {
  const files = new Map<string, CodeFile>()
  const compiled = new WeakMap<Script, AnyFunction>()

  const codeOf = (file: string): CodeFile => {
    let code = files.get(file)
    if (code === undefined) {
      code = compileFile(file)
      if (files.size >= MAX_MODULES) files.delete(files.keys().next().value ?? '')
      files.set(file, code)
    }
    return code
  }

  const open = (): RunSandbox => {
    const codes = new Map<string, AnyFunction>()
    return {
      evaluate(script, lookup, connection) {
        let evaluate = compiled.get(script)
        if (evaluate === undefined) {
          evaluate = compileScript(script)
          compiled.set(script, evaluate)
        }
        const values = script.names.map(({ name, light }) => argument(lookup(name), script.pure, light))
        if (script.pure) return evaluate(flattenNestedKeys, connection, ...values)
        watch.before()
        forgetMatches()
        try {
          return evaluate(flattenNestedKeys, connection, ...values)
        } finally {
          watch.after()
        }
      },
      async runCode(file, inputText, onPrinted) {
        const { load, isSelfContained } = codeOf(file)
        if (!isSelfContained) {
          watch.before()
          forgetMatches()
        }
        const run = () => {
          let code = codes.get(file)
          if (code === undefined) {
            code = load()
            codes.set(file, code)
          }
          return code(JSON.parse(inputText))
        }
        try {
          const result = await guarded(run, isSelfContained, onPrinted)
          return printWithinDepth(result, 'The result of the code') ?? 'null'
        } catch (error) {
          throw inCode(error, file)
        } finally {
          if (!isSelfContained) watch.after()
        }
      },
      getReady() {},
      close() {},
    }
  }
  return { open, prepare: () => false }
}

const { exec } = RegExp.prototype

/** `RegExp.input` and its like hold the text that was last searched in this process, which may be of another run. */
const forgetMatches = (): void => void Reflect.apply(exec, /(?:)/, [''])

/** The same error; its stack names the code as authors know it, not its file on this machine. */
function inCode(error: unknown, file: string): unknown {
  try {
    if (error instanceof Error && error.stack !== undefined) error.stack = error.stack.replaceAll(file, 'code.js')
  } catch {
    // It is frozen, or its getters throw: its stack is not shown then.
  }
  return error
}

/** Expressions that may change what they read get a copy. */
function argument(record: StepRecord | undefined, pure: boolean, light: boolean): unknown {
  if (record === undefined) return undefined
  if (pure) return outputOf(record)
  const text = textOf(record, light)
  return text === undefined ? undefined : JSON.parse(text)
}

function compileScript(script: Script): AnyFunction {
  const names = script.names.map(({ name }) => name)
  const evaluate: unknown = Reflect.construct(Function, [
    'flattenNestedKeys',
    CONNECTION_VALUE,
    ...names,
    `return (${script.source}\n)`,
  ])
  return typeof evaluate === 'function' ? (...values) => Reflect.apply(evaluate, undefined, values) : () => undefined
}

/**
 * Compiles a file of code.
 * @throws SyntaxError
 */
function compileFile(file: string): CodeFile {
  const source = readFileSync(file, 'utf8')
  const run = compileFunction(source, ['exports', 'require', 'module', '__filename', '__dirname'], {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  const require = createRequire(file)
  return {
    isSelfContained: isSelfContained(source),
    load() {
      const module = { exports: {} }
      run(module.exports, require, module, file, dirname(file))
      const code: unknown = Reflect.get(Object(module.exports), 'code')
      if (typeof code !== 'function') throw new Error(NO_CODE_EXPORT)
      return (inputs) => Reflect.apply(code, undefined, [inputs])
    },
  }
}

export const NO_CODE_EXPORT = 'The code of this step must export a function named `code`'
