"""Where the service answers, region by region."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from wanflow.errors import UsageError

_API = "/api/v1"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Pattern of the official SDK for workspace ids.
_WORKSPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One region. `shared_host` is None where only workspaces have a host of their own.

    `uploads` says whether temporary uploads are documented for it.
    """

    name: str
    code: str
    shared_host: str | None
    uploads: bool
    source: str


_DEFAULT = "beijing"
_READ = "read 2026-11-23"
REGIONS = (
    Region(
        name="beijing",
        code="cn-beijing",
        shared_host="dashscope.aliyuncs.com",
        uploads=True,
        source=f"Model Studio, page regions and get-temporary-file-url; {_READ}",
    ),
    Region(
        name="singapore",
        code="ap-southeast-1",
        shared_host="dashscope-intl.aliyuncs.com",
        uploads=False,
        source=f"Model Studio, page regions: older pages, still working; {_READ}",
    ),
    Region(
        name="virginia",
        code="us-east-1",
        shared_host="dashscope-us.aliyuncs.com",
        uploads=False,
        source=f"Model Studio, wan2.6 API reference; {_READ}",
    ),
    Region(
        name="hongkong",
        code="cn-hongkong",
        shared_host="cn-hongkong.dashscope.aliyuncs.com",
        uploads=False,
        source=f"official SDK 2.0.2; {_READ}",
    ),
    Region(
        name="frankfurt",
        code="eu-central-1",
        shared_host=None,
        uploads=False,
        source=f"Model Studio, page regions; {_READ}",
    ),
    Region(
        name="tokyo",
        code="ap-northeast-1",
        shared_host=None,
        uploads=False,
        source=f"Model Studio, page regions; {_READ}",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One address of the service: `base_url` ends without a slash.

    `region` is the name that prices go by; None for an address that the user gave without one.
    """

    base_url: str
    region: str | None
    workspace: str | None
    uploads: bool

    @property
    def parts(self) -> SplitResult:
        """The address in its parts."""
        return urlsplit(self.base_url)

    @property
    def priced_in(self) -> str:
        """Name of the region whose prices hold."""
        return self.region or _DEFAULT

    @property
    def loopback(self) -> bool:
        """Whether it is a program on this machine, which cannot take money."""
        return is_loopback(self.base_url)


def service_at(
    region: str | None = None, *, base_url: str | None = None, workspace: str | None = None
) -> Service:
    """Find the address to use.

    Args:
        region: name or code of a region, Beijing if not given; with a `base_url` it only says
            which prices hold.
        base_url: an address instead of a region's own, with its path, such as
            `http://127.0.0.1:8080/api/v1`.
        workspace: id of a workspace, sent along, and part of the host in regions without a
            shared one.

    Raises:
        UsageError: something of it is not usable, with what to type instead.
    """
    if workspace is not None and not _WORKSPACE.fullmatch(workspace):
        raise UsageError(
            "a workspace id has 1 to 64 letters, digits, dashes and underscores",
            hint="copy it from the console of Model Studio",
        )
    if base_url is not None:
        name = None if region is None else _region(region).name
        return Service(base_url=_checked(base_url), region=name, workspace=workspace, uploads=True)
    found = _region(region or _DEFAULT)
    host = found.shared_host
    if host is None:
        if workspace is None:
            raise UsageError(
                f"region '{found.name}' has no host without a workspace",
                hint="add --workspace-id ID, as the console of Model Studio shows it",
            )
        host = f"{workspace}.{found.code}.maas.aliyuncs.com"
    return Service(
        base_url=f"https://{host}{_API}",
        region=found.name,
        workspace=workspace,
        uploads=found.uploads,
    )


def is_loopback(url: str) -> bool:
    """Say whether an address is on this machine."""
    return (urlsplit(url).hostname or "") in _LOOPBACK


def _region(name: str) -> Region:
    for region in REGIONS:
        if name in {region.name, region.code}:
            return region
    names = ", ".join(region.name for region in REGIONS)
    raise UsageError(f"there is no region '{name}'", hint=f"one of {names}")


def _checked(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        _ = parts.port
    except ValueError:
        raise UsageError(f"'{base_url}' is no address", hint="write it with https://") from None
    if parts.username or parts.password:
        raise UsageError("a base URL carries no user name or password", hint="use the API key")
    if parts.query or parts.fragment or not parts.hostname:
        raise UsageError(f"'{base_url}' is no base URL", hint="write it like https://HOST/api/v1")
    if not all("!" <= letter <= "~" for letter in base_url):
        raise UsageError("a base URL has no spaces and no letters beyond ASCII")
    plain_here = parts.scheme == "http" and is_loopback(base_url)
    if parts.scheme != "https" and not plain_here:
        raise UsageError(
            f"'{parts.scheme}://' would send the key in the open",
            hint="use https://; plain http is only for 127.0.0.1",
        )
    return base_url.rstrip("/")
