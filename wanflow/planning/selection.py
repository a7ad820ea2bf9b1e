"""Which steps a command asks for: `--only`, `--from`, `--until`."""

from collections.abc import Collection, Mapping, Sequence

from wanflow.model.values import JobKey


def selected(
    keys: Sequence[JobKey],
    needs: Mapping[JobKey, tuple[JobKey, ...]],
    *,
    only: Collection[JobKey] = (),
    first: JobKey | None = None,
    until: JobKey | None = None,
) -> frozenset[JobKey] | None:
    """Name the steps to make, and all that they hang on.

    What a wanted step hangs on is always in it: it is reused when it has been made before.

    Args:
        keys: all jobs in the order of the recipe.
        needs: of each job.
        only: these steps.
        first: this step and all that hang on it (`--from`).
        until: this step and all that it hangs on.

    Returns:
        The wanted steps, or None when nothing is asked for in particular. When `first` and
        `until` are both given, what lies between them (and what that hangs on).
    """
    if not only and first is None and until is None:
        return None
    wanted = set(only)
    if first is not None:
        after = _downstream(keys, needs, first)
        wanted |= after if until is None else after & _upstream(needs, {until})
    elif until is not None:
        wanted.add(until)
    return frozenset(_upstream(needs, wanted))


def _upstream(needs: Mapping[JobKey, tuple[JobKey, ...]], start: Collection[JobKey]) -> set[JobKey]:
    found: set[JobKey] = set()
    open_keys = list(start)
    while open_keys:
        key = open_keys.pop()
        if key not in found:
            found.add(key)
            open_keys.extend(needs.get(key, ()))
    return found


def _downstream(
    keys: Sequence[JobKey], needs: Mapping[JobKey, tuple[JobKey, ...]], first: JobKey
) -> set[JobKey]:
    found = {first}
    for key in keys:
        if any(need in found for need in needs.get(key, ())):
            found.add(key)
    return found
