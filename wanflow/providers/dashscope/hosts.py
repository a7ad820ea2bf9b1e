"""Which addresses we go to because the service says so."""

import re
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from wanflow.providers.dashscope.regions import Service, is_loopback

# Source: the documented egress allow-list and recorded result addresses; read 2026-11-23.
_STORES = re.compile(r"dashscope-[a-z0-9-]{1,60}\.oss-[a-z0-9-]{1,60}\.aliyuncs\.com", re.ASCII)
_CLOUD = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,6}aliyuncs\.com", re.ASCII)
_LONGEST_CHARS = 4096


def is_the_services(url: str, service: Service) -> bool:
    """Say whether an address that an answer names may be opened.

    It may if it is https at a store of the service, or of the host that the service itself is
    at. Plain http is for a service on this machine that is itself reached by plain http.
    """
    parts = _parts(url)
    if parts is None:
        return False
    host = (parts.hostname or "").lower()
    own = service.parts
    if service.loopback and is_loopback(url):
        return parts.scheme == own.scheme and parts.port == own.port
    if parts.scheme != "https" or parts.port not in {None, 443, own.port}:
        return False
    return bool(_STORES.fullmatch(host) or _CLOUD.fullmatch(host)) or host == own.hostname


def may_be_handed_on(url: str, service: Service) -> bool:
    """Say whether an address may be given to the service as an input picture."""
    return is_the_services(url, service) or (_parts(url) is not None and url.startswith("https://"))


def in_ascii(url: str) -> str:
    """Write an address as it travels: a host in punycode, other letters percent-encoded.

    Raises:
        ValueError: its host is none.
    """
    if url.isascii():
        return url
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode("ascii")
    place = host if parts.port is None else f"{host}:{parts.port}"
    # What has a meaning in an address keeps it, and what is encoded already stays as it is.
    path, query = (quote(text, safe="/%:@!$&'()*+,;=~?") for text in (parts.path, parts.query))
    return urlunsplit((parts.scheme, place, path, query, ""))


def _parts(url: str) -> SplitResult | None:
    """Take an address apart; None if there is anything odd about it."""
    if len(url) > _LONGEST_CHARS or not all("!" <= letter <= "~" for letter in url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if parts.username is not None or parts.password is not None or parts.fragment:
        return None
    return parts if parts.hostname and "\\" not in url else None
