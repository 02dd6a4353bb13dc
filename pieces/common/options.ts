import type { DropdownState } from '@piecework/framework'

/** The options of a static dropdown, from values to labels. */
export function options(labels: Record<string, string>): DropdownState<string> {
  return { options: Object.entries(labels).map(([value, label]) => ({ label, value })) }
}
