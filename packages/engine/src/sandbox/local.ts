import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { compileFunction, constants } from 'node:vm'
import { printWithinDepth } from '../flow/depth.ts'
import { outputOf, type StepRecord, textOf } from '../flow/record.ts'
import { CONNECTION_VALUE, type Script } from '../resolve/expression.ts'
import { flattenNestedKeys } from '../resolve/resolve.ts'
import { guarded } from './guards.ts'
import type { RunSandbox, Sandbox } from './sandbox.ts'

type AnyFunction = (...values: unknown[]) => unknown

/** Compiled files kept by path. Artifacts never change under a path, so the oldest may always go. */
const MAX_MODULES = 500

/**
 * The sandbox of UNSANDBOXED and SANDBOX_PROCESS: code runs in the engine's own process.
 * @param onForeignCode called before code runs that could leave something behind
 */
export function createLocalSandbox(onForeignCode: () => void = () => {}): Sandbox {
  const codes = new Map<string, AnyFunction>()
  const compiled = new WeakMap<Script, AnyFunction>()

  const run: RunSandbox = {
    evaluate(script, lookup, connection) {
      if (!script.pure) onForeignCode()
      let evaluate = compiled.get(script)
      if (evaluate === undefined) {
        evaluate = compileScript(script)
        compiled.set(script, evaluate)
      }
      const values = script.names.map(({ name, light }) => argument(lookup(name), script.pure, light))
      return evaluate(flattenNestedKeys, connection, ...values)
    },
    async runCode(file, inputText) {
      onForeignCode()
      // Not catch() of the promise: the code may have changed it.
      const run = () => {
        let code = codes.get(file)
        if (code === undefined) {
          code = loadCode(file)
          if (codes.size >= MAX_MODULES) codes.delete(codes.keys().next().value ?? '')
          codes.set(file, code)
        }
        return code(JSON.parse(inputText))
      }
      try {
        return printWithinDepth(await guarded(run), 'The result of the code') ?? 'null'
      } catch (error) {
        throw inCode(error, file)
      }
    },
    getReady() {},
    close() {},
  }
  return { open: () => run, prepare: () => false }
}

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

function loadCode(file: string): AnyFunction {
  const module = { exports: {} }
  const load = compileFunction(
    readFileSync(file, 'utf8'),
    ['exports', 'require', 'module', '__filename', '__dirname'],
    {
      filename: file,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    },
  )
  load(module.exports, createRequire(file), module, file, dirname(file))
  const code: unknown = Reflect.get(Object(module.exports), 'code')
  if (typeof code !== 'function') throw new Error(NO_CODE_EXPORT)
  return (inputs) => Reflect.apply(code, undefined, [inputs])
}

export const NO_CODE_EXPORT = 'The code of this step must export a function named `code`'
