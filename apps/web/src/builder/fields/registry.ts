import type { PropertyType } from '@piecework/model/piece/property'
import { ArrayControl } from './controls/array.tsx'
import { Dropdown, MultiSelect, StaticDropdown, StaticMultiSelect } from './controls/dropdown.tsx'
import { DynamicControl } from './controls/dynamic.tsx'
import { FileControl } from './controls/file.tsx'
import { MarkdownNote } from './controls/markdown.tsx'
import { ObjectControl } from './controls/object.tsx'
import { CheckboxControl, ColourControl, DateTimeControl, NumberControl } from './controls/simple.tsx'
import { JsonText, LongText, ShortText } from './controls/text.tsx'
import type { FieldKind } from './types.ts'

/** The control of every kind of property. */
export const FIELDS = {
  SHORT_TEXT: { Control: ShortText, takes: 'text' },
  LONG_TEXT: { Control: LongText, takes: 'text' },
  SECRET_TEXT: { Control: ShortText, takes: 'text' },
  FILE: { Control: FileControl, takes: 'text' },
  JSON: { Control: JsonText, takes: 'text' },
  CUSTOM: { Control: JsonText, takes: 'text' },
  BASIC_AUTH: { Control: JsonText, takes: 'text' },
  CUSTOM_AUTH: { Control: JsonText, takes: 'text' },
  OAUTH2: { Control: JsonText, takes: 'text' },
  NUMBER: { Control: NumberControl, takes: 'switch' },
  CHECKBOX: { Control: CheckboxControl, takes: 'switch', hasOwnLabel: true },
  DATE_TIME: { Control: DateTimeControl, takes: 'switch' },
  COLOR: { Control: ColourControl, takes: 'switch' },
  STATIC_DROPDOWN: { Control: StaticDropdown, takes: 'switch' },
  DROPDOWN: { Control: Dropdown, takes: 'switch' },
  STATIC_MULTI_SELECT_DROPDOWN: { Control: StaticMultiSelect, takes: 'switch' },
  MULTI_SELECT_DROPDOWN: { Control: MultiSelect, takes: 'switch' },
  ARRAY: { Control: ArrayControl, takes: 'switch' },
  OBJECT: { Control: ObjectControl, takes: 'switch' },
  DYNAMIC: { Control: DynamicControl, takes: 'none' },
  MARKDOWN: { Control: MarkdownNote, takes: 'none' },
} as const satisfies Record<PropertyType, FieldKind>
