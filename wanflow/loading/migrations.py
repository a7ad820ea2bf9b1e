"""How a recipe of an older version of the language becomes one of the next.

There is one version so far, so the table is empty. The first change of the language that an old
recipe would notice brings the first entry, and with it the rule that every version ever released
can be read: a file is lifted step by step, version by version, before it is validated.
"""

from collections.abc import Callable, Mapping

from wanflow.model.values import JsonValue

# The version of the language that this program reads and writes.
VERSION = 1
# Lifts a recipe from the version that is the key to the next; gives a new value, changes none.
MIGRATIONS: Mapping[int, Callable[[Mapping[str, JsonValue]], Mapping[str, JsonValue]]] = {}


def version_of(written: JsonValue) -> int | None:
    """Read what stands behind `wanflow:`, also as `1.0`, '1' or 'v1'; None if it is no version."""
    if isinstance(written, bool):
        return None
    if isinstance(written, float):
        return int(written) if written.is_integer() else None
    if isinstance(written, str):
        digits = written.strip().removeprefix("v").removesuffix(".0")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else None
    return written if isinstance(written, int) else None


def lifted(recipe: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """Bring a recipe up to the version that this program reads.

    A recipe of an unknown or newer version comes back as it is: validation says what is wrong.
    """
    version = version_of(recipe.get("wanflow"))
    while version is not None and version in MIGRATIONS:
        recipe = {**MIGRATIONS[version](recipe), "wanflow": version + 1}
        version += 1
    return recipe
