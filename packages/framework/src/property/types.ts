import { z } from 'zod'
import type { PropertyContext } from '../context.ts'
import type { Lax } from '../lax.ts'
import { type AnyAuth, PieceAuthProperty } from './auth-types.ts'
import type { AuthValue } from './auth-value.ts'
import {
  CheckboxProperty,
  ColorProperty,
  CustomProperty,
  DateTimeProperty,
  type Declared,
  type DropdownState,
  FileProperty,
  JsonProperty,
  LongTextProperty,
  MarkDownProperty,
  NumberProperty,
  ObjectProperty,
  ShortTextProperty,
  StaticDropdownProperty,
  StaticMultiSelectDropdownProperty,
  schemaOfType,
} from './declared.ts'

/** The declarations of properties that ask for their options, and of all together, with their schemas. */

const refreshers = z.array(z.string())

/** The values of the other properties, as far as they are known, and the connection. */
export type ResolverInput<A extends AnyAuth> = Record<string, Lax> & { auth?: AuthValue<A> }

type Resolved<A extends AnyAuth> = {
  auth?: A
  /** Names of the properties after whose change the options are asked for again. */
  refreshers: string[]
}

type DropdownResolver<T, A extends AnyAuth> = Resolved<A> & {
  refreshOnSearch?: boolean
  options(propsValue: ResolverInput<A>, context: PropertyContext): Promise<DropdownState<T>>
}

export const DropdownProperty = schemaOfType('DROPDOWN').extend({ refreshers })
export type DropdownProperty<T, R extends boolean, A extends AnyAuth = undefined> = Declared<T, 'DROPDOWN', R> &
  DropdownResolver<T, A>
export const MultiSelectDropdownProperty = schemaOfType('MULTI_SELECT_DROPDOWN').extend({ refreshers })
export type MultiSelectDropdownProperty<T, R extends boolean, A extends AnyAuth = undefined> = Declared<
  T[],
  'MULTI_SELECT_DROPDOWN',
  R,
  unknown[]
> &
  DropdownResolver<T, A>

export const DynamicPropsValue = z.record(z.string(), z.any())
export type DynamicPropsValue = Record<string, Lax>
export const DynamicProperties = schemaOfType('DYNAMIC').extend({ refreshers })
export type DynamicProperties<R extends boolean, A extends AnyAuth = undefined> = Declared<
  DynamicPropsValue,
  'DYNAMIC',
  R
> &
  Resolved<A> & { props(propsValue: ResolverInput<A>, context: PropertyContext): Promise<InputPropertyMap> }

export const ArraySubProps = z.record(
  z.string(),
  z.union([
    ShortTextProperty,
    LongTextProperty,
    StaticDropdownProperty,
    MultiSelectDropdownProperty,
    StaticMultiSelectDropdownProperty,
    CheckboxProperty,
    NumberProperty,
    FileProperty,
    JsonProperty,
    ColorProperty,
    DateTimeProperty,
  ]),
)
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
export const ArrayProperty = schemaOfType('ARRAY').extend({ properties: ArraySubProps.optional() })
export type ArrayProperty<R extends boolean> = Declared<unknown[], 'ARRAY', R, unknown[]> & {
  properties?: ArraySubProps<boolean>
}

/** The properties that a dynamic property may consist of. */
export const DynamicProp = z.union([
  ShortTextProperty,
  StaticDropdownProperty,
  JsonProperty,
  ArrayProperty,
  StaticMultiSelectDropdownProperty,
])
export type DynamicProp =
  | ShortTextProperty<boolean>
  | StaticDropdownProperty<Lax, boolean>
  | JsonProperty<boolean>
  | ArrayProperty<boolean>
  | StaticMultiSelectDropdownProperty<Lax, boolean>

export const InputProperty = z.union([
  ShortTextProperty,
  LongTextProperty,
  MarkDownProperty,
  CheckboxProperty,
  DropdownProperty,
  StaticDropdownProperty,
  NumberProperty,
  ArrayProperty,
  ObjectProperty,
  JsonProperty,
  MultiSelectDropdownProperty,
  StaticMultiSelectDropdownProperty,
  DynamicProperties,
  DateTimeProperty,
  FileProperty,
  CustomProperty,
  ColorProperty,
])
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

export const InputPropertyMap = z.record(z.string(), InputProperty)
export interface InputPropertyMap {
  [name: string]: InputProperty
}

export const PieceProperty = z.union([InputProperty, PieceAuthProperty])
export type PieceProperty = InputProperty | PieceAuthProperty
export const PiecePropertyMap = z.record(z.string(), PieceProperty)
export interface PiecePropertyMap {
  [name: string]: PieceProperty
}

/** The options or properties that a property has loaded. */
export interface ExecutePropsResult<T extends 'DROPDOWN' | 'MULTI_SELECT_DROPDOWN' | 'DYNAMIC'> {
  type: T
  options: T extends 'DYNAMIC' ? InputPropertyMap : DropdownState<unknown>
}
