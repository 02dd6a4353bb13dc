import type { VersionOperation } from '@piecework/model/flow/operations/registry'
import type { Step } from '@piecework/model/flow/step'
import type { ActionMetadata, TriggerMetadata } from '@piecework/model/piece/metadata'
import type { PropertyMap, PropertyMetadata } from '@piecework/model/piece/property'
import type { ComponentType } from 'react'
import type { Piece } from '../../connect/auth-of.ts'

/** The props that the form of each kind of step gets. */
export interface SettingsProps<S extends Step = Step> {
  step: S
  piece: Piece | undefined
  part: ActionMetadata | TriggerMetadata | undefined
  onChange(settings: Record<string, unknown>, field: string): void
  apply(operation: VersionOperation): void
}

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
