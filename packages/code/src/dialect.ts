import { Note } from '@piecework/model/flow/flow'
import { GraphSource } from '@piecework/model/flow/graph/graph'
import { ErrorHandlingOptions, PropertySettings } from '@piecework/model/flow/step'
import { AnyMap } from '@piecework/model/json'
import { z } from 'zod'

/** The words that the writer and the reader of programs share; docs/graph-api/code-export.md tells it to people. */

/** The functions of the runtime that a program may name. */
export const HELPERS = [
  'callFlow',
  'code',
  'connection',
  'event',
  'everyMatch',
  'firstMatch',
  'flattenNestedKeys',
  'loop',
  'pause',
  'piece',
  'program',
  'returnResponse',
  'rounds',
  'takes',
  'template',
  'text',
  'value',
] as const
export type Helper = (typeof HELPERS)[number]

export const RUNTIME_FILE = 'vendor/runtime.mjs'
export const PIECES_FILE = 'pieces.ts'
export const DETAILS_FILE = 'flow.json'
export const MAIN_FILE = 'main.ts'

/** Names that no variable of a program can have, or that mean something else in it. */
const TAKEN = new Set([
  ...HELPERS,
  ...['details', 'pieces', 'variables', 'Value', '_'],
  ...'abstract accessor any arguments as async await boolean break case catch class const constructor'.split(' '),
  ...'continue debugger declare default delete do else enum eval export extends false finally for from'.split(' '),
  ...'function get global globalThis if implements import in infer instanceof interface is keyof let'.split(' '),
  ...'module namespace never new null number object of out override package private protected public'.split(' '),
  ...'readonly require return satisfies set static string super switch symbol this throw true try'.split(' '),
  ...'type typeof undefined unique unknown using var void while with yield Infinity NaN'.split(' '),
])

/** The variable of each step: its name, or where that cannot be one, the name with a line behind it. */
export function variablesOf(names: readonly string[]): Map<string, string> {
  const used = new Set(names)
  const variables = new Map<string, string>()
  for (const name of names) {
    let variable = name
    if (TAKEN.has(name)) for (variable += '_'; used.has(variable) || TAKEN.has(variable); ) variable += '_'
    used.add(variable)
    variables.set(name, variable)
  }
  return variables
}

/** The name of the step whose variable this is: `named` is the name that the step was exported with. */
export function nameOf(variable: string, named: string): string {
  const isOwn = TAKEN.has(named) && variable.startsWith(named) && /^_+$/.test(variable.slice(named.length))
  return isOwn ? named : variable
}

/** Members that values have by their kind: an expression reads own members alone. */
const INHERITED = new Set(
  [Object, Array, String, Number, Boolean].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)),
)
INHERITED.delete('length')

/** Whether `value?.key` reads what the expression `{{value.key}}` reads. */
export const isPlainKey = (key: string | number): boolean =>
  typeof key === 'number' || (!INHERITED.has(key) && !/^\d+$/.test(key))

export const isIdentifier = (text: string): boolean => /^[A-Za-z_$][\w$]*$/.test(text)

/** The expression of a path, as programs that are edited by hand give it. */
export function printPath(root: string, keys: readonly (string | number)[]): string {
  return root + keys.map((key) => (isIdentifier(String(key)) ? `.${key}` : `[${printKey(key)}]`)).join('')
}

const printKey = (key: string | number): string => (typeof key === 'number' ? String(key) : `'${key}'`)

/** Whether a key can be in quotes in an expression. */
export const isQuotable = (key: string | number): boolean => typeof key === 'number' || !/['\\\n]/.test(key)

/** The variable of the environment that holds a connection. */
export const environmentName = (externalId: string): string =>
  `CONNECTION_${externalId.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}`

/** Pieces whose actions wait. */
export const WAITING_PIECES: ReadonlySet<string> = new Set([
  '@activepieces/piece-delay',
  '@activepieces/piece-approval',
])

/** The part of a step that does not change what it does. */
export const StepDetails = z.object({
  name: z.string(),
  valid: z.boolean(),
  lastUpdatedDate: z.string(),
  customLogoUrl: z.string().optional(),
  propertySettings: z.record(z.string(), PropertySettings).optional(),
  /** As they were: the program has only those that are on. */
  errorHandlingOptions: ErrorHandlingOptions.optional(),
  skip: z.boolean().optional(),
  /** Settings of a trigger that is not chosen yet. */
  settings: AnyMap.optional(),
  /** Expressions that people wrote in another way than the program does, by how the program writes them. */
  spellings: z.array(z.tuple([z.string(), z.string()])).optional(),
})
export type StepDetails = z.infer<typeof StepDetails>

export const FORMAT = 1
export const Details = z.object({
  format: z.literal(FORMAT),
  schemaVersion: z.string().nullish(),
  notes: z.array(Note),
  graph: GraphSource.omit({ variables: true }).nullish(),
  /** The variables of the environment, by the connection that each holds. */
  connections: z.array(z.tuple([z.string(), z.string()])),
  /** The external id of the flow. */
  flow: z.string().optional(),
  /** The flows that this one calls: their external ids, by their files from the folder of the program. */
  calls: z.array(z.tuple([z.string(), z.string()])).optional(),
  steps: z.array(StepDetails),
})
export type Details = z.infer<typeof Details>
