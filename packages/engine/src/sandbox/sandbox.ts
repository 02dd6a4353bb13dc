import type { Script } from '../resolve/expression.ts'
import type { StepRecord } from '../state/record.ts'

/** Runs foreign code: expressions and code steps. There is one per engine, chosen by the execution mode. */
export interface Sandbox {
  /** Opens a sandbox for one run. Runs of different projects share nothing. */
  open(projectId: string): RunSandbox
  /** Does a part of what the next run needs, while nothing else is to be done. @returns whether there is more */
  prepare(): boolean
}

export interface RunSandbox {
  /**
   * Evaluates an expression over the outputs that it names. Throws what it throws.
   * @param lookup finds a step of the run
   */
  evaluate(script: Script, lookup: (stepName: string) => StepRecord | undefined, connection?: unknown): unknown
  /** A code step comes next: what it needs can be made while it waits for the disk. */
  getReady(): void
  /**
   * Runs the `code` export of a compiled CommonJS file.
   * @param inputText JSON text of the inputs
   * @param onPrinted gets what the code printed, also when it threw
   * @returns JSON text of the result, `null` for undefined
   * @throws whatever the code throws; MemoryLimitError when it used up its memory
   */
  runCode(file: string, inputText: string, onPrinted?: OnPrinted): Promise<string>
  close(): void
}

/** Takes the console output of code, at its end, if there is any. */
export type OnPrinted = (text: string) => void

/** Characters of console output that are kept to explain a failure, and to be shown with the test of a step. */
export const MAX_CONSOLE_TEXT = 16 * 1024
