"""Who can edit pictures: the providers by name, each loaded only when it is used."""

from collections.abc import Callable
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


def engine(name: str) -> Provider:
    """Make the provider of that name.

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
    known = [known for known in {**_OURS, **found} if known != "builtin"]
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    raise UsageError(
        f"there is no provider '{name}'",
        hint=f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}",
    )
