import { z } from 'zod'

export const PropertyType = z.enum([
  'SHORT_TEXT',
  'LONG_TEXT',
  'MARKDOWN',
  'DROPDOWN',
  'STATIC_DROPDOWN',
  'NUMBER',
  'CHECKBOX',
  'OAUTH2',
  'SECRET_TEXT',
  'ARRAY',
  'OBJECT',
  'BASIC_AUTH',
  'JSON',
  'MULTI_SELECT_DROPDOWN',
  'STATIC_MULTI_SELECT_DROPDOWN',
  'DYNAMIC',
  'CUSTOM_AUTH',
  'DATE_TIME',
  'FILE',
  'CUSTOM',
  'COLOR',
])
export type PropertyType = z.infer<typeof PropertyType>

/** A property as the catalogue carries it: functions are lost, everything else is kept. */
export interface PropertyMetadata {
  type: PropertyType
  displayName?: string | undefined
  description?: string | undefined
  required?: boolean | undefined
  defaultValue?: unknown
  /** Sub-properties of an ARRAY, when it has any. */
  properties?: Record<string, PropertyMetadata> | undefined
  /** Properties of a CUSTOM_AUTH or OAUTH2. */
  props?: Record<string, PropertyMetadata> | undefined
  [key: string]: unknown
}
export const PropertyMetadata: z.ZodType<PropertyMetadata> = z.lazy(() =>
  z.looseObject({
    type: PropertyType,
    displayName: z.string().optional(),
    description: z.string().optional(),
    required: z.boolean().optional(),
    defaultValue: z.unknown().optional(),
    properties: z.record(z.string(), PropertyMetadata).optional(),
    props: z.record(z.string(), PropertyMetadata).optional(),
  }),
)
export type PropertyMap = Record<string, PropertyMetadata>
