"""Who can edit pictures: the providers by name, each loaded only when it is used."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points

from wanflow.errors import UsageError
from wanflow.execute.ports import Provider

# Ours, so that a checkout works without being installed; others come by entry point.
_OURS = {
    "local": "wanflow.providers.local.provider:LocalProvider",
    "builtin": "wanflow.providers.builtin.provider:BuiltinProvider",
}
_GROUP = "wanflow.providers"
# The service has an account and a price: it is entered with both, see `service.py`. Its family is
# named here so that a plan does not load it; a test holds it to the provider's own word.
_SERVICE = {"dashscope": "dashscope@1"}


def family_of(name: str) -> str:
    """Give the name and version of what makes a provider's pictures, as fingerprints have it.

    Raises:
        UsageError: there is no provider of that name.
    """
    return _SERVICE[name] if name in _SERVICE else engine(name).family


def engine(name: str) -> Provider:
    """Make the provider of that name, one that needs nothing but itself.

    Raises:
        UsageError: there is none; the message lists those that there are.
    """
    factory: Callable[[], Provider]
    if name in _OURS:
        module, _, attribute = _OURS[name].partition(":")
        factory = getattr(import_module(module), attribute)
        return factory()
    found = {entry.name: entry for entry in entry_points(group=_GROUP)}
    if name in found:
        factory = found[name].load()
        return factory()
    known = [known for known in {**_OURS, **_SERVICE, **found} if known != "builtin"]
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    raise UsageError(
        f"there is no provider '{name}'",
        hint=f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}",
    )


def plug_ins_of(algorithms: Iterable[str], provider: str) -> dict[str, str]:
    """Say which packages bring those algorithms that the local engine does not have itself.

    Reads what packages say of themselves and loads none of them.

    Returns:
        For each such algorithm its package and version, such as `wanflow-vignette@1.0.0`; nothing
        for another provider, and nothing for an algorithm that nobody brings.
    """
    if provider != "local":
        return {}
    plug_ins = import_module("wanflow.providers.local.plug_ins")
    found = {name: plug_ins.offers(name) for name in plug_ins.foreign(algorithms)}
    return {name: "+".join(map(str, offers)) for name, offers in found.items() if offers}
