"""Who can edit pictures: the providers by name, each loaded only when it is used."""

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module

from wanflow.errors import UsageError
from wanflow.execute.ports import Provider

# Ours, so that a checkout works without being installed; others come by entry point.
_OURS = {
    "local": "wanflow.providers.local.provider:LocalProvider",
    "builtin": "wanflow.providers.builtin.provider:BuiltinProvider",
}
_GROUP = "wanflow.providers"
# The service's own name is known, so that a recipe can be checked and priced for it; sending comes
# with a later version.
_NOT_YET = {"dashscope": "dashscope@1"}


def family_of(name: str) -> str:
    """Give the name and version of what makes a provider's pictures, as fingerprints have it.

    Raises:
        UsageError: there is no provider of that name.
    """
    return _NOT_YET[name] if name in _NOT_YET else engine(name).family


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
    if name in _NOT_YET:
        raise UsageError(
            f"this version checks and prices recipes for '{name}', it does not run them",
            hint="leave out --provider to run on the local engine",
        )
    from importlib.metadata import entry_points

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
