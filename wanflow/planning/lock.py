"""The lock: what a recipe was made of and what came of it, one fact a line, to be committed."""

import json
from collections.abc import Iterable, Mapping

from wanflow.model.plan import FileImage, Plan
from wanflow.model.run import Done, Outcome, Reused
from wanflow.model.values import Fingerprint, JobKey, JsonValue, Sha256

_HEAD = """\
# Written by wanflow after a run; commit it beside the recipe.
# With it and the workspace, --frozen gives the same bytes with 0 requests, or refuses.
"""


def lock_text(plan: Plan, outcomes: Mapping[JobKey, Outcome]) -> str:
    """Write the lock of a run as YAML: keys sorted, one fact a line, equal runs equal bytes.

    Steps that made no picture in this run are left out.
    """
    steps: dict[str, JsonValue] = {}
    operations: dict[str, JsonValue] = {}
    for entry in plan.jobs:
        outcome = outcomes.get(entry.job.key)
        if isinstance(outcome, Done | Reused):
            operations[entry.job.operation] = entry.job.operation_version
            steps[entry.job.key] = _step(
                entry.job.fingerprint, entry.job.pick, entry.job.seed, outcome
            )
    facts: dict[str, JsonValue] = {
        "wanflow_lock": 1,
        "recipe": {"sha256": plan.recipe_sha256, "version": plan.recipe_version},
        "provider": plan.provider,
        "inputs": dict(_inputs(plan)),
        "operations": operations,
        "steps": steps,
    }
    return _HEAD + "".join(_lines(facts, 0))


def _step(
    fingerprint: Fingerprint, pick: int, seed: int | None, outcome: Done | Reused
) -> Mapping[str, JsonValue]:
    step: dict[str, JsonValue] = {
        "pick": pick,
        "request": fingerprint,
        "pictures": [picture.sha256 for picture in outcome.pictures],
    }
    if seed is not None:
        step["seed"] = seed
    return step


def _inputs(plan: Plan) -> Iterable[tuple[str, JsonValue]]:
    pictures: dict[str, list[Sha256]] = {}
    for entry in plan.jobs:
        for image in entry.job.images:
            if isinstance(image, FileImage):
                known = pictures.setdefault(image.name, [])
                if image.artifact.sha256 not in known:
                    known.append(image.artifact.sha256)
    for name, digests in pictures.items():
        yield name, digests[0] if len(digests) == 1 else list(digests)
    for name, value in plan.inputs.items():
        if name not in pictures:
            yield name, value


def _lines(value: Mapping[str, JsonValue], depth: int) -> Iterable[str]:
    for key in sorted(value):
        item, space = value[key], "  " * depth
        if isinstance(item, Mapping) and item:
            yield f"{space}{_scalar(key)}:\n"
            yield from _lines(item, depth + 1)
        elif isinstance(item, list | tuple) and item:
            yield f"{space}{_scalar(key)}:\n"
            yield from (f"{space}  - {_flow(entry)}\n" for entry in item)
        else:
            yield f"{space}{_scalar(key)}: {_flow(item)}\n"


def _scalar(key: str) -> str:
    plain = (
        key.replace("-", "").replace("_", "").isalnum() and key.isascii() and not key[0].isdigit()
    )
    return key if plain and key not in {"true", "false", "null", "yes", "no"} else _flow(key)


def _flow(value: JsonValue) -> str:
    # JSON is YAML: whatever it is, it stands on one line and reads back equal. What YAML does not
    # take as it is (controls, for one) is escaped; Chinese stays readable.
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if text.isprintable() else json.dumps(value, sort_keys=True)


def frozen_difference(locked: JsonValue, now: JsonValue) -> str | None:
    """Say in what a lock and the lock that this plan would leave differ first, None if in nothing.

    Args:
        locked: the lock file's content.
        now: the same of the plan at hand.
    """
    if not isinstance(locked, Mapping) or not isinstance(now, Mapping):
        return None if locked == now else f"locked {_flow(locked)}, now {_flow(now)}"
    for key in sorted({*locked, *now}):
        if key not in locked or key not in now:
            return f"{key}: {'not in the lock' if key not in locked else 'only in the lock'}"
        inner = frozen_difference(locked[key], now[key])
        if inner:
            return f"{key}: {inner}"
    return None
