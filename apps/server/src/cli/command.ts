import { type ParseArgsConfig, parseArgs } from 'node:util'
import { SettingsError } from '../settings.ts'
import { StartError } from '../start-error.ts'

/** The operator can put the call right: the message says how, and a stack would hide it. */
export class UsageError extends Error {}

/** @throws UsageError with the usage for options that the command does not have. */
export function readArguments<const T extends ParseArgsConfig>(config: T, usage: string) {
  try {
    return parseArgs(config)
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  }
}

/** Runs a command. A failure is printed, and the process then ends with 1. */
export function runCommand(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    const isExpected = error instanceof UsageError || error instanceof SettingsError || error instanceof StartError
    process.stderr.write(`${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
    process.exitCode = 1
  })
}
