"""The nouns of the API."""

import time
import uuid
from typing import Any, Dict, List, Mapping, Optional, cast

from . import webhooks
from .errors import WaitTimeoutError
from .listing import Listing
from .transport import Transport
from .types import (
    Credential,
    Deleted,
    Executed,
    Execution,
    ExecutionSummary,
    Form,
    FormSubmission,
    Integration,
    IntegrationCheck,
    NewWebhookAnswer,
    Webhook,
    WebhookDelivery,
    Workflow,
    WorkflowSummary,
)

OVER = frozenset({"completed", "failed", "cancelled"})
FIRST_LOOK_SECONDS = 0.2
LONGEST_LOOK_SECONDS = 3.0


class _Resource:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _ask(
        self, name: str, params: Optional[Mapping[str, str]] = None, body: Optional[Mapping[str, Any]] = None
    ) -> Any:
        return self._transport.send(name, params, body=body)["data"]

    def _list(self, name: str, params: Mapping[str, str], query: Mapping[str, Any]) -> "Listing[Any]":
        return Listing(self._transport, name, params, query)


def _given(**values: Any) -> Dict[str, Any]:
    """The arguments that are there; ``from_`` is ``from``, which is a word of the language."""
    return {name.rstrip("_"): value for name, value in values.items() if value is not None}


class Workflows(_Resource):
    def list(
        self,
        *,
        status: Optional[str] = None,
        search: Optional[str] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> "Listing[WorkflowSummary]":
        """Published ones first, then those changed last."""
        query = _given(status=status, search=search, page=page, limit=limit, cursor=cursor)
        return self._list("workflows.list", {}, query)

    def get(self, id: str) -> Workflow:
        """A workflow with its newest graph."""
        return cast(Workflow, self._ask("workflows.get", {"id": id}))

    def create(
        self,
        *,
        name: str,
        description: Optional[str] = None,
        nodes: Optional[List[Dict[str, Any]]] = None,
        edges: Optional[List[Dict[str, Any]]] = None,
        variables: Optional[Dict[str, Any]] = None,
        status: Optional[str] = None,
    ) -> Workflow:
        """Raises ValidationError with the ids of the nodes and edges that cannot be a workflow."""
        body = _given(
            name=name, description=description, nodes=nodes, edges=edges, variables=variables, status=status
        )
        return cast(Workflow, self._ask("workflows.create", body=body))

    def update(
        self,
        id: str,
        *,
        name: Optional[str] = None,
        description: Optional[str] = None,
        nodes: Optional[List[Dict[str, Any]]] = None,
        edges: Optional[List[Dict[str, Any]]] = None,
        variables: Optional[Dict[str, Any]] = None,
        status: Optional[str] = None,
    ) -> Workflow:
        """Changes any part; ``status="published"`` publishes the graph, ``"draft"`` takes it out of service."""
        body = _given(
            name=name, description=description, nodes=nodes, edges=edges, variables=variables, status=status
        )
        return cast(Workflow, self._ask("workflows.update", {"id": id}, body))

    def delete(self, id: str) -> Deleted:
        """Its executions stay."""
        return cast(Deleted, self._ask("workflows.remove", {"id": id}))

    def execute(
        self,
        id: str,
        *,
        input: Any = None,
        wait: Optional[float] = None,
        idempotency_key: Optional[str] = None,
    ) -> Executed:
        """Starts the published graph; an attempt that got no answer is repeated and starts nothing twice."""
        answer = self._transport.send(
            "executions.execute",
            {"id": id},
            query=_given(wait=wait),
            body=_given(input=input),
            headers={"Idempotency-Key": idempotency_key or uuid.uuid4().hex},
            patience=wait or 0,
        )
        return cast(Executed, answer["data"])

    def executions(
        self,
        id: str,
        *,
        status: Optional[str] = None,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> "Listing[ExecutionSummary]":
        """The executions of a workflow, newest first."""
        query = _given(status=status, from_=from_, to=to, page=page, limit=limit, cursor=cursor)
        return self._list("executions.listOfWorkflow", {"id": id}, query)


class Executions(_Resource):
    def list(
        self,
        *,
        workflow_id: Optional[str] = None,
        status: Optional[str] = None,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> "Listing[ExecutionSummary]":
        """The executions of the project, newest first."""
        query = _given(
            workflow_id=workflow_id, status=status, from_=from_, to=to, page=page, limit=limit, cursor=cursor
        )
        return self._list("executions.list", {}, query)

    def get(self, id: str) -> Execution:
        """An execution with its output and logs."""
        return cast(Execution, self._ask("executions.get", {"id": id}))

    def wait(self, id: str, *, timeout: float = 300) -> Execution:
        """An execution once it is over. Raises WaitTimeoutError when that takes longer than ``timeout`` seconds."""
        end = time.monotonic() + timeout
        look = FIRST_LOOK_SECONDS
        while True:
            execution = self.get(id)
            if execution.get("status") in OVER:
                return execution
            left = end - time.monotonic()
            if left <= 0:
                raise WaitTimeoutError(f"The execution {id} is {execution.get('status')} after {timeout:g} seconds")
            time.sleep(min(look, left))
            look = min(LONGEST_LOOK_SECONDS, look * 1.5)

    def cancel(self, id: str) -> Execution:
        """Cancels an execution that is not over."""
        return cast(Execution, self._ask("executions.cancel", {"id": id}))

    def retry(self, id: str, *, from_: Optional[str] = None) -> Execution:
        """Executes again: a failed one goes on at the failed node, any other begins again."""
        return cast(Execution, self._ask("executions.retry", {"id": id}, _given(from_=from_)))


class Forms(_Resource):
    def list(
        self,
        *,
        search: Optional[str] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> "Listing[Form]":
        """Newest first."""
        return self._list("forms.list", {}, _given(search=search, page=page, limit=limit, cursor=cursor))

    def get(self, id: str) -> Form:
        return cast(Form, self._ask("forms.get", {"id": id}))

    def create(
        self,
        *,
        name: str,
        fields: List[Dict[str, Any]],
        description: Optional[str] = None,
        status: Optional[str] = None,
        thanks: Optional[str] = None,
        redirect_url: Optional[str] = None,
    ) -> Form:
        words = _given(description=description, status=status, thanks=thanks, redirect_url=redirect_url)
        return cast(Form, self._ask("forms.create", body={"name": name, "fields": fields, **words}))

    def update(
        self,
        id: str,
        *,
        name: Optional[str] = None,
        fields: Optional[List[Dict[str, Any]]] = None,
        description: Optional[str] = None,
        status: Optional[str] = None,
        thanks: Optional[str] = None,
        redirect_url: Optional[str] = None,
    ) -> Form:
        """What was submitted stays as it is."""
        words = _given(description=description, status=status, thanks=thanks, redirect_url=redirect_url)
        return cast(Form, self._ask("forms.update", {"id": id}, {**_given(name=name, fields=fields), **words}))

    def delete(self, id: str) -> Deleted:
        """With its submissions."""
        return cast(Deleted, self._ask("forms.remove", {"id": id}))

    def submit(self, id: str, data: Mapping[str, Any]) -> FormSubmission:
        """Raises ValidationError whose details name the fields."""
        return cast(FormSubmission, self._ask("forms.submit", {"id": id}, {"data": dict(data)}))

    def submissions(
        self,
        id: str,
        *,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        spam: Optional[bool] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> "Listing[FormSubmission]":
        """What was submitted, newest first."""
        query = _given(from_=from_, to=to, spam=spam, page=page, limit=limit, cursor=cursor)
        return self._list("forms.submissions", {"id": id}, query)

    def csv(
        self, id: str, *, from_: Optional[str] = None, to: Optional[str] = None, spam: Optional[bool] = None
    ) -> str:
        """All submissions as a CSV file, newest first."""
        query = _given(from_=from_, to=to, spam=spam)
        return self._transport.file("GET /forms/{id}/submissions.csv", {"id": id}, query)


class Credentials(_Resource):
    """Nothing here gives the value of a credential."""

    def list(
        self, *, page: Optional[int] = None, limit: Optional[int] = None, cursor: Optional[str] = None
    ) -> "Listing[Credential]":
        """Newest first."""
        return self._list("credentials.list", {}, _given(page=page, limit=limit, cursor=cursor))

    def get(self, id: str) -> Credential:
        return cast(Credential, self._ask("credentials.get", {"id": id}))

    def create(
        self, *, name: str, type: str, value: Any, piece: Optional[str] = None, external_id: Optional[str] = None
    ) -> Credential:
        body = _given(name=name, type=type, value=value, piece=piece, external_id=external_id)
        return cast(Credential, self._ask("credentials.create", body=body))

    def delete(self, id: str) -> Deleted:
        return cast(Deleted, self._ask("credentials.remove", {"id": id}))


class Integrations(_Resource):
    def list(
        self,
        *,
        piece: Optional[str] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> "Listing[Integration]":
        """The apps that are connected."""
        return self._list("integrations.list", {}, _given(piece=piece, page=page, limit=limit, cursor=cursor))

    def test(self, id: str) -> IntegrationCheck:
        """Lets the piece look at its connection."""
        return cast(IntegrationCheck, self._ask("integrations.test", {"id": id}))


class Webhooks(_Resource):
    verify = staticmethod(webhooks.verify)

    def list(
        self, *, page: Optional[int] = None, limit: Optional[int] = None, cursor: Optional[str] = None
    ) -> "Listing[Webhook]":
        """Newest first."""
        return self._list("webhooks.list", {}, _given(page=page, limit=limit, cursor=cursor))

    def get(self, id: str) -> Webhook:
        return cast(Webhook, self._ask("webhooks.get", {"id": id}))

    def create(self, *, url: str, events: List[str], secret: Optional[str] = None) -> NewWebhookAnswer:
        """The answer to this alone has the secret."""
        return cast(NewWebhookAnswer, self._ask("webhooks.create", body=_given(url=url, events=events, secret=secret)))

    def update(
        self,
        id: str,
        *,
        url: Optional[str] = None,
        events: Optional[List[str]] = None,
        status: Optional[str] = None,
        secret: Optional[str] = None,
    ) -> Webhook:
        """A new ``secret`` signs what is sent from now on."""
        body = _given(url=url, events=events, status=status, secret=secret)
        return cast(Webhook, self._ask("webhooks.update", {"id": id}, body))

    def delete(self, id: str) -> Deleted:
        return cast(Deleted, self._ask("webhooks.remove", {"id": id}))

    def deliveries(
        self,
        id: str,
        *,
        status: Optional[str] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> "Listing[WebhookDelivery]":
        """The deliveries of a week, newest first."""
        query = _given(status=status, page=page, limit=limit, cursor=cursor)
        return self._list("webhooks.deliveries", {"id": id}, query)

    def redeliver(self, id: str, delivery_id: str) -> WebhookDelivery:
        """Sends an event again."""
        return cast(WebhookDelivery, self._ask("webhooks.redeliver", {"id": id, "delivery_id": delivery_id}))
