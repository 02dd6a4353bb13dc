import { z } from 'zod'
import { AnyMap } from '../json.ts'
import { type Flow, type FlowVersion, Note } from './flow.ts'
import { GraphSource } from './graph/graph.ts'
import { FlowContent, readContent } from './migrate.ts'
import { changeTexts, changeTokens } from './references.ts'
import { setSampleData } from './sample-data.ts'
import { Trigger } from './step.ts'
import { piecesOf } from './validity.ts'
import { copyTree, walk } from './walk.ts'

/** Flows in exports, between projects and installations. */

const flowTemplate = z.object({
  displayName: z.string(),
  description: z.string().optional(),
  trigger: Trigger,
  valid: z.boolean().default(false),
  schemaVersion: z.string().nullish(),
  notes: z.array(Note).optional(),
  /** The graph that it was made from, with its variables. */
  graph: GraphSource.nullish(),
})
/** A flow without ties to a project. It may have any schema version; parsing returns the newest. */
export const FlowVersionTemplate = z.preprocess(
  (template, context) => readContent(template, context, flowTemplate),
  flowTemplate,
)
export type FlowVersionTemplate = z.output<typeof FlowVersionTemplate>

export const TableTemplate = z.object({
  name: z.string(),
  externalId: z.string(),
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      data: z.object({ options: z.array(z.object({ value: z.string() })) }).nullish(),
      externalId: z.string(),
    }),
  ),
  status: z.string().nullish(),
  trigger: z.string().nullish(),
  data: z
    .object({
      type: z.literal('CSV'),
      rows: z.array(z.array(z.object({ fieldId: z.string(), value: z.string() }))),
    })
    .nullish(),
})
export type TableTemplate = z.infer<typeof TableTemplate>

export const TemplateType = z.enum(['OFFICIAL', 'SHARED', 'CUSTOM'])
export const TemplateStatus = z.enum(['PUBLISHED', 'ARCHIVED'])
export const TemplateTag = z.object({
  title: z.string(),
  color: z.string().regex(/^#[0-9A-Fa-f]{6}$/, 'must be a colour such as #1a2b3c'),
  icon: z.string().optional(),
})

const templateFields = {
  name: z.string(),
  summary: z.string(),
  description: z.string(),
  tags: z.array(TemplateTag),
  blogUrl: z.string().nullish(),
  metadata: AnyMap.nullish(),
  author: z.string(),
  categories: z.array(z.string()),
  pieces: z.array(z.string()),
  type: TemplateType,
  status: TemplateStatus,
  flows: z.array(FlowVersionTemplate).optional(),
  tables: z.array(TableTemplate).optional(),
}

/** A template as it is stored. */
export const Template = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string().nullish(),
  ...templateFields,
})
export type Template = z.infer<typeof Template>

/** The answer of a flow's export. `template` and `created` repeat what the public page of the API shows. */
export const SharedTemplate = z.object({
  ...templateFields,
  template: z.object({ displayName: z.string(), trigger: Trigger, schemaVersion: z.string().nullish() }),
  created: z.string(),
})
export type SharedTemplate = z.infer<typeof SharedTemplate>

export interface ExportInput {
  flow: Pick<Flow, 'externalId'>
  version: FlowVersion
  /** The person who exports; null for an API key. */
  author: { firstName: string; lastName: string } | null
  now: string
}

/** The version as a template that can be shared: no sample data, no connections of the oldest form. */
export function exportTemplate({ flow, version, author, now }: ExportInput): SharedTemplate {
  const content = toFlowTemplate(version)
  const { displayName, trigger, schemaVersion } = content
  return {
    name: displayName,
    summary: '',
    description: '',
    tags: [],
    blogUrl: '',
    metadata: { externalId: flow.externalId },
    author: author ? `${author.firstName} ${author.lastName}` : '',
    categories: [],
    pieces: [...new Set(piecesOf(trigger).map((piece) => piece.pieceName))],
    type: 'SHARED',
    status: 'PUBLISHED',
    flows: [content],
    template: { displayName, trigger, schemaVersion },
    created: now,
  }
}

/** The part of a version that a template carries. */
export function toFlowTemplate(version: FlowVersion): FlowVersionTemplate {
  const { displayName, valid, schemaVersion, notes } = version
  const trigger = copyTree(version.trigger)
  for (const step of walk(trigger)) {
    setSampleData(step, undefined)
    changeTexts(step, withoutLegacyConnections)
  }
  return { displayName, trigger, valid, schemaVersion, notes, ...(version.graph ? { graph: version.graph } : {}) }
}

/** `{{connections.name}}` names a connection of this installation, and means nothing in another. */
function withoutLegacyConnections(text: string): string {
  if (!text.includes('connections.')) return text
  const marked = changeTokens(text, (token) => (/^\s*connections\.[^\s[\]]+\s*$/.test(token) ? '' : token))
  return marked.replaceAll('{{}}', '')
}

/**
 * Reads an exported file: a template with `flows`, the older form with one `template`, or bare flow content, of any
 * schema version. Returns the content of each flow, ready for an IMPORT_FLOW request. Throws a ZodError that names what
 * is wrong.
 */
export function readTemplate(file: unknown): FlowContent[] {
  const { flows } = TemplateFile.parse(file)
  return flows
}

const TemplateFile = z.preprocess(
  (file) => {
    if (typeof file !== 'object' || file === null) return file
    if ('flows' in file && Array.isArray(file.flows)) return file
    return { flows: ['template' in file ? file.template : file] }
  },
  z.object({ flows: z.array(FlowContent).min(1) }),
)
