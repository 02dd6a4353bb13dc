"""The types of the answers. Generated from the OpenAPI document of /v1 by `npm run docs`."""

from typing import Any, Dict, List, Literal, Optional, TypedDict, Union


class Workflow(TypedDict):
    id: str
    name: str
    description: str
    status: Literal["draft", "published"]
    created_at: str
    updated_at: str
    nodes: List["GraphNode"]
    edges: List["GraphEdge"]
    variables: Dict[str, Any]
    has_unpublished_changes: bool


class WorkflowSummary(TypedDict):
    id: str
    name: str
    description: str
    status: Literal["draft", "published"]
    created_at: str
    updated_at: str


class _GraphNode(TypedDict):
    id: str
    type: Literal["trigger", "trigger.webhook", "trigger.schedule", "trigger.form", "trigger.piece", "action", "code", "http", "condition", "switch", "loop", "delay", "respond", "note"]
    data: Dict[str, Any]


class GraphNode(_GraphNode, total=False):
    position: Dict[str, Any]
    label: str


class _GraphEdge(TypedDict):
    source: str
    target: str


class GraphEdge(_GraphEdge, total=False):
    id: str
    sourceHandle: Optional[str]
    label: Optional[str]


class Execution(TypedDict):
    id: str
    workflow_id: str
    status: Literal["pending", "running", "paused", "completed", "failed", "cancelled"]
    created_at: str
    started_at: str
    completed_at: Optional[str]
    error: Optional[Dict[str, Any]]
    output: Any
    logs: List["ExecutionLog"]
    logs_truncated: bool


class ExecutionSummary(TypedDict):
    id: str
    workflow_id: str
    status: Literal["pending", "running", "paused", "completed", "failed", "cancelled"]
    created_at: str
    started_at: str
    completed_at: Optional[str]
    error: Optional[Dict[str, Any]]


class ExecutionLog(TypedDict):
    node_id: str
    type: str
    status: Literal["running", "completed", "failed", "paused"]
    input: Any
    output: Any
    error: Any
    started_at: Optional[str]
    completed_at: Optional[str]
    duration_ms: Optional[float]
    iteration: List[int]


class _Executed(TypedDict):
    status: Literal["pending", "running", "paused", "completed", "failed", "cancelled"]
    started_at: str
    execution_id: str


class Executed(_Executed, total=False):
    id: str
    workflow_id: str
    created_at: str
    completed_at: Optional[str]
    error: Optional[Dict[str, Any]]
    output: Any
    logs: List["ExecutionLog"]
    logs_truncated: bool


class Form(TypedDict):
    id: str
    name: str
    description: str
    fields: List["FormField"]
    status: Literal["open", "closed"]
    thanks: str
    redirect_url: Optional[str]
    url: str
    created_at: str
    updated_at: str


class _FormField(TypedDict):
    name: str
    type: Literal["text", "textarea", "email", "number", "date", "select", "multiselect", "checkbox", "file", "url", "phone"]
    required: bool


class FormField(_FormField, total=False):
    label: str
    placeholder: str
    options: List[str]
    min: float
    max: float


class FormSubmission(TypedDict):
    id: str
    form_id: str
    data: Dict[str, Any]
    source: Dict[str, Any]
    is_spam: bool
    submitted_at: str


class Credential(TypedDict):
    id: str
    name: str
    type: Literal["api_key", "basic", "custom", "none", "oauth2"]
    piece: str
    external_id: str
    status: Literal["active", "missing", "error"]
    created_at: str
    updated_at: str


class Integration(TypedDict):
    id: str
    name: str
    piece: str
    piece_version: str
    status: Literal["active", "missing", "error"]
    workflow_ids: List[str]
    connected_at: str


class IntegrationCheck(TypedDict):
    id: str
    ok: bool
    reason: Optional[str]


class Webhook(TypedDict):
    id: str
    url: str
    events: List[Literal["workflow.executed", "workflow.failed", "workflow.published", "form.submitted", "credential.expired"]]
    status: Literal["enabled", "disabled"]
    disabled_reason: Optional[str]
    created_at: str
    updated_at: str


class NewWebhookAnswer(TypedDict):
    id: str
    url: str
    events: List[Literal["workflow.executed", "workflow.failed", "workflow.published", "form.submitted", "credential.expired"]]
    status: Literal["enabled", "disabled"]
    disabled_reason: Optional[str]
    created_at: str
    updated_at: str
    secret: str


class WebhookDelivery(TypedDict):
    id: str
    event_id: str
    event: Literal["workflow.executed", "workflow.failed", "workflow.published", "form.submitted", "credential.expired"]
    status: Literal["waiting", "delivered", "failed"]
    attempts: int
    next_attempt_at: Optional[str]
    delivered_at: Optional[str]
    last_status: Optional[int]
    last_error: Optional[str]
    created_at: str


class Deleted(TypedDict):
    id: str
    deleted: Literal[True]


class ListMeta(TypedDict):
    page: int
    limit: int
    total: int
    next_cursor: Optional[str]
    has_more: bool


#: Method and path of each operation.
ROUTES: Dict[str, str] = {
    "credentials.create": "POST /credentials",
    "credentials.get": "GET /credentials/{id}",
    "credentials.list": "GET /credentials",
    "credentials.remove": "DELETE /credentials/{id}",
    "executions.cancel": "POST /executions/{id}/cancel",
    "executions.execute": "POST /workflows/{id}/execute",
    "executions.get": "GET /executions/{id}",
    "executions.list": "GET /executions",
    "executions.listOfWorkflow": "GET /workflows/{id}/executions",
    "executions.retry": "POST /executions/{id}/retry",
    "forms.create": "POST /forms",
    "forms.get": "GET /forms/{id}",
    "forms.list": "GET /forms",
    "forms.remove": "DELETE /forms/{id}",
    "forms.submissions": "GET /forms/{id}/submissions",
    "forms.submit": "POST /forms/{id}/submissions",
    "forms.update": "PATCH /forms/{id}",
    "integrations.list": "GET /integrations",
    "integrations.test": "POST /integrations/{id}/test",
    "reference.versions": "GET /",
    "webhooks.create": "POST /webhooks",
    "webhooks.deliveries": "GET /webhooks/{id}/deliveries",
    "webhooks.get": "GET /webhooks/{id}",
    "webhooks.list": "GET /webhooks",
    "webhooks.redeliver": "POST /webhooks/{id}/deliveries/{delivery_id}/redeliver",
    "webhooks.remove": "DELETE /webhooks/{id}",
    "webhooks.update": "PATCH /webhooks/{id}",
    "workflows.create": "POST /workflows",
    "workflows.get": "GET /workflows/{id}",
    "workflows.import": "POST /workflows/import",
    "workflows.list": "GET /workflows",
    "workflows.remove": "DELETE /workflows/{id}",
    "workflows.update": "PATCH /workflows/{id}",
}
