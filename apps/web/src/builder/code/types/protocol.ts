/** The questions of the editor to the worker that knows the types of code, and its answers. */

/** The code of a step, and what its types depend on. */
export interface StepCode {
  code: string
  /** The text of the type of its inputs. */
  inputs: string
  /** The names of its packages. */
  packages: readonly string[]
}

/** A place is a number of characters from the beginning of the code. */
export interface TypeProblem {
  from: number
  to: number
  severity: 'error' | 'warning'
  message: string
}

export interface TypeOption {
  name: string
  /** Its kind in the words of CodeMirror: `property`, `function`, … */
  kind: string
  /** Less is nearer to what belongs there. */
  rank: string
}

export interface TypeHint {
  from: number
  to: number
  /** The type, and what its declaration says about it. */
  text: string
}

export interface TextChange {
  from: number
  to: number
  insert: string
}

/** Each question by its name, with what it asks about and its answer. */
export interface Questions {
  problems: { about: StepCode; answer: TypeProblem[] }
  options: { about: StepCode & { at: number }; answer: TypeOption[] }
  detail: { about: StepCode & { at: number; name: string }; answer: string | undefined }
  hint: { about: StepCode & { at: number }; answer: TypeHint | undefined }
  format: { about: StepCode; answer: TextChange[] }
}

export type Answers = { readonly [Q in keyof Questions]: (about: Questions[Q]['about']) => Questions[Q]['answer'] }

export type Question = { [Q in keyof Questions]: { question: Q; about: Questions[Q]['about'] } }[keyof Questions]
