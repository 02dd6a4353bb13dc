"""The client."""

from types import TracebackType
from typing import Optional, Type

from .resources import Credentials, Executions, Forms, Integrations, Webhooks, Workflows
from .transport import Transport


class Client:
    """A client of the graph API of one server: ``Client(key, base_url=...)``.

    ``base_url`` is the address of the server, with or without ``/v1``. ``project_id`` is for keys of the platform; keys
    of a project have theirs. ``timeout`` is the limit of each attempt in seconds.
    """

    def __init__(
        self,
        key: str,
        *,
        base_url: str = "http://localhost:3000",
        project_id: Optional[str] = None,
        max_retries: int = 3,
        timeout: float = 60,
    ) -> None:
        self._transport = Transport(key, base_url, project_id, max_retries, timeout)
        self.workflows = Workflows(self._transport)
        self.executions = Executions(self._transport)
        self.forms = Forms(self._transport)
        self.credentials = Credentials(self._transport)
        self.integrations = Integrations(self._transport)
        self.webhooks = Webhooks(self._transport)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()
