"""The record that wanflow writes into a picture: JSON, and what it reads back of it."""

import hashlib
import json
import re
from collections.abc import Mapping

from wanflow.model.provenance import Facts
from wanflow.model.values import JsonValue

VERSION = 1
_MOST_CHARACTERS = 2**20
# What XML or UTF-8 cannot hold; everything below a space is escaped by JSON itself.
_UNFIT = re.compile("[\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def record_text(facts: Facts, *, full: bool) -> str:
    """Write the record of a picture; equal facts give equal text.

    Args:
        facts: of the picture.
        full: with the prompt and all that it was made with; else with the prompt's digest alone.
    """
    value: dict[str, JsonValue] = {
        "v": VERSION,
        "recipe": f"{facts.recipe}@{facts.recipe_version}",
        "recipe_sha256": facts.recipe_sha256,
        "run": facts.run,
        "row": facts.row,
        "step": facts.step,
        "index": facts.index,
        "picture": facts.picture,
        "operation": facts.operation,
        "model": facts.model,
        "provider": facts.provider,
        "seed": facts.seed,
        "fingerprint": facts.fingerprint,
        "inputs": list(facts.inputs),
        "prompt_sha256": digest_of(facts.prompt),
    }
    if full:
        value |= {
            "prompt": facts.prompt,
            "arguments": facts.arguments,
            "parameters": facts.parameters,
        }
    given = {key: entry for key, entry in value.items() if entry is not None}
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"), default=dict)
    return _UNFIT.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def digest_of(prompt: str) -> str:
    """Give the SHA-256 of a prompt as UTF-8."""
    return hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()


def record_from(text: str) -> Mapping[str, JsonValue] | None:
    """Read a record, whoever may have written it; None if it is none, or of another version.

    Only what is known is given, and only where it is of the kind that it should be.
    """
    if len(text) > _MOST_CHARACTERS:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("v") != VERSION:
        return None
    return {key: value[key] for key, fits in _KINDS.items() if key in value and fits(value[key])}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict)


_KINDS = {
    "v": _is_number,
    "recipe": _is_text,
    "recipe_sha256": _is_text,
    "run": _is_text,
    "row": _is_text,
    "step": _is_text,
    "index": _is_number,
    "picture": _is_text,
    "operation": _is_text,
    "model": _is_text,
    "provider": _is_text,
    "seed": _is_number,
    "fingerprint": _is_text,
    "inputs": _is_texts,
    "prompt_sha256": _is_text,
    "prompt": _is_text,
    "arguments": _is_mapping,
    "parameters": _is_mapping,
}
