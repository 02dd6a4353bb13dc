import type { TFunction } from 'i18next'

/** Complaints of the server about the parts of a form, in the language of the reader. */

const PARTS = ['name', 'description', 'thanks', 'redirect_url', 'fields'] as const
const OF_FIELD = ['name', 'label', 'placeholder', 'options', 'min', 'max'] as const

/**
 * The rule that each part of a form breaks, in place of the server's own words, which are for programs.
 * @param complaints by the field of the request, such as `fields.0.name`
 */
export function translated(
  complaints: Readonly<Record<string, string>>,
  t: TFunction<'forms'>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(complaints).map(([path, why]) => [path, ruleOf(path, t) ?? why]))
}

function ruleOf(path: string, t: TFunction<'forms'>): string | undefined {
  const [, ofField] = /^fields\.\d+\.(\w+)/.exec(path) ?? []
  const field = OF_FIELD.find((one) => one === ofField)
  if (field) return t(`wrong.field.${field}`)
  const part = PARTS.find((one) => one === path)
  return part && t(`wrong.${part}`)
}
