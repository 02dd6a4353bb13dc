import { z } from 'zod'
import { webUrl } from '../text/web-url.ts'

/** The fields of forms, and what may be filled in. */

export const FORM_FIELD_TYPES = [
  ...(['text', 'textarea', 'email', 'number', 'date', 'select', 'multiselect', 'checkbox'] as const),
  ...(['file', 'url', 'phone'] as const),
] as const

/** Letters of one answer where its field sets no limit of its own. */
const LONGEST_ANSWER = 10_000
/** The size of a file, as it was before base64. */
const LARGEST_FILE_BYTES = 1024 * 1024
const MAX_OPTIONS = 500

export const FormField = z
  .object({
    name: z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9_-]{0,99}$/, 'must begin with a letter and hold only letters, digits, _ and -')
      // An answer by this name would hide what every object has.
      .refine((name) => !(name in Object.prototype), 'must be another name'),
    type: z.enum(FORM_FIELD_TYPES),
    required: z.boolean().default(false),
    label: z.string().max(500).optional(),
    placeholder: z.string().max(500).optional(),
    options: z.array(z.string().min(1).max(500)).max(MAX_OPTIONS).optional().describe('Of a select or multiselect.'),
    min: z
      .number()
      .optional()
      .describe('Of a number; of a text, the fewest letters; of a multiselect, the fewest choices.'),
    max: z
      .number()
      .optional()
      .describe('Of a number; of a text, the most letters; of a multiselect, the most choices.'),
  })
  .refine(({ type, options }) => !type.endsWith('select') || (options?.length ?? 0) > 0, {
    path: ['options'],
    message: 'must have at least one option',
  })
  .refine(({ min = -Infinity, max = Infinity }) => min <= max, { path: ['max'], message: 'must be at least min' })
export type FormField = z.output<typeof FormField>

const FileAnswer = z.strictObject({
  name: z.string().min(1).max(255),
  type: z.string().max(255).optional(),
  data: z.base64('must be base64'),
})

/** Why an answer does not fit its field. */
type Complaint = string

const PHONE = /^\+?[0-9 ()./-]{3,40}$/

function complaintOf({ type, options = [], min, max }: FormField, value: unknown): Complaint | undefined {
  switch (type) {
    case 'number': {
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number'
      if (min !== undefined && value < min) return `must be at least ${min}`
      return max !== undefined && value > max ? `must be at most ${max}` : undefined
    }
    case 'checkbox':
      return typeof value === 'boolean' ? undefined : 'must be true or false'
    case 'multiselect': {
      if (!Array.isArray(value) || !value.every((one) => options.includes(one)))
        return `must be a list of: ${options.join(', ')}`
      if (new Set(value).size < value.length) return 'must name each option once'
      if (min !== undefined && value.length < min) return `must have at least ${min} choices`
      return max !== undefined && value.length > max ? `must have at most ${max} choices` : undefined
    }
    case 'file': {
      const file = FileAnswer.safeParse(value)
      if (!file.success)
        return 'must be a file: {name, type, data}, with its bytes as base64, and a name and type of at most 255 letters'
      return bytesOf(file.data.data) > LARGEST_FILE_BYTES ? `must be at most ${LARGEST_FILE_BYTES} bytes` : undefined
    }
    default:
  }
  if (typeof value !== 'string') return 'must be a text'
  if (value.length < (min ?? 0)) return `must have at least ${min} letters`
  if (value.length > (max ?? LONGEST_ANSWER)) return `must have at most ${max ?? LONGEST_ANSWER} letters`
  switch (type) {
    case 'email':
      return z.email().safeParse(value).success ? undefined : 'must be an e-mail address'
    case 'url':
      return webUrl(/^https?$/).safeParse(value).success ? undefined : 'must be a URL'
    case 'date':
      return z.union([z.iso.date(), z.iso.datetime({ offset: true })]).safeParse(value).success
        ? undefined
        : 'must be a date such as 2026-01-31'
    case 'phone':
      return PHONE.test(value) ? undefined : 'must be a telephone number'
    case 'select':
      return options.includes(value) ? undefined : `must be one of: ${options.join(', ')}`
    default:
      return undefined
  }
}

const bytesOf = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4)

const isEmpty = ({ type }: FormField, value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (type === 'multiselect' && Array.isArray(value) && value.length === 0)

/** Not ticked, or blanks alone. */
const saysNothing = (value: unknown): boolean => value === false || (typeof value === 'string' && value.trim() === '')

/** Why answers do not fit a form, by the name of the field; nothing where they do. */
export function complaintsOf(fields: readonly FormField[], data: Record<string, unknown>): Map<string, Complaint> {
  const complaints = new Map<string, Complaint>()
  const known = new Set(fields.map(({ name }) => name))
  for (const name of Object.keys(data)) if (!known.has(name)) complaints.set(name, 'is no field of the form')
  for (const field of fields) {
    const value = Object.hasOwn(data, field.name) ? data[field.name] : undefined
    const isMissing = isEmpty(field, value) || (field.required && saysNothing(value))
    const complaint = isMissing ? (field.required ? 'is required' : undefined) : complaintOf(field, value)
    if (complaint !== undefined) complaints.set(field.name, complaint)
  }
  return complaints
}
