"""Algorithms that other packages bring: found by name without loading, run like the engine's own.

A package offers one by an entry point of the group `wanflow.algorithms`, whose name is what an
operation writes under `local`. docs/own-operations.md states the contract of the function.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from wanflow.errors import StepError, WanflowError

if TYPE_CHECKING:
    from wanflow.providers.local.pixels import Painted, Task

GROUP = "wanflow.algorithms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One algorithm of one package, not loaded; prints as `wanflow-vignette@1.0.0`."""

    package: str
    version: str
    entry: EntryPoint

    def __str__(self) -> str:
        return f"{self.package}@{self.version}"


def foreign(algorithms: Iterable[str]) -> tuple[str, ...]:
    """Leave out what the engine has itself, which stands over a package's of the same name."""
    own = import_module("wanflow.providers.local.worker").ALGORITHMS
    return tuple(name for name in dict.fromkeys(algorithms) if name not in own)


def offers(name: str) -> tuple[Offer, ...]:
    """Say which installed packages bring an algorithm; sorted, and nothing of them is loaded."""
    found = {str(offer): offer for offer in map(_offer, entry_points(group=GROUP, name=name))}
    return tuple(found[key] for key in sorted(found))


def brought() -> tuple[str, ...]:
    """Name the algorithms of all installed packages."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP)}))


def run_plug_in(name: str, task: "Task") -> "Painted":
    """Run a package's algorithm and hold what it gives to the contract.

    Raises:
        StepError: none or several packages bring it, it cannot be loaded, it fails, or it gives
            something else than pictures; each names the package. What it raises as a StepError or
            an ImageError comes through as it is.
    """
    offer = _only(name)
    function = _loaded(offer)
    try:
        painted = function(task)
    except WanflowError:
        raise
    except Exception as error:
        raise StepError(
            "plug-in-failed",
            f"the algorithm '{name}' of the package {offer} failed: {_said(error)}",
            hint=f"tell the author of {offer.package}",
        ) from error
    wrong = import_module("wanflow.providers.local.promises").broken(painted, task)
    if wrong:
        raise StepError(
            "plug-in-wrong-result",
            f"the algorithm '{name}' of the package {offer} gave {wrong}",
            hint=f"tell the author of {offer.package}; docs/own-operations.md has the contract",
        )
    return painted


def _only(name: str) -> Offer:
    found = offers(name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise StepError(
            "unknown-algorithm",
            f"no installed package brings the algorithm '{name}'",
            hint="install the package that does",
        )
    raise StepError(
        "plug-in-twice",
        f"the algorithm '{name}' is brought by {' and by '.join(map(str, found))}",
        hint=f"uninstall all but one: python -m pip uninstall {found[-1].package}",
    )


def _loaded(offer: Offer) -> "Callable[[Task], Painted]":
    try:
        function = offer.entry.load()
    except Exception as error:
        raise _unloadable(offer, _said(error)) from error
    if not callable(function):
        raise _unloadable(offer, f"{offer.entry.value} is no function")
    made: Callable[[Task], Painted] = function
    return made


def _unloadable(offer: Offer, why: str) -> StepError:
    return StepError(
        "plug-in-broken",
        f"the algorithm '{offer.entry.name}' of the package {offer} cannot be loaded: {why}",
        hint=f"install it anew: python -m pip install --force-reinstall {offer.package}",
    )


def _offer(entry: EntryPoint) -> Offer:
    package = entry.dist
    if package is None:  # an entry point that was made by hand, not found
        return Offer(package="unknown", version="0", entry=entry)
    return Offer(package=package.name, version=package.version, entry=entry)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
