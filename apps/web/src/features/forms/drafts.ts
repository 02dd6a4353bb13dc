import type { FormField } from '../../api/graph.ts'

export type FieldType = FormField['type']

export const FIELD_TYPES = [
  ...(['text', 'textarea', 'email', 'number', 'date', 'select', 'multiselect', 'checkbox'] as const),
  ...(['file', 'url', 'phone'] as const),
] as const satisfies readonly FieldType[]

/** A field while it is edited; `key` stays the same when it is moved or renamed. */
export interface DraftField {
  key: string
  field: FormField
}

export const draftsOf = (fields: readonly FormField[]): DraftField[] =>
  fields.map((field) => ({ key: crypto.randomUUID(), field }))

/** @returns a field whose name is free */
export function newField(drafts: readonly DraftField[]): DraftField {
  const names = new Set(drafts.map(({ field }) => field.name))
  let count = drafts.length + 1
  while (names.has(`field_${count}`)) count++
  return { key: crypto.randomUUID(), field: { name: `field_${count}`, type: 'text', required: false } }
}

/** Moves a field to another place; beyond the ends it stays where it is. */
export function moved(drafts: readonly DraftField[], key: string, to: number): DraftField[] {
  const found = drafts.find((draft) => draft.key === key)
  if (!found || to < 0 || to >= drafts.length) return [...drafts]
  return drafts.filter((draft) => draft !== found).toSpliced(to, 0, found)
}

export const hasOptions = (type: FieldType): boolean => type === 'select' || type === 'multiselect'
export const hasLimits = (type: FieldType): boolean => ['text', 'textarea', 'number', 'multiselect'].includes(type)
export const hasPlaceholder = (type: FieldType): boolean =>
  ['text', 'textarea', 'email', 'number', 'url', 'phone', 'select'].includes(type)

/** A field as it is sent: nothing that its type has no use for. */
export function fieldToSend({ name, type, required, label, placeholder, options, min, max }: FormField): FormField {
  return {
    ...{ name, type, required },
    ...(label ? { label } : {}),
    ...(placeholder && hasPlaceholder(type) ? { placeholder } : {}),
    ...(options && hasOptions(type) ? { options: options.filter((option) => option !== '') } : {}),
    ...(hasLimits(type) && min !== undefined ? { min } : {}),
    ...(hasLimits(type) && max !== undefined ? { max } : {}),
  }
}
