"""Client of the Piecework graph API."""

from . import webhooks
from .client import Client
from .errors import (
    ApiError,
    ForbiddenError,
    InternalError,
    NetworkError,
    NotFoundError,
    PieceworkError,
    RateLimitedError,
    UnauthorizedError,
    ValidationError,
    VerificationError,
    WaitTimeoutError,
)
from .listing import Listing, Page

__all__ = [
    "ApiError",
    "Client",
    "ForbiddenError",
    "InternalError",
    "Listing",
    "NetworkError",
    "NotFoundError",
    "Page",
    "PieceworkError",
    "RateLimitedError",
    "UnauthorizedError",
    "ValidationError",
    "VerificationError",
    "WaitTimeoutError",
    "webhooks",
]
