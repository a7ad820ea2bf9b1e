"""The policy of a page: nothing from the network, no script and no style but its own by hash."""

import base64
import hashlib


def policy(*, style: str, script: str) -> str:
    """Give the Content-Security-Policy for a page with this one style and this one script.

    Chromium takes a page from disk and the pictures beside it for `'self'`; Firefox wants `file:`.
    """
    return "; ".join(
        [
            "default-src 'none'",
            "img-src 'self' file: data:",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
