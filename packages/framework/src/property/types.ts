import type { PropertyContext } from '../context.ts'
import type { Lax } from '../lax.ts'
import type { AnyAuth, PieceAuthProperty } from './auth-types.ts'
import type { AuthValue } from './auth-value.ts'
import type {
  CheckboxProperty,
  ColorProperty,
  CustomProperty,
  DateTimeProperty,
  Declared,
  DropdownState,
  FileProperty,
  JsonProperty,
  LongTextProperty,
  MarkDownProperty,
  NumberProperty,
  ObjectProperty,
  ShortTextProperty,
  StaticDropdownProperty,
  StaticMultiSelectDropdownProperty,
} from './declared.ts'

/** The declarations of properties that ask for their options, and of all together. */

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
