import type { Endpoint } from '@piecework/api/endpoint'
import { api } from '@piecework/api/index'
import type { Policy, Rule } from './policy.ts'

const asDeclared = <const E extends Endpoint & { principals: readonly ['ENGINE'] }>({ permission, principals }: E) =>
  ({ needs: permission, principals }) satisfies Rule<never>

/** The actions of the engine alone, in the project of the job that it runs. */
export const enginePolicy = {
  readFile: asDeclared(api.engine.file),
  readStore: asDeclared(api.storeEntries.get),
  writeStore: asDeclared(api.storeEntries.set),
  deleteFromStore: asDeclared(api.storeEntries.remove),
  saveStepFile: asDeclared(api.stepFiles.upload),
  createWaitpoint: asDeclared(api.waitpoints.create),
} as const satisfies Policy<object>
