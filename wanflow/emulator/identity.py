"""Ids and signatures that the emulator gives out."""

import base64
import hashlib
import hmac
import random
import uuid


class Mint:
    """Makes ids that are repeatable for a seed and a start time, and signs with a secret.

    The start time is in it so that two emulators, one after the other, never give out the
    same task id; under a test clock both are the same and so are the ids.
    """

    def __init__(self, seed: int, start_s: float) -> None:
        self._rng = random.Random(f"{seed}/{start_s!r}")  # noqa: S311 - ids, not secrets
        self._secret = f"{seed}/{start_s!r}/signature".encode()

    def uuid(self) -> str:
        """Give the next id, in the form of a random UUID."""
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def sign(self, text: str) -> str:
        """Sign a text as the object store does: 20 bytes in base64."""
        digest = hmac.new(self._secret, text.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode("ascii")

    def signed(self, text: str, signature: str) -> bool:
        """Say whether a signature is ours."""
        return hmac.compare_digest(self.sign(text).encode(), signature.encode())
