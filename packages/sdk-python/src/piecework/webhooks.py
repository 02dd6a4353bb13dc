"""Messages of webhooks; needs no key."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import Any, Dict, Mapping, Optional, Union

from .errors import VerificationError

TOLERANCE_SECONDS = 300.0
PREFIX = "whsec_"
MOST_SIGNATURES = 10


def verify(
    body: Union[str, bytes], headers: Mapping[str, str], secret: str, *, tolerance: float = TOLERANCE_SECONDS
) -> Dict[str, Any]:
    """Reads a message of a webhook when it is signed with its secret, as Standard Webhooks says.

    ``body`` is the request as it came: not parsed and written again. Raises VerificationError when the signature is of
    another secret or body, or the message is too old.
    """
    if not isinstance(secret, str) or secret == "":
        raise TypeError("The secret of the webhook is required")
    if not isinstance(body, (str, bytes)):
        raise TypeError("body must be the text or the bytes of the request, before anything has read it as JSON")
    found = {name.lower(): value for name, value in headers.items()}
    message_id = found.get("webhook-id")
    timestamp = found.get("webhook-timestamp")
    signatures = found.get("webhook-signature")
    if not message_id or not timestamp or not signatures:
        raise VerificationError("The headers webhook-id, webhook-timestamp and webhook-signature are required")
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    if not is_number or abs(time.time() - int(timestamp)) > tolerance:
        raise VerificationError(f"The message is more than {tolerance:g} seconds old, or from the future")
    content = body.encode() if isinstance(body, str) else body
    signed = f"{message_id}.{timestamp}.".encode() + content
    expected = hmac.new(_key_of(secret), signed, hashlib.sha256).digest()
    for one in signatures.split(" ")[:MOST_SIGNATURES]:
        given = _bytes_of(one[3:]) if one.startswith("v1,") else None
        if given is not None and hmac.compare_digest(given, expected):
            message: Dict[str, Any] = json.loads(content)
            return message
    raise VerificationError("The message is not signed with this secret")


def _key_of(secret: str) -> bytes:
    key = _bytes_of(secret[len(PREFIX) :]) if secret.startswith(PREFIX) else None
    return secret.encode() if key is None else key


def _bytes_of(text: str) -> Optional[bytes]:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
