"""Writes into the recipe's schema what the catalogue says of operations, for editors.

    python docs/write_schemas.py          write it
    python docs/write_schemas.py --check  exit with 1 if it is not as it would be written

All else in schemas/recipe.schema.json is written by hand. Written here are the rules at its top
(`allOf`) and the definitions `catalogue-step` and `with-NAME`. wanflow itself does not read them:
it holds a step against the catalogue, and says more of a mistake than a schema can.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wanflow.loading import catalogue
from wanflow.loading.schema import findings
from wanflow.loading.shape import kind_of
from wanflow.model.card import ModelCard
from wanflow.model.operation import Operation

FILE = Path(__file__).parent.parent / "schemas" / "recipe.schema.json"
Schema = dict[str, Any]

# A text with something to render in it may become anything, so nothing is said of it here.
_TEMPLATE: Schema = {"type": "string", "pattern": r"\{[{%#]"}
_PICTURE: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 2048,
    "examples": ["clock", "placed[2]", "pictures/table.jpg"],
}
# What says something of a value as a whole, beside its type.
_WORDS = ("title", "description", "default", "examples")
_CONDITIONS = ("if", "then", "else", "allOf")
_OF_MODELS = ("n", "size", "seed", "negative_prompt", "prompt_extend", "watermark")


def written(schema: Schema) -> Schema:
    """Give the schema with all that is written here anew."""
    definitions = {
        name: part
        for name, part in schema["$defs"].items()
        if name != "catalogue-step" and not name.startswith("with-")
    }
    known = catalogue()
    definitions["catalogue-step"] = _step(known.operations, known.models)
    for operation in known.operations.values():
        definitions[f"with-{operation.name}"] = _with(operation)
    return {**schema, "allOf": _rules(known.operations), "$defs": definitions}


def _rules(operations: Mapping[str, Operation]) -> list[Schema]:
    """Say when the catalogue's operations are meant: unless the recipe calls its own the same."""
    others = {"type": "object", "propertyNames": {"not": {"enum": list(operations)}}}
    some = {"required": ["operations"], "properties": {"operations": {}}}
    choices = [_choice(name, _summary(one)) for name, one in operations.items()]
    known = {"type": "object", "properties": {"use": {"anyOf": choices}}}
    return [
        {
            "if": {"properties": {"operations": others}},
            "then": _steps({"$ref": "#/$defs/catalogue-step"}),
        },
        {"if": some, "else": _steps(known)},
    ]


def _steps(rules: Schema) -> Schema:
    return {"properties": {"steps": {"type": "array", "items": rules}}}


def _choice(name: str, words: str) -> Schema:
    """Offer one value with words of its own, which an editor shows beside it."""
    return {"const": name, "title": name, "description": words}


def _summary(operation: Operation) -> str:
    return f"{operation.summary['en']}. {operation.summary['zh']}。"


def _step(operations: Mapping[str, Operation], models: Mapping[str, ModelCard]) -> Schema:
    choices = [_choice(name, f"{card.summary}.") for name, card in models.items()]
    exact = [one.name for one in operations.values() if one.kind == "builtin"]
    return {
        "title": "Step",
        "description": "One edit by an operation of the catalogue.",
        "type": "object",
        "allOf": [
            {"properties": {"model": {"anyOf": choices}}},
            *(_of_operation(one) for one in operations.values()),
            *(_of_model(card, exact) for card in models.values()),
        ],
    }


def _of_operation(operation: Operation) -> Schema:
    name = operation.name
    then: Schema = {"with": {"$ref": f"#/$defs/with-{name}"}}
    if operation.roles:
        then["images"] = _images(operation)
    needed = ["with"] if findings(operation.params, {}) else []
    if operation.kind != "builtin" and not operation.prompt:
        then["prompt"] = {}
        needed.append("prompt")
    required = {"required": needed} if needed else {}
    return _when({"use": {"const": name}}, {"properties": then, **required})


def _when(given: Schema, then: Schema) -> Schema:
    return {"if": {"properties": given, "required": list(given)}, "then": then}


def _images(operation: Operation) -> Schema:
    few, most = operation.images_min, operation.images_max
    many = f"{few}" if few == most else f"{few} to {most}"
    roles = {
        role: {
            "title": f"Picture in the role {role}",
            "description": f"The {role} of `{operation.name}`: a name, a path or a URL.",
            **_PICTURE,
        }
        for role in operation.roles
    }
    return {
        "title": f"Pictures of {operation.name}",
        "description": (
            f"`{operation.name}` takes {many}. In a list they stand in this order:"
            f" {', '.join(operation.roles)}. In a mapping each is named by its role."
        ),
        "type": ["array", "object"],
        "properties": roles,
        "additionalProperties": False,
    }


def _of_model(card: ModelCard, exact: list[str]) -> Schema:
    """Say what a model takes beside the prompt, for steps that name it and are not exact work."""
    then: Schema = {}
    for key in _OF_MODELS:
        rules = card.parameters.get(key)
        if rules is None:
            # Whoever asks for nothing may ask it of a model that cannot do it.
            then[key] = {"const": False} if key in ("prompt_extend", "watermark") else False
        elif "maximum" in rules:
            then[key] = {"type": rules["type"], "maximum": rules["maximum"]}
    given = {"model": {"const": card.name}, "use": {"not": {"enum": exact}}}
    return _when(given, {"properties": then})


def _with(operation: Operation) -> Schema:
    """Make the schema of what stands under `with` from the parameters of an operation."""
    return {
        "title": f"Parameters of {operation.name}",
        "description": _summary(operation),
        **_value(operation.params),
    }


def _value(rules: Mapping[str, Any]) -> Schema:
    """Write the rules of a value so that a template may stand wherever text is rendered."""
    if "oneOf" in rules:
        return _alternatives(rules)
    if "enum" in rules or rules["type"] not in ("array", "object"):
        return _scalar(rules)
    kept: Schema = {key: _plain(rule) for key, rule in rules.items() if key not in _CONDITIONS}
    if "properties" in rules:
        kept["properties"] = {
            name: {**_told(name, rule), **_value(rule)}
            for name, rule in rules["properties"].items()
        }
    for key in ("items", "additionalProperties"):
        if isinstance(rules.get(key), Mapping):
            kept[key] = _value(rules[key])
    known = rules.get("properties", {})
    return {**kept, **{key: _typed(rules[key], known) for key in _CONDITIONS if key in rules}}


def _typed(condition: Any, known: Mapping[str, Any]) -> Any:  # noqa: ANN401 # one rule or several
    """Write a condition so that each key that it names is a property of the type that it has."""
    if not isinstance(condition, Mapping):
        return [_typed(one, known) for one in condition]
    made: Schema = {}
    for key, rule in condition.items():
        made[key] = _typed(rule, known) if key in (*_CONDITIONS, "anyOf") else _plain(rule)
    properties = {
        name: {**_type(known.get(name, {}), rule), **rule} if isinstance(rule, dict) else rule
        for name, rule in made.get("properties", {}).items()
    }
    unnamed: Schema = {name: {} for name in made.get("required", ()) if name not in properties}
    return {**made, "properties": {**unnamed, **properties}} if unnamed or properties else made


def _type(rules: Mapping[str, Any], condition: Mapping[str, Any]) -> Schema:
    """Give the type that a rule within a condition needs: a template may stand for a scalar."""
    kind = rules.get("type")
    if kind is None or condition.keys() & {"type", "enum", "const"}:
        return {}
    return {"type": kind if kind in ("array", "object", "string") else [kind, "string"]}


def _scalar(rules: Mapping[str, Any]) -> Schema:
    kept: Schema = {key: rules[key] for key in _WORDS if key in rules}
    limits = {key: rule for key, rule in rules.items() if key not in _WORDS}
    kinds = {kind_of(one) for one in rules.get("enum", ())} or {rules["type"]}
    kept["type"] = sorted(kinds | {"string"}) if kinds != {"string"} else "string"
    if limits != {"type": "string"}:
        kept |= {"if": _TEMPLATE, "else": limits}
    return {key: _plain(rule) for key, rule in kept.items()}


def _alternatives(rules: Mapping[str, Any]) -> Schema:
    """Tell alternatives apart by their type: so a typo is told as what it is."""
    branches = [(_kind(branch), branch) for branch in rules["oneOf"]]
    kept = {key: _plain(rule) for key, rule in rules.items() if key != "oneOf"}
    return {
        **kept,
        "type": [kind for kind, _ in branches],
        "allOf": [{"if": {"type": kind}, "then": _value(branch)} for kind, branch in branches],
    }


def _kind(branch: Mapping[str, Any]) -> str:
    return str(branch["type"]) if "type" in branch else "string"


def _told(name: str, rules: Mapping[str, Any]) -> Schema:
    """Give a parameter the title and the examples that it has not."""
    title = name.replace("_", " ").capitalize()
    return {"title": title, "examples": [_plain(one) for one in _examples(rules)]}


def _examples(rules: Mapping[str, Any]) -> Iterator[object]:
    if "examples" in rules:
        yield from rules["examples"]
    elif "default" in rules:
        yield rules["default"]
    elif "enum" in rules:
        yield from rules["enum"][:3]
    elif "minimum" in rules or "exclusiveMinimum" in rules:
        low = rules.get("minimum", rules.get("exclusiveMinimum"))
        yield round((low + rules["maximum"]) / 2, 2)
    elif "properties" in rules:
        parts = rules["properties"]
        yield {name: next(_examples(rule)) for name, rule in parts.items()}
    elif rules["type"] == "boolean":
        yield from (True, False)


def _plain(value: Any) -> Any:  # noqa: ANN401 # any JSON
    """Copy what may be frozen into what JSON writes."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def main() -> int:
    """Write the file, or say that it differs."""
    before = FILE.read_text(encoding="utf-8")
    after = json.dumps(written(json.loads(before)), ensure_ascii=False, indent=2) + "\n"
    if before == after:
        return 0
    if sys.argv[1:] == ["--check"]:
        sys.stderr.write("schemas/recipe.schema.json is not as docs/write_schemas.py writes it\n")
        return 1
    FILE.write_text(after, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
