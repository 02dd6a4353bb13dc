"""What can go wrong."""

from typing import Any, Dict, Optional, Type


class PieceworkError(Exception):
    """Every error of this client."""


class ApiError(PieceworkError):
    """The server refused a request, and gives the reason. Its subclasses are by ``code``."""

    def __init__(
        self, status: int, code: str, message: str, details: Dict[str, Any], retry_after: Optional[float] = None
    ) -> None:
        super().__init__(message)
        #: The HTTP status.
        self.status = status
        #: The kind of error, for programs; ``UNKNOWN`` when the answer comes from a proxy on the way.
        self.code = code
        self.message = message
        #: ``fields`` says by field what is wrong; of a graph, ``nodes`` and ``edges`` have the ids that it is about.
        self.details = details
        #: Seconds after which the server asks for a retry.
        self.retry_after = retry_after


class ValidationError(ApiError):
    """Something in the request is wrong."""


class UnauthorizedError(ApiError):
    """There is no key, or it is not valid."""


class ForbiddenError(ApiError):
    """The key may not do this."""


class NotFoundError(ApiError):
    """There is no such thing in the project of the key."""


class RateLimitedError(ApiError):
    """There were too many requests, also after the retries."""


class InternalError(ApiError):
    """The server is at fault."""


class NetworkError(PieceworkError):
    """No answer came: the server is unreachable, closed the connection, or took too long."""


class WaitTimeoutError(PieceworkError):
    """An execution was not over in the time that somebody wanted to wait for it."""


class VerificationError(PieceworkError):
    """A message is not signed with the secret of the webhook, or is too old."""


_BY_CODE: Dict[str, Type[ApiError]] = {
    "VALIDATION_ERROR": ValidationError,
    "UNAUTHORIZED": UnauthorizedError,
    "FORBIDDEN": ForbiddenError,
    "NOT_FOUND": NotFoundError,
    "RATE_LIMITED": RateLimitedError,
    "INTERNAL_ERROR": InternalError,
}


def error_of(
    status: int, code: str, message: str, details: Dict[str, Any], retry_after: Optional[float]
) -> ApiError:
    """The error of an answer."""
    return _BY_CODE.get(code, ApiError)(status, code, message, details, retry_after)
