import type { MarkdownVariant, PropertyType } from '../constants.ts'
import type { AuthValue, PropertyContext } from '../context.ts'
import type { Lax } from '../lax.ts'
import type { PieceAuthProperty } from './auth-types.ts'
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

type Declared<T, K extends PropertyType, R extends boolean, D = unknown> = BasePropertySchema &
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

/** A piece's auth: one property, several (the user chooses), or none. */
export type AnyAuth = PieceAuthProperty | PieceAuthProperty[] | undefined

/** The values of the other properties, as far as they are known, and the connection. */
export type ResolverInput<A extends AnyAuth> = Record<string, Lax> & { auth?: AuthValue<A> }

interface Resolved<A extends AnyAuth> {
  auth?: A
  /** Names of the properties after whose change the options are asked for again. */
  refreshers: string[]
}

interface DropdownResolver<T, A extends AnyAuth> extends Resolved<A> {
  refreshOnSearch?: boolean
  options(propsValue: ResolverInput<A>, context: PropertyContext): Promise<DropdownState<T>>
}

export type DropdownProperty<T, R extends boolean, A extends AnyAuth = undefined> = Declared<T, 'DROPDOWN', R> &
  DropdownResolver<T, A>
export type MultiSelectDropdownProperty<T, R extends boolean, A extends AnyAuth = undefined> = Declared<
  T[],
  'MULTI_SELECT_DROPDOWN',
  R,
  unknown[]
> &
  DropdownResolver<T, A>

export type DynamicPropsValue = Record<string, Lax>
export type DynamicProperties<R extends boolean, A extends AnyAuth = undefined> = Declared<
  DynamicPropsValue,
  'DYNAMIC',
  R
> &
  Resolved<A> & { props(propsValue: ResolverInput<A>, context: PropertyContext): Promise<InputPropertyMap> }

export type ArraySubProps<R extends boolean> = Record<
  string,
  | ShortTextProperty<R>
  | LongTextProperty<R>
  | StaticDropdownProperty<Lax, R>
  | MultiSelectDropdownProperty<Lax, R, AnyAuth>
  | StaticMultiSelectDropdownProperty<Lax, R>
  | CheckboxProperty<R>
  | NumberProperty<R>
  | FileProperty<R>
  | JsonProperty<R>
  | ColorProperty<R>
  | DateTimeProperty<R>
>
export type ArrayProperty<R extends boolean> = Declared<unknown[], 'ARRAY', R, unknown[]> & {
  properties?: ArraySubProps<boolean>
}

export type InputProperty =
  | ShortTextProperty<boolean>
  | LongTextProperty<boolean>
  | MarkDownProperty
  | CheckboxProperty<boolean>
  | DropdownProperty<Lax, boolean, AnyAuth>
  | StaticDropdownProperty<Lax, boolean>
  | NumberProperty<boolean>
  | ArrayProperty<boolean>
  | ObjectProperty<boolean>
  | JsonProperty<boolean>
  | MultiSelectDropdownProperty<Lax, boolean, AnyAuth>
  | StaticMultiSelectDropdownProperty<Lax, boolean>
  | DynamicProperties<boolean, AnyAuth>
  | DateTimeProperty<boolean>
  | FileProperty<boolean>
  | CustomProperty<boolean>
  | ColorProperty<boolean>

export interface InputPropertyMap {
  [name: string]: InputProperty
}

export type PieceProperty = InputProperty | PieceAuthProperty
export interface PiecePropertyMap {
  [name: string]: PieceProperty
}

type ValueOf<P> = P extends { valueSchema?: infer T } ? Exclude<T, undefined> : never

/** The type of the value of one property: `undefined` is part of it unless the property is required. */
export type PiecePropValueSchema<P> = P extends { required: true } ? ValueOf<P> : ValueOf<P> | undefined

/** The type of `propsValue` for a map of properties: what is not required may be absent. */
export type StaticPropsValue<P> = {
  [K in keyof P as P[K] extends { required: true } ? K : never]: PiecePropValueSchema<P[K]>
} & {
  [K in keyof P as P[K] extends { required: true } ? never : K]?: PiecePropValueSchema<P[K]>
}
