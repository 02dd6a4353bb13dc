import { AppError } from '@piecework/model/errors'
import type { PropertyMap } from '@piecework/model/piece/property'

const PLACEHOLDER = /\{([^{}]+)\}/g
/** A host, or a part of one, with its port. */
const HOST_TEXT = /^[A-Za-z0-9._-]+(:\d{1,5})?$/
/** A whole host may bring a path of its own along, and nothing that would make another host of it. */
const HOST_AND_PATH = /^[A-Za-z0-9._-]+(:\d{1,5})?(\/[A-Za-z0-9._~/-]*)?$/

type Props = Readonly<Record<string, unknown>>

export interface FilledUrl {
  url: URL
  /** The person who typed the properties in chose the host. */
  freeHost: boolean
}

/** A text with `{property}` replaced by what the user entered; what was left empty is nothing. */
export function fillText(template: string, declared: PropertyMap | undefined, props: Props = {}): string {
  return template.replace(PLACEHOLDER, (_, name: string) => enteredValue(name, declared, props) ?? '')
}

/**
 * A URL with `{property}` replaced by what the user entered. A value cannot change the part of the host that the
 * piece names.
 * @throws AppError INVALID_REQUEST naming the property
 */
export function fillUrl(template: string, declared: PropertyMap | undefined, props: Props = {}): FilledUrl {
  let freeHost = false
  const filled = template.replace(PLACEHOLDER, (whole, name: string, at: number) => {
    const value = enteredValue(name, declared, props)
    if (value === undefined || value === '') throw refuse(name, `is required: it is part of ${template}`)
    const where = placeOf(template, at, whole.length)
    const isChosen = declared?.[name]?.type === 'STATIC_DROPDOWN'
    if ((where === 'URL' || where === 'HOST') && !isChosen) freeHost = true
    if (where === 'HOST' && !HOST_AND_PATH.test(value)) throw refuse(name, 'must be the name of a host')
    if (where === 'HOST_PART' && !HOST_TEXT.test(value))
      throw refuse(name, 'is part of the name of a host: letters, digits, dots and hyphens only')
    return value
  })
  const url = URL.parse(filled)
  if (url && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '')
    return { url, freeHost }
  const message = template === filled ? template : `${template} with its values`
  throw new AppError('INVALID_REQUEST', { message: `${message}, is not an http or https URL without credentials` })
}

function placeOf(template: string, at: number, length: number): 'URL' | 'HOST' | 'HOST_PART' | 'LATER' {
  if (at === 0) return 'URL'
  const hostFrom = template.indexOf('://') + 3
  const end = template.slice(hostFrom).search(/[/?#]/)
  const hostTo = end < 0 ? template.length : hostFrom + end
  if (hostFrom < 3 || at >= hostTo) return 'LATER'
  return at === hostFrom && at + length === hostTo ? 'HOST' : 'HOST_PART'
}

function enteredValue(name: string, declared: PropertyMap | undefined, props: Props): string | undefined {
  const property = declared?.[name]
  const value = props[name] ?? property?.defaultValue
  if (value === undefined || value === null) return undefined
  if (typeof value === 'object') throw refuse(name, 'must be a text')
  const options = property?.type === 'STATIC_DROPDOWN' ? optionsOf(property.options) : undefined
  if (options && !options.includes(value))
    throw refuse(name, `must be one of ${options.map((option) => JSON.stringify(option)).join(', ')}`)
  return String(value)
}

function optionsOf(state: unknown): unknown[] | undefined {
  const options: unknown = Object(state).options
  return Array.isArray(options) ? options.map((option) => Object(option).value) : undefined
}

const refuse = (name: string, complaint: string): AppError =>
  new AppError('INVALID_REQUEST', { message: `props/${name}: ${complaint}` })
