import type { PropertyMap, PropertyMetadata } from '@piecework/model/piece/property'
import type { ComponentType } from 'react'

/** The props that every control of a property gets. */
export interface ControlProps {
  /** The path of the value in the input of the step: `body`, `inputs.0.type`. */
  path: string
  property: PropertyMetadata
  value: unknown
  onChange(value: unknown): void
  /** The id of the words that name it. */
  labelId: string
  isInvalid: boolean
  /** The fields of properties inside of this one. */
  Nested: ComponentType<NestedProps>
}

export interface NestedProps {
  path: string
  properties: PropertyMap
  values: Readonly<Record<string, unknown>>
  onChange(values: Record<string, unknown>): void
}

export interface FieldKind {
  Control: ComponentType<ControlProps>
  /**
   * `text` takes words and expressions alike; `switch` has a control of its own, and an expression in its place when
   * the author wants one; `none` holds no value.
   */
  takes: 'text' | 'switch' | 'none'
  /** The label stands in the control. */
  hasOwnLabel?: boolean
}
