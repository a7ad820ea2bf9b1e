"""A recipe of one step, made from what a picture says of itself and nothing else."""

import json
import re
from collections.abc import Mapping

from wanflow.cli.inspection import Inspection
from wanflow.errors import UsageError
from wanflow.loading import catalogue
from wanflow.model.values import JsonValue

# Where a template could begin; there it is written as an expression that gives the bracket.
_OPENING = re.compile(r"\{(?=[{%#])")
_UNFIT = re.compile("[\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PARAMETERS = ("n", "size", "seed", "negative_prompt", "prompt_extend", "watermark")


def last_step(seen: Inspection) -> tuple[str, Mapping[str, str]]:
    """Write a recipe of the step that made a picture.

    Returns:
        The recipe as YAML, and the SHA-256 of each picture that has to be given, by its input.

    Raises:
        UsageError: the file does not say with what it was made.
    """
    record = seen.metadata.record or {}
    operation, prompt = record.get("operation"), record.get("prompt")
    if not isinstance(operation, str) or not isinstance(prompt, str):
        said = "says which recipe made it, and not with what words"
        raise UsageError(
            f"'{seen.file}' {said if record else 'does not say what made it'}, and its run is"
            " not here",
            hint="name the run's workspace with --workspace, or ask whoever has it",
        )
    known = catalogue().operations.get(operation)
    if known is None:
        raise UsageError(
            f"'{seen.file}' was made by the operation '{operation}', which is not in the catalogue",
            hint="its run has it: name the run's workspace with --workspace",
        )
    given = record.get("inputs")
    pictures = {
        f"picture{number}": str(sha)
        for number, sha in enumerate(given if isinstance(given, list) else (), 1)
    }
    about = f"The last step of {record.get('recipe', 'a recipe')}"
    step: dict[str, JsonValue] = {"id": "again", "use": operation}
    if pictures:
        step["images"] = list(pictures)
    if known.kind == "model":
        step |= _of_model(record, prompt)
    arguments = record.get("arguments")
    if isinstance(arguments, Mapping) and arguments:
        step["with"] = _literal(arguments)
    lines = [
        "# Written by wanflow from what a picture says of itself: the step that made it.",
        "wanflow: 1",
        "name: again",
        "version: 1.0.0",
        f"description: {_flow(_literal(about))}",
    ]
    if pictures:
        lines.append("inputs:")
        lines += [
            f"  {name}: {_flow({'type': 'image', 'description': f'The picture with sha256 {sha}'})}"
            for name, sha in pictures.items()
        ]
    lines += ["steps:", f"  - {_flow(step)}"]
    return "\n".join(lines) + "\n", pictures


def _of_model(record: Mapping[str, JsonValue], prompt: str) -> dict[str, JsonValue]:
    step: dict[str, JsonValue] = {}
    if prompt:
        step["prompt"] = _literal(prompt)
    if isinstance(record.get("model"), str):
        step["model"] = record["model"]
    parameters = record.get("parameters")
    if isinstance(parameters, Mapping):
        step |= {name: _literal(parameters[name]) for name in _PARAMETERS if name in parameters}
    return step


def _literal(value: JsonValue) -> JsonValue:
    """Write text so that a template gives it back as it is."""
    if isinstance(value, str):
        return _OPENING.sub("{{ '{' }}", value)
    if isinstance(value, Mapping):
        return {key: _literal(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_literal(one) for one in value]
    return value


def _flow(value: JsonValue) -> str:
    """Write a value as JSON, which YAML takes as it is."""
    text = json.dumps(value, ensure_ascii=False, default=dict)
    return _UNFIT.sub(lambda one: f"\\u{ord(one.group()):04x}", text)
