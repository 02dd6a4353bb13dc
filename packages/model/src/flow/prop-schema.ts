import { z } from 'zod'
import type { PropertyMap, PropertyMetadata } from '../piece/property.ts'

/**
 * The allowed values of a step's settings for each property of a piece, at design time. Expressions are text, so nearly
 * every type accepts text; values are checked again when a step runs.
 */

const map = z.record(z.string(), z.unknown())
const present = z.unknown().refine((value) => value !== null && value !== undefined, 'is required')

/** The schema of one property. */
export function propSchema(property: PropertyMetadata): z.ZodType {
  const required = property.required === true
  const schema = valueSchema(property, required)
  // An optional list may be empty.
  return required || property.type === 'ARRAY' ? schema : schema.nullish()
}

function valueSchema(property: PropertyMetadata, required: boolean): z.ZodType {
  const text = required ? z.string().min(1) : z.string()
  switch (property.type) {
    case 'SHORT_TEXT':
    case 'LONG_TEXT':
    case 'DATE_TIME':
    case 'COLOR':
    case 'FILE':
    case 'SECRET_TEXT':
      return text
    case 'CHECKBOX':
      return z.union([z.boolean(), z.string()])
    case 'NUMBER':
      return z.union([z.number(), text])
    case 'DROPDOWN':
    case 'STATIC_DROPDOWN':
      return required ? present : z.unknown()
    case 'MULTI_SELECT_DROPDOWN':
    case 'STATIC_MULTI_SELECT_DROPDOWN':
      return z.union([atLeastOne(z.unknown(), required), text])
    case 'ARRAY':
      // A map holds one expression per column instead of a list of rows.
      return z.union([atLeastOne(itemSchema(property), required), map, text])
    case 'OBJECT':
      return z.union([map, z.string()])
    case 'JSON':
      return z.union([map, z.array(z.unknown()), z.string()])
    case 'DYNAMIC':
      return map
    case 'CUSTOM':
    case 'MARKDOWN':
    case 'BASIC_AUTH':
    case 'CUSTOM_AUTH':
    case 'OAUTH2':
      return z.unknown()
  }
}

function itemSchema(property: PropertyMetadata): z.ZodType {
  return property.properties === undefined ? z.string() : inputSchema(property.properties)
}

function atLeastOne(item: z.ZodType, required: boolean): z.ZodType {
  return required ? z.array(item).min(1) : z.array(item)
}

/** Building a schema costs more than using it, and a piece's properties never change. */
const schemas = new WeakMap<PropertyMap, z.ZodType>()

/** The schema of the values of a property map; other keys are ignored. */
export function inputSchema(props: PropertyMap): z.ZodType {
  const known = schemas.get(props)
  if (known) return known
  const schema = z.object(
    Object.fromEntries(Object.entries(props).map(([name, property]) => [name, propSchema(property)])),
  )
  schemas.set(props, schema)
  return schema
}
