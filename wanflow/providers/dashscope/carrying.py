"""How a picture gets to the service: by address, inside the request, or uploaded once."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import formatdate
from hashlib import sha256
from pathlib import Path

import anyio

from wanflow.errors import ImageError
from wanflow.providers.dashscope.asking import Asking, RefusedError
from wanflow.providers.dashscope.hosts import is_the_services
from wanflow.providers.dashscope.pace import Pace
from wanflow.providers.dashscope.settings import Settings
from wanflow.providers.dashscope.transport import Links, WireError
from wanflow.providers.dashscope.wire.answers import BadAnswerError, Policy, read_policy
from wanflow.providers.dashscope.wire.bodies import Carried
from wanflow.providers.dashscope.wire.encoding import InlinePicture, PictureChangedError
from wanflow.providers.dashscope.wire.requests import get_policy

# Source: page get-temporary-file-url: uploads live 48 hours; two are left for the task's own wait.
_UPLOAD_LIVES_S = 46 * 3600.0
_POLICY_MARGIN_S = 30.0
_POLICIES_PER_S = 100.0
# A smaller picture costs less inside the request than two further requests cost.
_WORTH_UPLOADING_BYTES = 256 * 1024
_PIECE_BYTES = 192 * 1024
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/bmp": "bmp", "image/webp": "webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Uploaded:
    url: str
    until_s: float


class Carrying:
    """Chooses the way of each picture.

    The first use of a picture travels inside the request, unless it is large; from the second on
    it is uploaded once for all. Where an upload fails, it travels inside the request after all.
    """

    def __init__(self, links: Links, asking: Asking, settings: Settings) -> None:
        self._links = links
        self._asking = asking
        self._settings = settings
        self._pace = Pace(_POLICIES_PER_S)
        self._uses: dict[str, int] = {}
        self._uploads: dict[tuple[str, str], _Uploaded] = {}
        self._policies: dict[str, tuple[Policy, float]] = {}
        self._alone = anyio.Lock()

    async def carried(self, path: Path, model: str) -> Carried:
        """Choose how a file gets to the service, and upload it if that is the way.

        Raises:
            ImageError: it cannot be read, or is none of the four kinds of picture.
        """
        picture = look_at(path)
        uses = self._uses[picture.sha256] = self._uses.get(picture.sha256, 0) + 1
        large = picture.size_bytes > self._settings.inline_bytes
        again = uses > 1 and picture.size_bytes >= _WORTH_UPLOADING_BYTES
        if not self._settings.service.uploads or not (large or again):
            return picture
        # One at a time: a second row with the same picture waits for the upload, then shares it.
        async with self._alone:
            return await self._uploaded(picture, model)

    async def _uploaded(self, picture: InlinePicture, model: str) -> Carried:
        known = self._uploads.get((picture.sha256, model))
        if known is not None and known.until_s > anyio.current_time():
            return known.url
        try:
            policy = await self._policy(model)
            url = await self._upload(picture, policy)
        except (WireError, RefusedError, BadAnswerError):
            return picture
        self._uploads[picture.sha256, model] = _Uploaded(
            url=url, until_s=anyio.current_time() + _UPLOAD_LIVES_S
        )
        return url

    async def _policy(self, model: str) -> Policy:
        policy, until_s = self._policies.get(model, (None, 0.0))
        if policy is not None and until_s > anyio.current_time():
            return policy
        await self._pace.turn()
        asked_s = anyio.current_time()
        reply = await self._asking.ask(get_policy(model), has_turn=True)
        policy = read_policy(reply.body)
        self._policies[model] = (policy, asked_s + policy.lives_s - _POLICY_MARGIN_S)
        return policy

    async def _upload(self, picture: InlinePicture, policy: Policy) -> str:
        if not is_the_services(policy.host, self._settings.service):
            raise BadAnswerError("a store that is not the service's")
        name = f"{picture.sha256[:32]}-{secrets.token_hex(4)}.{_SUFFIXES[picture.media_type]}"
        key = f"{policy.folder}/{name}"
        form = Form(picture=picture, policy=policy, key=key)
        reply = await self._links.post_form(policy.host, form.stream(), headers=form.headers())
        if reply.status != 200:
            self._policies.clear()
            raise BadAnswerError(f"HTTP {reply.status} from the store")
        return f"oss://{key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """An upload as a form, its fields in the order in which the official SDK sends them."""

    picture: InlinePicture
    policy: Policy
    key: str
    boundary: str = "wanflow-5d2f0c9be1a74f6f8a33c1d0"

    def headers(self) -> dict[str, str]:
        """Give the headers; the key is not among them."""
        length = len(self._head()) + self.picture.size_bytes + len(self._tail())
        return {
            "Accept": "application/json",
            "Content-Type": f"multipart/form-data; boundary={self.boundary}",
            "Content-Length": str(length),
            "Date": formatdate(usegmt=True),
        }

    async def stream(self) -> AsyncIterator[bytes]:
        """Give the form piece by piece."""
        yield self._head()
        try:
            with self.picture.path.open("rb") as file:
                while piece := file.read(_PIECE_BYTES):
                    yield piece
        except OSError as error:
            raise PictureChangedError(f"cannot be read: {error.strerror}") from None
        yield self._tail()

    def _head(self) -> bytes:
        before, after = self.policy.fields[:3], self.policy.fields[3:]
        fields = (
            *before,
            ("key", self.key),
            *after,
            ("success_action_status", "200"),
            ("x-oss-content-type", self.picture.media_type),
        )
        parts = [self._part(f'name="{name}"', text) for name, text in fields]
        file_name = self.key.rpartition("/")[2]
        return "".join([*parts, self._part(f'name="file"; filename="{file_name}"', None)]).encode()

    def _part(self, naming: str, text: str | None) -> str:
        head = f"--{self.boundary}\r\nContent-Disposition: form-data; {naming}\r\n\r\n"
        return head if text is None else f"{head}{text}\r\n"

    def _tail(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode("ascii")


def look_at(path: Path) -> InlinePicture:
    """Name a picture by its bytes and say what kind it is, from its first bytes.

    Raises:
        ImageError: it cannot be read, or is no PNG, JPEG, BMP or WebP.
    """
    digest, size_bytes, head = sha256(), 0, b""
    try:
        with path.open("rb") as file:
            # Piece by piece: a picture is never in memory as a whole.
            while piece := file.read(_PIECE_BYTES):
                head = head or piece[:16]
                size_bytes += len(piece)
                digest.update(piece)
    except OSError as error:
        raise ImageError("unreadable", f"'{path}' cannot be read: {error.strerror}") from None
    return InlinePicture(
        path=path,
        media_type=_media_type(head, path),
        size_bytes=size_bytes,
        sha256=digest.hexdigest(),
    )


def _media_type(head: bytes, path: Path) -> str:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"BM"):
        return "image/bmp"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    raise ImageError(
        "not-an-image",
        f"'{path.name}' is no picture that the service takes",
        hint="PNG, JPEG, BMP and WebP are taken",
    )
