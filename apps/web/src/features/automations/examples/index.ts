import {
  BellRing,
  Braces,
  Calculator,
  ClipboardList,
  Clock,
  FileSpreadsheet,
  Fingerprint,
  Layers,
  type LucideIcon,
  RotateCw,
  Sparkles,
  UserCheck,
  Webhook,
} from 'lucide-react'

export const TAGS = ['webhook', 'data', 'schedule', 'people', 'reliability'] as const
export type Tag = (typeof TAGS)[number]

/** The flows that the app brings along. Their names and texts are in the locales, their steps in a file of the id. */
export const EXAMPLES = [
  { id: 'webhook-answer', icon: Webhook, tags: ['webhook'] },
  { id: 'order-total', icon: Calculator, tags: ['webhook', 'data'] },
  { id: 'daily-summary', icon: Clock, tags: ['schedule'] },
  { id: 'request-form', icon: ClipboardList, tags: ['people'] },
  { id: 'approval-link', icon: UserCheck, tags: ['people', 'webhook'] },
  { id: 'csv-to-json', icon: FileSpreadsheet, tags: ['data'] },
  { id: 'clean-contacts', icon: Sparkles, tags: ['data'] },
  { id: 'retry-with-delay', icon: RotateCw, tags: ['reliability'] },
  { id: 'visit-counter', icon: Braces, tags: ['data', 'webhook'] },
  { id: 'http-with-error-branch', icon: BellRing, tags: ['reliability', 'webhook'] },
  { id: 'signed-webhook', icon: Fingerprint, tags: ['webhook', 'reliability'] },
  { id: 'sub-flow', icon: Layers, tags: ['data', 'reliability'] },
] as const satisfies readonly { id: string; icon: LucideIcon; tags: readonly Tag[] }[]

export type ExampleId = (typeof EXAMPLES)[number]['id']

/** Those that the first visit offers by name. */
export const FIRST_EXAMPLES: readonly ExampleId[] = ['webhook-answer', 'order-total', 'request-form']

/** The flows of an example; a later one may call an earlier one by `EXAMPLE_FLOW_1`, its place in the list. */
interface Example {
  flows: { displayName: string }[]
}

const files = import.meta.glob<{ default: Example }>('./*.json')

export async function loadExample(id: ExampleId): Promise<Example> {
  const load = files[`./${id}.json`]
  if (!load) throw new Error(`There is no example ${id}`)
  return (await load()).default
}
