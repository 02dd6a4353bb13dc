import { z } from 'zod'
import type { MarkdownVariant, PropertyType } from '../constants.ts'
import type { Lax } from '../lax.ts'
import type { ApFile } from './file.ts'

/**
 * The declarations of input properties. The type of each has a schema of the same name next to it, for the part that
 * JSON keeps.
 */

export const BasePropertySchema = z.object({ displayName: z.string(), description: z.string().optional() })
export type BasePropertySchema = {
  displayName: string
  description?: string | undefined
}

/** The schema of a property of one type. */
export const schemaOfType = <const K extends PropertyType>(type: K) =>
  BasePropertySchema.extend({ type: z.literal(type), required: z.boolean(), defaultValue: z.any().optional() })

/**
 * The fields that every property has. `valueSchema` exists in types alone: it carries the type of the value that an
 * action sees in `propsValue`.
 */
export type TPropertyValue<T, K extends PropertyType, R extends boolean, D = unknown> = {
  valueSchema?: T
  type: K
  required: R
  defaultValue?: D
}

export type Declared<T, K extends PropertyType, R extends boolean, D = unknown> = BasePropertySchema &
  TPropertyValue<T, K, R, D>

export const ShortTextProperty = schemaOfType('SHORT_TEXT')
export type ShortTextProperty<R extends boolean> = Declared<string, 'SHORT_TEXT', R, string>
export const LongTextProperty = schemaOfType('LONG_TEXT')
export type LongTextProperty<R extends boolean> = Declared<string, 'LONG_TEXT', R, string>
export const NumberProperty = schemaOfType('NUMBER')
export type NumberProperty<R extends boolean> = Declared<number, 'NUMBER', R, number>
export const CheckboxProperty = schemaOfType('CHECKBOX')
export type CheckboxProperty<R extends boolean> = Declared<boolean, 'CHECKBOX', R, boolean>
export const DateTimeProperty = schemaOfType('DATE_TIME')
export type DateTimeProperty<R extends boolean> = Declared<string, 'DATE_TIME', R, string>
export const ColorProperty = schemaOfType('COLOR')
export type ColorProperty<R extends boolean> = Declared<string, 'COLOR', R, string>
export const FileProperty = schemaOfType('FILE')
export type FileProperty<R extends boolean> = Declared<ApFile, 'FILE', R>
export const JsonProperty = schemaOfType('JSON')
export type JsonProperty<R extends boolean> = Declared<Lax, 'JSON', R, object>
export const ObjectProperty = schemaOfType('OBJECT')
export type ObjectProperty<R extends boolean> = Declared<Record<string, unknown>, 'OBJECT', R, Record<string, unknown>>
export const MarkDownProperty = schemaOfType('MARKDOWN').extend({ variant: z.string().optional() })
export type MarkDownProperty = Declared<undefined, 'MARKDOWN', false> & { variant?: MarkdownVariant }
/** `code` is the source text of a function that draws the property in the browser. */
export const CustomProperty = schemaOfType('CUSTOM').extend({ code: z.string() })
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

export const DropdownOption = z.object({ label: z.string(), value: z.unknown() })
export type DropdownOption<T> = {
  label: string
  value: T
}

export const DropdownState = z.object({
  disabled: z.boolean().optional(),
  placeholder: z.string().optional(),
  options: z.array(DropdownOption),
})
export type DropdownState<T> = {
  disabled?: boolean
  placeholder?: string
  options: DropdownOption<T>[]
}

export const StaticDropdownProperty = schemaOfType('STATIC_DROPDOWN').extend({ options: DropdownState })
export type StaticDropdownProperty<T, R extends boolean> = Declared<T, 'STATIC_DROPDOWN', R> & {
  options: DropdownState<T>
}
export const StaticMultiSelectDropdownProperty = schemaOfType('STATIC_MULTI_SELECT_DROPDOWN').extend({
  options: DropdownState,
})
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
