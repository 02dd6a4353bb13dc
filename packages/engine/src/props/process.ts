import { namesRealDay } from '@piecework/model/calendar'
import type { PropertySettings } from '@piecework/model/flow/step'
import { parseJson } from '@piecework/model/parse-json'
import dayjs from 'dayjs'
import utc from 'dayjs/plugin/utc.js'
import type { PieceProperties, PieceProperty } from '../contract.ts'
import { readFileValue } from './file.ts'

dayjs.extend(utc)

/** The problems, by property. Items of an array of maps have theirs under `properties`. */
export type PropertyErrors = Record<string, unknown>

/**
 * Processes and then validates every property of an input. Keys that are no properties pass unchanged.
 */
export async function processProperties(
  props: PieceProperties,
  input: Record<string, unknown>,
  settings: Record<string, PropertySettings>,
): Promise<{ value: Record<string, unknown>; errors: PropertyErrors }> {
  const value: Record<string, unknown> = { ...input }
  const errors: PropertyErrors = {}
  for (const [name, property] of Object.entries(props)) {
    const outcome = await processProperty(property, input[name], settings[name])
    value[name] = outcome.value
    if (outcome.errors !== undefined) errors[name] = outcome.errors
  }
  return { value, errors }
}

interface Outcome {
  value: unknown
  errors?: unknown
}

async function processProperty(
  property: PieceProperty,
  original: unknown,
  settings?: PropertySettings,
): Promise<Outcome> {
  switch (property.type) {
    case 'SHORT_TEXT':
    case 'LONG_TEXT':
    case 'SECRET_TEXT':
      return checked(property, original, textOf(original, property.required === true), isText, 'string')
    case 'NUMBER':
      return checked(property, original, numberOf(original), isNumber, 'number')
    case 'CHECKBOX':
      return checked(property, original, original, (value) => typeof value === 'boolean', 'boolean')
    case 'DATE_TIME':
      return checked(property, original, dateOf(original), isText, 'a date in ISO format (2024-01-31T09:00:00Z)')
    case 'JSON':
      return processJson(property, original)
    case 'OBJECT':
      return checked(property, original, mapOf(original), isMap, 'object')
    case 'FILE':
      return checked(property, original, await fileOf(original), isObject, 'a file url or base64 with mimeType')
    case 'ARRAY':
      return processArray(property, original)
    case 'DYNAMIC':
      return processDynamic(original, settings)
    default:
      return { value: original }
  }
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value)
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isMap = (value: unknown): value is Record<string, unknown> => isObject(value) && !Array.isArray(value)
const isMissing = (value: unknown): boolean => value === undefined || value === null

function checked(
  property: PieceProperty,
  original: unknown,
  value: unknown,
  isValid: (value: unknown) => boolean,
  expected: string,
): Outcome {
  if (isValid(value) || (property.required !== true && isMissing(value))) return { value }
  return { value, errors: [`Expected ${expected}, received: ${shown(original)}`] }
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : isObject(value) ? (JSON.stringify(value) ?? 'object') : String(value)

function textOf(value: unknown, isRequired: boolean): unknown {
  if (isMissing(value)) return value
  if (value === '') return isRequired ? value : undefined
  return isObject(value) ? JSON.stringify(value) : String(value)
}

function numberOf(value: unknown): unknown {
  if (isMissing(value)) return value
  return value === '' ? undefined : Number(value)
}

function dateOf(value: unknown): unknown {
  if (isMissing(value) || value === '') return undefined
  if (typeof value !== 'string' && typeof value !== 'number' && !(value instanceof Date)) return undefined
  if (typeof value === 'string' && !namesRealDay(value)) return undefined
  const date = dayjs.utc(value)
  return date.isValid() ? date.toISOString() : undefined
}

/** Text that was given but is no JSON is wrong even where the property may be missing. */
function processJson(property: PieceProperty, original: unknown): Outcome {
  const value = typeof original === 'string' ? parseJson(original) : original
  const isEmpty = isMissing(original) || original === ''
  if (isEmpty && property.required !== true) return { value: undefined }
  if (isObject(value)) return { value }
  return { value, errors: [`Expected JSON, received: ${shown(original)}${whyNoJson(original)}`] }
}

/** The place of the mistake in a long text. */
function whyNoJson(original: unknown): string {
  if (typeof original !== 'string') return ''
  try {
    JSON.parse(original)
    return ''
  } catch (error) {
    return error instanceof Error ? ` (${error.message})` : ''
  }
}

function mapOf(value: unknown): unknown {
  const map = typeof value === 'string' ? (value === '' ? undefined : parseJson(value)) : value
  return Array.isArray(map) ? undefined : map
}

/** The sample of nothing is nothing; null is a file that was given and cannot be had. */
async function fileOf(value: unknown): Promise<unknown> {
  if (isMissing(value) || value === '') return undefined
  return typeof value === 'string' ? readFileValue(value) : value
}

async function processArray(property: PieceProperty, original: unknown): Promise<Outcome> {
  const { properties } = property
  if (properties === undefined || Object.keys(properties).length === 0) {
    return checked(property, original, original === '' ? undefined : original, Array.isArray, 'array')
  }
  const items = isMap(original) ? zipColumns(original) : original === '' ? undefined : original
  if (!Array.isArray(items)) return checked(property, original, items, Array.isArray, 'array')
  const values: unknown[] = []
  const errors: unknown[] = []
  for (const item of items) {
    const processed = await processProperties(properties, isMap(item) ? item : {}, {})
    values.push(processed.value)
    if (Object.keys(processed.errors).length > 0) errors.push(processed.errors)
  }
  return errors.length > 0 ? { value: values, errors: { properties: errors } } : { value: values }
}

/** Columns to rows: as many as the longest list, single values repeated. */
function zipColumns(columns: Record<string, unknown>): Record<string, unknown>[] {
  const lists = Object.values(columns).filter(Array.isArray)
  const length =
    lists.length === 0 ? (Object.keys(columns).length > 0 ? 1 : 0) : Math.max(...lists.map((list) => list.length))
  return Array.from({ length }, (_, row) =>
    Object.fromEntries(
      Object.entries(columns).map(([key, column]): [string, unknown] => [
        key,
        Array.isArray(column) ? column[row] : column,
      ]),
    ),
  )
}

/** The properties of a DYNAMIC are those that the flow was built with. */
async function processDynamic(original: unknown, settings?: PropertySettings): Promise<Outcome> {
  const schema = settings?.schema
  if (!isPropertyMap(schema) || !isMap(original)) return { value: original }
  const { value, errors } = await processProperties(schema, original, {})
  return Object.keys(errors).length > 0 ? { value, errors } : { value }
}

const isPropertyMap = (schema: unknown): schema is PieceProperties =>
  isMap(schema) && Object.values(schema).every((property) => isMap(property) && typeof property.type === 'string')
