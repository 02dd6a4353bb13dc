// Over 300 lines, because it is generated: `npm run docs` makes it from the OpenAPI document of /v1.

/** Method and path of each operation. */
export const ROUTES = {
  'credentials.create': 'POST /credentials',
  'credentials.get': 'GET /credentials/{id}',
  'credentials.list': 'GET /credentials',
  'credentials.remove': 'DELETE /credentials/{id}',
  'executions.cancel': 'POST /executions/{id}/cancel',
  'executions.execute': 'POST /workflows/{id}/execute',
  'executions.get': 'GET /executions/{id}',
  'executions.list': 'GET /executions',
  'executions.listOfWorkflow': 'GET /workflows/{id}/executions',
  'executions.retry': 'POST /executions/{id}/retry',
  'forms.create': 'POST /forms',
  'forms.get': 'GET /forms/{id}',
  'forms.list': 'GET /forms',
  'forms.remove': 'DELETE /forms/{id}',
  'forms.submissions': 'GET /forms/{id}/submissions',
  'forms.submit': 'POST /forms/{id}/submissions',
  'forms.update': 'PATCH /forms/{id}',
  'integrations.list': 'GET /integrations',
  'integrations.test': 'POST /integrations/{id}/test',
  'reference.versions': 'GET /',
  'webhooks.create': 'POST /webhooks',
  'webhooks.deliveries': 'GET /webhooks/{id}/deliveries',
  'webhooks.get': 'GET /webhooks/{id}',
  'webhooks.list': 'GET /webhooks',
  'webhooks.redeliver': 'POST /webhooks/{id}/deliveries/{delivery_id}/redeliver',
  'webhooks.remove': 'DELETE /webhooks/{id}',
  'webhooks.update': 'PATCH /webhooks/{id}',
  'workflows.create': 'POST /workflows',
  'workflows.get': 'GET /workflows/{id}',
  'workflows.import': 'POST /workflows/import',
  'workflows.list': 'GET /workflows',
  'workflows.remove': 'DELETE /workflows/{id}',
  'workflows.update': 'PATCH /workflows/{id}',
} as const satisfies Record<OperationName, string>

export type OperationName = keyof Operations

/** The operations that answer lists. */
export type ListName =
  | 'credentials.list'
  | 'executions.list'
  | 'executions.listOfWorkflow'
  | 'forms.list'
  | 'forms.submissions'
  | 'integrations.list'
  | 'webhooks.deliveries'
  | 'webhooks.list'
  | 'workflows.list'

export interface Workflow { id: string; name: string; description: string; status: 'draft' | 'published'; created_at: string; updated_at: string; nodes: GraphNode[]; edges: GraphEdge[]; variables: Record<string, unknown>; has_unpublished_changes: boolean }

export interface WorkflowSummary { id: string; name: string; description: string; status: 'draft' | 'published'; created_at: string; updated_at: string }

export interface GraphNode { id: string; type: 'trigger' | 'trigger.webhook' | 'trigger.schedule' | 'trigger.form' | 'trigger.piece' | 'action' | 'code' | 'http' | 'condition' | 'switch' | 'loop' | 'delay' | 'respond' | 'note'; data: Record<string, unknown>; position?: { x: number; y: number; [key: string]: unknown } | undefined; label?: string | undefined; [key: string]: unknown }

export interface GraphEdge { id?: string | undefined; source: string; target: string; sourceHandle?: string | null | undefined; label?: string | null | undefined; [key: string]: unknown }

export interface Execution { id: string; workflow_id: string; status: 'pending' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled'; created_at: string; started_at: string; completed_at: string | null; error: { node_id: string | null; message: string; reason: string } | null; output: unknown; logs: ExecutionLog[]; logs_truncated: boolean }

export interface ExecutionSummary { id: string; workflow_id: string; status: 'pending' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled'; created_at: string; started_at: string; completed_at: string | null; error: { node_id: string | null; message: string; reason: string } | null }

export interface ExecutionLog { node_id: string; type: string; status: 'running' | 'completed' | 'failed' | 'paused'; input: unknown; output: unknown; error: unknown; started_at: string | null; completed_at: string | null; duration_ms: number | null; iteration: number[] }

export interface Executed { id?: string | undefined; workflow_id?: string | undefined; status: 'pending' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled'; created_at?: string | undefined; started_at: string; completed_at?: string | null | undefined; error?: { node_id: string | null; message: string; reason: string } | null | undefined; output?: unknown | undefined; logs?: ExecutionLog[] | undefined; logs_truncated?: boolean | undefined; execution_id: string }

export interface Form { id: string; name: string; description: string; fields: FormField[]; status: 'open' | 'closed'; thanks: string; redirect_url: string | null; url: string; created_at: string; updated_at: string }

export interface FormField { name: string; type: 'text' | 'textarea' | 'email' | 'number' | 'date' | 'select' | 'multiselect' | 'checkbox' | 'file' | 'url' | 'phone'; required: boolean; label?: string | undefined; placeholder?: string | undefined; options?: string[] | undefined; min?: number | undefined; max?: number | undefined }

export interface FormSubmission { id: string; form_id: string; data: Record<string, unknown>; source: Record<string, unknown>; is_spam: boolean; submitted_at: string }

export interface Credential { id: string; name: string; type: 'api_key' | 'basic' | 'custom' | 'none' | 'oauth2'; piece: string; external_id: string; status: 'active' | 'missing' | 'error'; created_at: string; updated_at: string }

export interface Integration { id: string; name: string; piece: string; piece_version: string; status: 'active' | 'missing' | 'error'; workflow_ids: string[]; connected_at: string }

export interface IntegrationCheck { id: string; ok: boolean; reason: string | null }

export interface Webhook { id: string; url: string; events: Array<'workflow.executed' | 'workflow.failed' | 'workflow.published' | 'form.submitted' | 'credential.expired'>; status: 'enabled' | 'disabled'; disabled_reason: string | null; created_at: string; updated_at: string }

export interface NewWebhookAnswer { id: string; url: string; events: Array<'workflow.executed' | 'workflow.failed' | 'workflow.published' | 'form.submitted' | 'credential.expired'>; status: 'enabled' | 'disabled'; disabled_reason: string | null; created_at: string; updated_at: string; secret: string }

export interface WebhookDelivery { id: string; event_id: string; event: 'workflow.executed' | 'workflow.failed' | 'workflow.published' | 'form.submitted' | 'credential.expired'; status: 'waiting' | 'delivered' | 'failed'; attempts: number; next_attempt_at: string | null; delivered_at: string | null; last_status: number | null; last_error: string | null; created_at: string }

export interface Deleted { id: string; deleted: true }

export interface ListMeta { page: number; limit: number; total: number; next_cursor: string | null; has_more: boolean }

/** The query and body that each operation takes, and its answer. */
export interface Operations {
  'credentials.create': {
    query: Record<string, never>
    body: { name: string; piece?: string | undefined; external_id?: string | undefined; type: 'api_key'; value: string } | { name: string; piece?: string | undefined; external_id?: string | undefined; type: 'basic'; value: { username: string; password: string } } | { name: string; piece?: string | undefined; external_id?: string | undefined; type: 'custom'; value: Record<string, unknown> }
    data: Credential
    meta: Record<string, unknown>
  }
  'credentials.get': {
    query: Record<string, never>
    body: undefined
    data: Credential
    meta: Record<string, unknown>
  }
  'credentials.list': {
    query: { page?: number | undefined; limit?: number | undefined; cursor?: string | undefined }
    body: undefined
    data: Credential[]
    meta: ListMeta
  }
  'credentials.remove': {
    query: Record<string, never>
    body: undefined
    data: Deleted
    meta: Record<string, unknown>
  }
  'executions.cancel': {
    query: Record<string, never>
    body: undefined
    data: Execution
    meta: Record<string, unknown>
  }
  'executions.execute': {
    query: { wait?: number | undefined }
    body: { input?: unknown | undefined }
    data: Executed
    meta: Record<string, unknown>
  }
  'executions.get': {
    query: Record<string, never>
    body: undefined
    data: Execution
    meta: Record<string, unknown>
  }
  'executions.list': {
    query: { page?: number | undefined; limit?: number | undefined; cursor?: string | undefined; status?: 'pending' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled' | undefined; from?: string | undefined; to?: string | undefined; workflow_id?: string | undefined }
    body: undefined
    data: ExecutionSummary[]
    meta: ListMeta
  }
  'executions.listOfWorkflow': {
    query: { page?: number | undefined; limit?: number | undefined; cursor?: string | undefined; status?: 'pending' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled' | undefined; from?: string | undefined; to?: string | undefined }
    body: undefined
    data: ExecutionSummary[]
    meta: ListMeta
  }
  'executions.retry': {
    query: Record<string, never>
    body: { from?: 'failed_node' | 'start' | undefined }
    data: Execution
    meta: Record<string, unknown>
  }
  'forms.create': {
    query: Record<string, never>
    body: { name: string; description?: string | undefined; fields: Array<{ name: string; type: 'text' | 'textarea' | 'email' | 'number' | 'date' | 'select' | 'multiselect' | 'checkbox' | 'file' | 'url' | 'phone'; required?: boolean | undefined; label?: string | undefined; placeholder?: string | undefined; options?: string[] | undefined; min?: number | undefined; max?: number | undefined }>; status?: 'open' | 'closed' | undefined; thanks?: string | undefined; redirect_url?: string | null | undefined }
    data: Form
    meta: Record<string, unknown>
  }
  'forms.get': {
    query: Record<string, never>
    body: undefined
    data: Form
    meta: Record<string, unknown>
  }
  'forms.list': {
    query: { page?: number | undefined; limit?: number | undefined; cursor?: string | undefined; search?: string | undefined }
    body: undefined
    data: Form[]
    meta: ListMeta
  }
  'forms.remove': {
    query: Record<string, never>
    body: undefined
    data: Deleted
    meta: Record<string, unknown>
  }
  'forms.submissions': {
    query: { page?: number | undefined; limit?: number | undefined; cursor?: string | undefined; from?: string | undefined; to?: string | undefined; spam?: boolean | undefined }
    body: undefined
    data: FormSubmission[]
    meta: ListMeta
  }
  'forms.submit': {
    query: Record<string, never>
    body: { data: Record<string, unknown> }
    data: FormSubmission
    meta: Record<string, unknown>
  }
  'forms.update': {
    query: Record<string, never>
    body: { name?: string | undefined; description?: string | undefined; fields?: Array<{ name: string; type: 'text' | 'textarea' | 'email' | 'number' | 'date' | 'select' | 'multiselect' | 'checkbox' | 'file' | 'url' | 'phone'; required?: boolean | undefined; label?: string | undefined; placeholder?: string | undefined; options?: string[] | undefined; min?: number | undefined; max?: number | undefined }> | undefined; status?: 'open' | 'closed' | undefined; thanks?: string | undefined; redirect_url?: string | null | undefined }
    data: Form
    meta: Record<string, unknown>
  }
  'integrations.list': {
    query: { page?: number | undefined; limit?: number | undefined; cursor?: string | undefined; piece?: string | undefined }
    body: undefined
    data: Integration[]
    meta: ListMeta
  }
  'integrations.test': {
    query: Record<string, never>
    body: undefined
    data: IntegrationCheck
    meta: Record<string, unknown>
  }
  'reference.versions': {
    query: Record<string, never>
    body: undefined
    data: { version: string; documentation: string; openapi: string; deprecations: Array<{ method: string; path: string; since: string; sunset: string; guide: string }> }
    meta: Record<string, unknown>
  }
  'webhooks.create': {
    query: Record<string, never>
    body: { url: string; events: Array<'workflow.executed' | 'workflow.failed' | 'workflow.published' | 'form.submitted' | 'credential.expired'>; secret?: string | undefined }
    data: NewWebhookAnswer
    meta: Record<string, unknown>
  }
  'webhooks.deliveries': {
    query: { page?: number | undefined; limit?: number | undefined; cursor?: string | undefined; status?: 'waiting' | 'delivered' | 'failed' | undefined }
    body: undefined
    data: WebhookDelivery[]
    meta: ListMeta
  }
  'webhooks.get': {
    query: Record<string, never>
    body: undefined
    data: Webhook
    meta: Record<string, unknown>
  }
  'webhooks.list': {
    query: { page?: number | undefined; limit?: number | undefined; cursor?: string | undefined }
    body: undefined
    data: Webhook[]
    meta: ListMeta
  }
  'webhooks.redeliver': {
    query: Record<string, never>
    body: undefined
    data: WebhookDelivery
    meta: Record<string, unknown>
  }
  'webhooks.remove': {
    query: Record<string, never>
    body: undefined
    data: Deleted
    meta: Record<string, unknown>
  }
  'webhooks.update': {
    query: Record<string, never>
    body: { url?: string | undefined; events?: Array<'workflow.executed' | 'workflow.failed' | 'workflow.published' | 'form.submitted' | 'credential.expired'> | undefined; status?: 'enabled' | 'disabled' | undefined; secret?: string | undefined }
    data: Webhook
    meta: Record<string, unknown>
  }
  'workflows.create': {
    query: Record<string, never>
    body: { name: string; description?: string | undefined; nodes?: Array<{ id: string; type: 'trigger' | 'trigger.webhook' | 'trigger.schedule' | 'trigger.form' | 'trigger.piece' | 'action' | 'code' | 'http' | 'condition' | 'switch' | 'loop' | 'delay' | 'respond' | 'note'; data?: Record<string, unknown> | undefined; position?: { x: number; y: number; [key: string]: unknown } | undefined; label?: string | undefined; [key: string]: unknown }> | undefined; edges?: GraphEdge[] | undefined; variables?: Record<string, unknown> | undefined; status?: 'draft' | 'published' | undefined }
    data: Workflow
    meta: Record<string, unknown>
  }
  'workflows.get': {
    query: Record<string, never>
    body: undefined
    data: Workflow
    meta: Record<string, unknown>
  }
  'workflows.import': {
    query: Record<string, never>
    body: { files?: Record<string, string> | undefined; zip?: string | undefined }
    data: Workflow
    meta: Record<string, unknown>
  }
  'workflows.list': {
    query: { page?: number | undefined; limit?: number | undefined; cursor?: string | undefined; status?: 'draft' | 'published' | undefined; search?: string | undefined }
    body: undefined
    data: WorkflowSummary[]
    meta: ListMeta
  }
  'workflows.remove': {
    query: Record<string, never>
    body: undefined
    data: Deleted
    meta: Record<string, unknown>
  }
  'workflows.update': {
    query: Record<string, never>
    body: { name?: string | undefined; description?: string | undefined; nodes?: Array<{ id: string; type: 'trigger' | 'trigger.webhook' | 'trigger.schedule' | 'trigger.form' | 'trigger.piece' | 'action' | 'code' | 'http' | 'condition' | 'switch' | 'loop' | 'delay' | 'respond' | 'note'; data?: Record<string, unknown> | undefined; position?: { x: number; y: number; [key: string]: unknown } | undefined; label?: string | undefined; [key: string]: unknown }> | undefined; edges?: GraphEdge[] | undefined; variables?: Record<string, unknown> | undefined; status?: 'draft' | 'published' | undefined }
    data: Workflow
    meta: Record<string, unknown>
  }
}
