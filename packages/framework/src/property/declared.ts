import type { MarkdownVariant, PropertyType } from '../constants.ts'
import type { Lax } from '../lax.ts'
import type { ApFile } from './file.ts'

/** The declarations of input properties (spec: facts/pieces-framework.md, Property factories). */

export interface BasePropertySchema {
  displayName: string
  description?: string | undefined
}

/**
 * What every property has. `valueSchema` exists in types alone: it carries the type of the value that an action
 * sees in `propsValue`.
 */
export interface TPropertyValue<T, K extends PropertyType, R extends boolean, D = unknown> {
  valueSchema?: T
  type: K
  required: R
  defaultValue?: D
}

export type Declared<T, K extends PropertyType, R extends boolean, D = unknown> = BasePropertySchema &
  TPropertyValue<T, K, R, D>

export type ShortTextProperty<R extends boolean> = Declared<string, 'SHORT_TEXT', R, string>
export type LongTextProperty<R extends boolean> = Declared<string, 'LONG_TEXT', R, string>
export type NumberProperty<R extends boolean> = Declared<number, 'NUMBER', R, number>
export type CheckboxProperty<R extends boolean> = Declared<boolean, 'CHECKBOX', R, boolean>
export type DateTimeProperty<R extends boolean> = Declared<string, 'DATE_TIME', R, string>
export type ColorProperty<R extends boolean> = Declared<string, 'COLOR', R, string>
export type FileProperty<R extends boolean> = Declared<ApFile, 'FILE', R>
export type JsonProperty<R extends boolean> = Declared<Lax, 'JSON', R, object>
export type ObjectProperty<R extends boolean> = Declared<Record<string, unknown>, 'OBJECT', R, Record<string, unknown>>
export type MarkDownProperty = Declared<undefined, 'MARKDOWN', false> & { variant?: MarkdownVariant }
/** `code` is the source text of a function that draws the property in the browser. */
export type CustomProperty<R extends boolean> = Declared<unknown, 'CUSTOM', R> & { code: string }

export interface CustomPropertyCodeFunctionParams {
  containerId: string
  value: unknown
  onChange: (value: unknown) => void
  isEmbeded: boolean
  projectId: string
  property: { displayName: string; description?: string | undefined; required: boolean }
  disabled: boolean
}

export interface DropdownOption<T> {
  label: string
  value: T
}

export interface DropdownState<T> {
  disabled?: boolean
  placeholder?: string
  options: DropdownOption<T>[]
}

export type StaticDropdownProperty<T, R extends boolean> = Declared<T, 'STATIC_DROPDOWN', R> & {
  options: DropdownState<T>
}
export type StaticMultiSelectDropdownProperty<T, R extends boolean> = Declared<
  T[],
  'STATIC_MULTI_SELECT_DROPDOWN',
  R,
  unknown[]
> & { options: DropdownState<T> }

type ValueOf<P> = P extends { valueSchema?: infer T } ? Exclude<T, undefined> : never

/** The type of the value of one property: `undefined` is part of it unless the property is required. */
export type PiecePropValueSchema<P> = P extends { required: true } ? ValueOf<P> : ValueOf<P> | undefined

/** The type of `propsValue` for a map of properties: what is not required may be absent. */
export type StaticPropsValue<P> = {
  [K in keyof P as P[K] extends { required: true } ? K : never]: PiecePropValueSchema<P[K]>
} & {
  [K in keyof P as P[K] extends { required: true } ? never : K]?: PiecePropValueSchema<P[K]>
}
