import type { Form, FormSubmission } from '@piecework/api/graph/forms'
import { AppError, notFound } from '@piecework/model/errors'
import type { DomainEvent } from '@piecework/model/events/domain-event'
import { complaintsOf, type FormField } from '@piecework/model/forms/form-field'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import { z } from 'zod'
import type { Access } from '../../access/access.ts'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import type { Subscriber } from '../../outbox/subscriber.ts'
import { formPolicy } from '../../policies/form.ts'
import { authorize } from '../../policies/policy.ts'
import type { Settings } from '../../settings.ts'
import { derivedId } from '../runs/starting/derived-id.ts'
import type { WebhookService } from '../webhooks/service.ts'
import { csvOf } from './csv.ts'
import {
  countForms,
  countSubmissions,
  deleteForm,
  insertForm,
  insertSubmission,
  pageForms,
  pageSubmissions,
  type SubmissionFilter,
  selectFlowsOfForm,
  selectForm,
  updateForm,
} from './store.ts'

/** Forms of a project, and what people fill in. */
export type Forms = ReturnType<typeof createForms>

interface Parts {
  db: Db
  outbox: Outbox
  access: Pick<Access, 'asSystem'>
  webhooks: Pick<WebhookService, 'execute'>
  settings: Pick<Settings, 'frontendUrl'>
}

interface FormContent {
  name: string
  description: string
  fields: FormField[]
  status: 'open' | 'closed'
  thanks: string
  redirect_url: string | null
}

const MAX_FORMS = 1000
const EXPORTED_AT_ONCE = 100
const ENTITY = 'form'

export function createForms({ db, outbox, settings }: Pick<Parts, 'db' | 'outbox' | 'settings'>) {
  const present = (row: FormRow): Form => presentForm(row, `${settings.frontendUrl}/f/${row.id}`)

  const mustFind = async (projectId: string, id: string, from: Db = db) => {
    const form = await selectForm(from, projectId, id)
    if (!form) throw notFound(ENTITY, id)
    return form
  }

  return {
    async list(actor: ProjectActor, search: string | undefined, page: PageRequest): Promise<SeekPage<Form>> {
      authorize(actor, formPolicy.read)
      const { data, ...cursors } = await pageForms(db, actor.projectId, search, page)
      return { data: data.map(present), ...cursors }
    },

    async total(actor: ProjectActor, search: string | undefined): Promise<number> {
      authorize(actor, formPolicy.read)
      return countForms(db, actor.projectId, search)
    },

    async get(actor: ProjectActor, id: string): Promise<Form> {
      authorize(actor, formPolicy.read)
      return present(await mustFind(actor.projectId, id))
    },

    async create(actor: ProjectActor, form: FormContent): Promise<Form> {
      authorize(actor, formPolicy.edit)
      const { projectId } = actor
      const row = { ...columnsOf(form), id: newId(), projectId }
      const made = await db.transaction().execute((trx) => insertForm(trx, row, MAX_FORMS))
      if (!made)
        throw new AppError('INVALID_REQUEST', { message: `a project has at most ${MAX_FORMS} forms: delete one first` })
      return present(made)
    },

    async update(
      actor: ProjectActor,
      id: string,
      changes: { [K in keyof FormContent]?: FormContent[K] | undefined },
    ): Promise<Form> {
      authorize(actor, formPolicy.edit)
      // Only what is given: two people may change two things at once.
      const { status, redirect_url: redirectUrl, ...content } = changes
      const isOpen = status === undefined ? undefined : status === 'open'
      const changed = await updateForm(db, actor.projectId, id, { ...content, isOpen, redirectUrl })
      if (!changed) throw notFound(ENTITY, id)
      return present(changed)
    },

    async remove(actor: ProjectActor, id: string): Promise<void> {
      authorize(actor, formPolicy.edit)
      if (!(await deleteForm(db, actor.projectId, id))) throw notFound(ENTITY, id)
    },

    /**
     * @param isSpam it is kept, and starts nothing
     * @throws AppError ENTITY_NOT_FOUND, INVALID_REQUEST that names the fields, or for a closed form
     */
    async submit(
      actor: ProjectActor,
      id: string,
      data: Record<string, unknown>,
      source: Record<string, unknown>,
      isSpam = false,
    ): Promise<FormSubmission> {
      authorize(actor, formPolicy.submit)
      const form = await mustFind(actor.projectId, id)
      if (!form.isOpen) throw new AppError('INVALID_REQUEST', { message: 'the form is closed', isClosed: true })
      const complaints = complaintsOf(form.fields, data)
      if (complaints.size > 0) throw unfit(complaints)
      return outbox.transaction(async (trx, recordEvent) => {
        const submission = await insertSubmission(trx, { id: newId(), formId: id, data, source, isSpam })
        if (!isSpam)
          recordEvent(actor, 'form.submitted', {
            form: { id, name: form.name },
            submission: { id: submission.id, created: submission.created, data },
          })
        return presentSubmission(submission)
      })
    },

    /** @returns the lines of a CSV file, made while they are read. @throws AppError ENTITY_NOT_FOUND */
    async exportSubmissions(actor: ProjectActor, id: string, filter: SubmissionFilter): Promise<AsyncIterable<string>> {
      authorize(actor, formPolicy.read)
      const { fields } = await mustFind(actor.projectId, id)
      return csvOf(fields, async (cursor) => pageSubmissions(db, id, filter, { cursor, limit: EXPORTED_AT_ONCE }))
    },

    async submissions(
      actor: ProjectActor,
      id: string,
      filter: SubmissionFilter,
      page: PageRequest,
    ): Promise<SeekPage<FormSubmission> & { total: number }> {
      authorize(actor, formPolicy.read)
      await mustFind(actor.projectId, id)
      const [{ data, ...cursors }, total] = await Promise.all([
        pageSubmissions(db, id, filter, page),
        countSubmissions(db, id, filter),
      ])
      return { data: data.map(presentSubmission), ...cursors, total }
    },
  }
}

/** Starts the workflows of the forms that were filled in: each once, also when it hears of a submission twice. */
export function createFormStarter({ db, access, webhooks }: Pick<Parts, 'db' | 'access' | 'webhooks'>): Subscriber {
  async function startFor({ projectId, data }: DomainEvent): Promise<void> {
    const told = Submitted.safeParse(data)
    if (projectId === undefined || !told.success) return
    const { form, submission } = told.data
    const flowIds = await selectFlowsOfForm(db, projectId, form.id)
    if (flowIds.length === 0) return
    const actor = await access.asSystem('forms', projectId)
    const input = {
      ...{ form_id: form.id, submission_id: submission.id },
      ...{ submitted_at: submission.created, data: submission.data },
    }
    for (const flowId of flowIds)
      await webhooks
        .execute(actor, flowId, input, derivedId(new Date(submission.created), submission.id, flowId))
        .catch((error: unknown) => {
          // It was switched off or deleted a moment ago.
          if (!(error instanceof AppError && GONE.has(error.code))) throw error
        })
  }

  return {
    name: 'forms',
    wants: (name) => name === 'form.submitted',
    async deliver(events) {
      for (const event of events) await startFor(event)
    },
  }
}

const GONE: ReadonlySet<string> = new Set(['ENTITY_NOT_FOUND', 'FLOW_OPERATION_INVALID'])

const Submitted = z.object({
  form: z.object({ id: z.string() }),
  submission: z.object({ id: z.string(), created: z.string(), data: z.record(z.string(), z.unknown()) }),
})

/** The complaints in an answer: strangers can send any number of fields that a form does not have. */
const SHOWN_COMPLAINTS = 200

function unfit(complaints: ReadonlyMap<string, string>): AppError {
  const shown = [...complaints].slice(0, SHOWN_COMPLAINTS)
  const more = complaints.size > shown.length ? `; and ${complaints.size - shown.length} more` : ''
  return new AppError('INVALID_REQUEST', {
    message: `the answers do not fit the form: ${shown.map(([name, why]) => `${name} ${why}`).join('; ')}${more}`,
    fields: Object.fromEntries(shown.map(([name, why]) => [`data.${name}`, why])),
  })
}

type FormRow = NonNullable<Awaited<ReturnType<typeof selectForm>>>

const presentForm = (
  { id, name, description, fields, isOpen, thanks, redirectUrl, created, updated }: FormRow,
  url: string,
): Form => ({
  ...{ id, name, description, fields, status: isOpen ? 'open' : 'closed', thanks, redirect_url: redirectUrl, url },
  ...{ created_at: created, updated_at: updated },
})

const columnsOf = ({ status, redirect_url: redirectUrl, ...content }: FormContent) => ({
  ...content,
  isOpen: status === 'open',
  redirectUrl,
})

type SubmissionRow = Awaited<ReturnType<typeof insertSubmission>>

const presentSubmission = ({ id, formId, data, source, isSpam, created }: SubmissionRow): FormSubmission => ({
  ...{ id, form_id: formId, data, source, is_spam: isSpam, submitted_at: created },
})
