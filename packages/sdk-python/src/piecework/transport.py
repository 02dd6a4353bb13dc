"""Sends requests to one server, again where that is safe."""

import http.client
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, TypeVar

from .errors import ApiError, NetworkError, error_of
from .types import ROUTES

T = TypeVar("T")

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 8.0
#: A server that asks for more patience than this gets no retry.
LONGEST_RETRY_AFTER_SECONDS = 60.0
PART_BYTES = 65536
#: Answers after which nothing has been done yet, so that any request may be sent again.
NOTHING_DONE = frozenset({429, 503})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the key to another server."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _headers(given: Mapping[str, Any]) -> Dict[str, str]:
    return {name: str(value) for name, value in given.items() if value is not None}


class Transport:
    def __init__(self, key: str, base_url: str, project_id: Optional[str], max_retries: int, timeout: float) -> None:
        if not isinstance(key, str) or key == "":
            raise TypeError("The client needs an API key")
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("The API key has a letter that no key has, such as a line break")
        if not isinstance(base_url, str):
            raise TypeError("base_url must be the address of the server")
        base = base_url.rstrip("/")
        self._base = base if base.endswith("/v1") else base + "/v1"
        if not self._base.startswith(("http://", "https://")):
            raise ValueError("base_url must begin with http:// or https://")
        self._identity = _headers({"Authorization": "Bearer " + key, "X-Project-Id": project_id})
        self._max_retries = max_retries
        self._timeout = timeout
        self._opener = urllib.request.build_opener(_NoRedirect())

    def close(self) -> None:
        self._opener.close()

    def send(
        self,
        name: str,
        params: Optional[Mapping[str, str]] = None,
        query: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        headers: Optional[Mapping[str, str]] = None,
        patience: float = 0,
    ) -> Dict[str, Any]:
        """The answer of an operation: ``data`` and ``meta``."""
        return self._patiently(ROUTES[name], _content, params, query, body, headers, patience)

    def file(self, route: str, params: Mapping[str, str], query: Mapping[str, Any]) -> str:
        """A file, whose success answer has no envelope; the route is method and path."""
        return self._patiently(route, _file, params, query)

    def _patiently(
        self,
        route: str,
        read: Callable[[int, Any, bytes], T],
        params: Optional[Mapping[str, str]] = None,
        query: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        headers: Optional[Mapping[str, str]] = None,
        patience: float = 0,
    ) -> T:
        method, path = route.split(" ", 1)
        for key, value in (params or {}).items():
            path = path.replace("{" + key + "}", _segment(key, value))
        asked = {key: _written(value) for key, value in (query or {}).items() if value is not None}
        url = self._base + path + ("?" + urllib.parse.urlencode(asked) if asked else "")
        # What changes nothing when it comes twice.
        is_safe = method != "POST" or "Idempotency-Key" in (headers or {})
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        every = {**self._identity, **(headers or {}), **({} if data is None else {"Content-Type": "application/json"})}
        attempt = 1
        while True:
            request = urllib.request.Request(url, data=data, headers=every, method=method)
            try:
                return read(*self._once(request, patience))
            except (ApiError, NetworkError) as error:
                wait = None if attempt > self._max_retries else _wait_after(error, is_safe, attempt)
                if wait is None:
                    raise
            time.sleep(wait)
            attempt += 1

    def _once(self, request: urllib.request.Request, patience: float) -> Tuple[int, Any, bytes]:
        try:
            return self._read(request, self._timeout + patience)
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise NetworkError(f"{request.get_method()} {request.full_url} got no answer: {reason}") from error

    def _read(self, request: urllib.request.Request, timeout: float) -> Tuple[int, Any, bytes]:
        try:
            with self._opener.open(request, timeout=timeout) as response:
                return response.status, response.headers, _whole(response, timeout)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, _whole(error, timeout)


def _whole(response: Any, timeout: float) -> bytes:
    """The body of an answer, which may come in small parts, within the time."""
    end = time.monotonic() + timeout
    parts = []
    while True:
        part = response.read1(PART_BYTES)
        if not part:
            break
        parts.append(part)
        if time.monotonic() > end:
            raise TimeoutError(f"it was not whole after {timeout:g} seconds")
    whole = b"".join(parts)
    # A body that is cut ends like a whole one, but for its length.
    length = response.headers.get("Content-Length")
    if length is not None and length.isascii() and length.isdigit() and len(whole) < int(length):
        raise http.client.IncompleteRead(whole, int(length) - len(whole))
    return whole


def _content(status: int, headers: Any, text: bytes) -> Dict[str, Any]:
    answer = _parse(text)
    is_whole = isinstance(answer.get("data"), (dict, list))
    if 200 <= status < 300 and answer.get("success") is True and is_whole:
        return {"data": answer.get("data"), "meta": answer.get("meta")}
    raise _refusal(status, headers, answer)


def _file(status: int, headers: Any, text: bytes) -> str:
    if 200 <= status < 300:
        return text.decode(errors="replace")
    raise _refusal(status, headers, _parse(text))


def strange(status: int, message: Optional[str] = None) -> ApiError:
    """An answer that no server of Piecework gives."""
    return error_of(status, "UNKNOWN", message or f"The answer {status} is not from Piecework", {}, None)


def _refusal(status: int, headers: Any, answer: Dict[str, Any]) -> ApiError:
    error = answer.get("error")
    said: Dict[str, Any] = error if isinstance(error, dict) else {}
    code, message, details = said.get("code"), said.get("message"), said.get("details")
    return error_of(
        status,
        code if isinstance(code, str) else "UNKNOWN",
        message if isinstance(message, str) else str(strange(status)),
        details if isinstance(details, dict) else {},
        _seconds(headers.get("Retry-After")),
    )


def _wait_after(error: Exception, is_safe: bool, attempt: int) -> Optional[float]:
    if isinstance(error, ApiError):
        if error.status not in NOTHING_DONE and not (error.status >= 500 and is_safe):
            return None
        return wait_before(attempt, error.retry_after)
    return wait_before(attempt, None) if is_safe else None


def wait_before(attempt: int, retry_after: Optional[float]) -> Optional[float]:
    """Seconds to wait before an attempt: what the server asks for, else a random time that grows, so that many
    clients do not come back at once. None when the server asks for more than a client waits."""
    jitter = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (attempt - 1)) * random.random()
    if retry_after is None:
        return jitter
    return None if retry_after > LONGEST_RETRY_AFTER_SECONDS else retry_after + jitter / 4


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _segment(name: str, value: Any) -> str:
    if not isinstance(value, str) or value in ("", ".", ".."):
        raise TypeError(f"{name} must be a text, not {value!r}")
    return urllib.parse.quote(value, safe="")


def _parse(text: bytes) -> Dict[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _seconds(header: Optional[str]) -> Optional[float]:
    """Seconds, or a date."""
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
