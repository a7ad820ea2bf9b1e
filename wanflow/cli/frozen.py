"""`--frozen`: exactly what the lock says, or nothing."""

from collections.abc import Mapping
from pathlib import Path

from wanflow.cli.compose import Draft
from wanflow.errors import UsageError
from wanflow.loading import parse
from wanflow.model.plan import Plan
from wanflow.model.run import Reused
from wanflow.model.values import JsonValue
from wanflow.planning.lock import frozen_difference, lock_text


def lock_path(recipe: Path) -> Path:
    """Say where the lock of a recipe stands."""
    return recipe.with_name(f"{recipe.stem}.lock.yaml")


def hold_frozen(made: Draft, plan: Plan) -> None:
    """Refuse a plan that would do anything but what the lock beside the recipe says.

    Raises:
        UsageError: there is no lock, something is not in the workspace, or something has changed;
            the message says what.
    """
    lock = lock_path(made.ask.recipe)
    if not lock.is_file():
        raise UsageError(f"--frozen needs the lock '{lock}'", hint="run once without --frozen")
    locked = _content(lock.read_bytes(), lock)
    for entry in plan.jobs:
        if entry.decision.action == "run":
            reason = entry.decision.reason.replace("-", " ")
            raise UsageError(
                f"--frozen refuses: step '{entry.job.key}' would run ({reason})",
                hint="the workspace must hold its pictures; run without --frozen to make them",
            )
    outcomes = {
        entry.job.key: Reused(pictures=entry.recorded.pictures, run=entry.recorded.run)
        for entry in plan.jobs
        if entry.recorded is not None
    }
    now = _content(lock_text(plan, outcomes).encode(), lock)
    difference = frozen_difference(locked, now)
    if difference:
        raise UsageError(f"--frozen refuses: the lock differs in {difference}")


def _content(data: bytes, lock: Path) -> Mapping[str, JsonValue]:
    value = parse(data, file=str(lock)).value
    return value if isinstance(value, Mapping) else {}
