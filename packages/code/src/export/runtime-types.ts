/** The types of the runtime, for people who edit a program. */
export const RUNTIME_TYPES = `/** A value of JSON: what steps give. */
export type Value = any

interface Options {
  /** The name of the step for people. */
  title?: string
  /** Try again, three times, where it fails. */
  retry?: boolean
  /** Go on with the next step where it fails. */
  continueOnFailure?: boolean
  /** Leave the step out. */
  skip?: boolean
  /** The npm packages of a code step. */
  packageJson?: string
}

interface Condition {
  firstValue: Value
  operator?: string
  secondValue?: Value
  caseSensitive?: boolean
}
type Branch =
  | { branchType: 'CONDITION'; branchName: Value; conditions: Condition[][] }
  | { branchType: 'FALLBACK'; branchName: Value }

interface Response { status?: number; body?: Value; headers?: Record<string, string> }

export interface Outcome {
  status: string
  failedStep: { name: string; displayName: string; message?: string } | null
  tags: string[]
  response: Response | undefined
  steps: Record<string, { type: string; status: string; input: Value; output?: Value; errorMessage?: Value }>
}

export interface Program {
  run(payload: Value, options?: {
    environment?: Record<string, string | undefined>
    publicUrl?: string
    filesFolder?: string
    sleep?: (ms: number) => Promise<unknown>
    call?: (runId: string) => Promise<unknown>
    onResponse?: (response: Response) => void
    recorded?: Record<string, unknown>
  }): Promise<Outcome>
}

export function program(
  head: { name: string; details: object; pieces: Record<string, () => Promise<object>>; variables?: Value; trigger: object },
  body: (trigger: Value) => Promise<void>,
): Program
export function event(name: string, piece?: string, trigger?: string, input?: () => object, options?: Options): object
export function code(name: string, load: () => Promise<object>, input?: () => object, options?: Options): Promise<Value>
export function piece(name: string, piece: string, action?: string, input?: () => object, options?: Options): Promise<Value>
export function pause(name: string, piece: string, action?: string, input?: () => object, options?: Options): Promise<Value>
/** Runs another flow. @returns what the server answers, or with waitForResponse its response */
export function callFlow(
  name: string,
  piece: string,
  load: () => Promise<{ default: Program }>,
  input?: () => { flow: Value; flowProps?: Value; waitForResponse?: Value; mode?: Value },
  options?: Options,
): Promise<{ status: string; data: Value }>
/** Answers the flow that called this one. @returns the response */
export function returnResponse(name: string, piece: string, input?: () => object, options?: Options): Promise<Value>
export function loop(name: string, items: () => Value, options?: Options): Promise<Value>
export function rounds(loop: Value): Iterable<number>
export function firstMatch(name: string, branches: () => Branch[], options?: Options): Promise<Value>
export function everyMatch(name: string, branches: () => Branch[], options?: Options): Promise<Value>
export function takes(router: Value, branch: string | number): boolean
export function value(compute: () => Value): Value
export function text(part: Value): string
export function connection(externalId: string): Value
export function template(source: string, steps?: object): Value
export function flattenNestedKeys(data: Value, path: string[]): Value[]
export function serve(
  program: Program,
  options?: { port?: number; environment?: Record<string, string | undefined>; onEnd?: (outcome: Outcome) => void },
): Promise<{ url: string; close(): Promise<void> }>
`
