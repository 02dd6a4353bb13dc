import { MarkdownVariant } from '../constants.ts'
import type { PropertyContext } from '../context.ts'
import type { AnyAuth } from './auth-types.ts'
import type {
  CheckboxProperty,
  ColorProperty,
  CustomProperty,
  CustomPropertyCodeFunctionParams,
  DateTimeProperty,
  DropdownOption,
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
import type {
  ArrayProperty,
  DropdownProperty,
  DynamicProperties,
  MultiSelectDropdownProperty,
  ResolverInput,
} from './types.ts'

/** The fields that an author writes: all but those that the factory adds. */
type Declaration<P> = Omit<P, 'type' | 'valueSchema'>

/** The answer of a function that loads options: without anything to choose from it may leave the list out. */
type Answer<T> = DropdownState<T> | { disabled: boolean; placeholder?: string; options?: DropdownOption<T>[] }
/** The fields that an author writes when a function loads the options. */
type Resolving<P, T, A extends AnyAuth> = Omit<Declaration<P>, 'options'> & {
  options(propsValue: ResolverInput<A>, context: PropertyContext): Promise<Answer<T>>
}

const complete =
  <T, A extends AnyAuth>(declaration: Resolving<unknown, T, A>) =>
  async (propsValue: ResolverInput<A>, context: PropertyContext): Promise<DropdownState<T>> => {
    const answer = await declaration.options(propsValue, context)
    if (typeof answer !== 'object' || Array.isArray(answer)) throw new Error('options must give { options: [...] }')
    return { ...answer, options: answer.options ?? [] }
  }

/** The kinds of input property. */
export const Property = {
  ShortText: <const R extends boolean>(declaration: Declaration<ShortTextProperty<R>>): ShortTextProperty<R> => ({
    ...declaration,
    type: 'SHORT_TEXT',
  }),
  LongText: <const R extends boolean>(declaration: Declaration<LongTextProperty<R>>): LongTextProperty<R> => ({
    ...declaration,
    type: 'LONG_TEXT',
  }),
  /** Text for the reader; it has no value. `{{webhookUrl}}` in it shows the URL of the flow. */
  MarkDown: (declaration: { value: string; variant?: MarkdownVariant }): MarkDownProperty => ({
    displayName: 'Markdown',
    required: false,
    description: declaration.value,
    type: 'MARKDOWN',
    variant: declaration.variant ?? MarkdownVariant.INFO,
  }),
  Number: <const R extends boolean>(declaration: Declaration<NumberProperty<R>>): NumberProperty<R> => ({
    ...declaration,
    type: 'NUMBER',
  }),
  Checkbox: <const R extends boolean>(declaration: Declaration<CheckboxProperty<R>>): CheckboxProperty<R> => ({
    ...declaration,
    type: 'CHECKBOX',
  }),
  DateTime: <const R extends boolean>(declaration: Declaration<DateTimeProperty<R>>): DateTimeProperty<R> => ({
    ...declaration,
    type: 'DATE_TIME',
  }),
  Color: <const R extends boolean>(declaration: Declaration<ColorProperty<R>>): ColorProperty<R> => ({
    ...declaration,
    type: 'COLOR',
  }),
  Json: <const R extends boolean>(declaration: Declaration<JsonProperty<R>>): JsonProperty<R> => ({
    ...declaration,
    type: 'JSON',
  }),
  Object: <const R extends boolean>(declaration: Declaration<ObjectProperty<R>>): ObjectProperty<R> => ({
    ...declaration,
    type: 'OBJECT',
  }),
  /** A list of texts, or with `properties` a list of maps. */
  Array: <const R extends boolean>(declaration: Declaration<ArrayProperty<R>>): ArrayProperty<R> => ({
    ...declaration,
    type: 'ARRAY',
  }),
  File: <const R extends boolean>(declaration: Declaration<FileProperty<R>>): FileProperty<R> => ({
    ...declaration,
    type: 'FILE',
  }),
  StaticDropdown: <T, const R extends boolean = boolean>(
    declaration: Declaration<StaticDropdownProperty<T, R>>,
  ): StaticDropdownProperty<T, R> => ({ ...declaration, type: 'STATIC_DROPDOWN' }),
  StaticMultiSelectDropdown: <T, const R extends boolean = boolean>(
    declaration: Declaration<StaticMultiSelectDropdownProperty<T, R>>,
  ): StaticMultiSelectDropdownProperty<T, R> => ({ ...declaration, type: 'STATIC_MULTI_SELECT_DROPDOWN' }),
  Dropdown: <T, const R extends boolean = boolean, A extends AnyAuth = undefined>(
    declaration: Resolving<DropdownProperty<T, R, A>, T, A>,
  ): DropdownProperty<T, R, A> => ({ ...declaration, options: complete(declaration), type: 'DROPDOWN' }),
  MultiSelectDropdown: <T, const R extends boolean = boolean, A extends AnyAuth = undefined>(
    declaration: Resolving<MultiSelectDropdownProperty<T, R, A>, T, A>,
  ): MultiSelectDropdownProperty<T, R, A> => ({
    ...declaration,
    options: complete(declaration),
    type: 'MULTI_SELECT_DROPDOWN',
  }),
  /** Properties that are only known once others have values. */
  DynamicProperties: <const R extends boolean = boolean, A extends AnyAuth = undefined>(
    declaration: Declaration<DynamicProperties<R, A>>,
  ): DynamicProperties<R, A> => ({ ...declaration, type: 'DYNAMIC' }),
  /**
   * A property that draws itself. `code` travels to the browser as text, so it must not use anything from
   * outside itself; it may return a function that cleans up.
   */
  Custom: <const R extends boolean>(
    declaration: Omit<Declaration<CustomProperty<R>>, 'code'> & {
      // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is the usual case
      code: (params: CustomPropertyCodeFunctionParams) => (() => void) | void
    },
  ): CustomProperty<R> => ({ ...declaration, code: declaration.code.toString(), type: 'CUSTOM' }),
}
