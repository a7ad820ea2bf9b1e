"""`wanflow ops`: list the operations, or explain one."""

import textwrap
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

import click

from wanflow.cli.options import JSON, NO_COLOR
from wanflow.cli.say import say, say_json
from wanflow.errors import UsageError
from wanflow.loading import catalogue
from wanflow.model.operation import Operation
from wanflow.model.recipe import Language
from wanflow.model.values import JsonValue


@click.command("ops")
@click.argument("name", required=False, metavar="[OPERATION]")
@JSON
@NO_COLOR
def command(*, name: str | None, as_json: bool) -> None:
    """List what can be done to pictures; with a name, explain that operation."""
    known = catalogue().operations
    if name is not None and name not in known:
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else "see all with: wanflow ops"
        raise UsageError(f"there is no operation '{name}'", hint=hint)
    if as_json:
        chosen = known.values() if name is None else (known[name],)
        say_json({"wanflow_operations": 1, "operations": [_json(entry) for entry in chosen]})
    elif name is None:
        say(_list(known))
    else:
        say(_explained(known[name]))


def _json(operation: Operation) -> JsonValue:
    return {
        "name": operation.name,
        "version": operation.version,
        "summary": dict(operation.summary),
        "kind": operation.kind,
        "images": {
            "min": operation.images_min,
            "max": operation.images_max,
            "roles": list(operation.roles),
        },
        "params": operation.params,
        "prompt": dict(operation.prompt),
        "local": operation.local,
        "example": operation.example,
    }


def _list(known: Mapping[str, Operation]) -> str:
    width = max(len(name) for name in known)
    blocks: list[str] = []
    for kind, title in (
        ("model", "Edits by a model, or by the local engine where it says local:"),
        ("builtin", "Exact pixel work on this machine, free with any provider:"),
    ):
        rows = [
            f"  {entry.name:<{width}}  {_where(entry):<5}  {_english(entry)}"
            for entry in known.values()
            if entry.kind == kind
        ]
        blocks.append("\n".join([title, *rows]))
    return "\n\n".join(blocks) + "\n\nExplain one with: wanflow ops NAME"


def _where(entry: Operation) -> str:
    return "local" if entry.local and entry.kind == "model" else ""


def _english(entry: Operation) -> str:
    return entry.summary.get("en") or next(iter(entry.summary.values()), "")


def _explained(entry: Operation) -> str:
    lines = [f"{entry.name} {entry.version}", ""]
    lines += [f"  {text}" for text in entry.summary.values()]
    lines += ["", f"Images: {_count(entry)}"]
    if entry.roles:
        lines.append(f"Roles, in order: {', '.join(entry.roles)}")
    lines += ["", "Parameters, under `with`:", *_parameters(entry)]
    lines += ["", _engine(entry), *_functions(entry)]
    if entry.example:
        example = (f"  {line}" for line in entry.example.rstrip().splitlines())
        lines += ["", "Example:", "", "  steps:", *example]
        prompts = rendered_prompts(entry)
        lines += [f"\nIts prompt ({language}):\n  {text}" for language, text in prompts]
    return "\n".join(lines)


def rendered_prompts(entry: Operation) -> Iterator[tuple[str, str]]:
    """Render the operation's prompts for the arguments of its example."""
    from wanflow.expand.figures import figures
    from wanflow.expand.images import roles_for
    from wanflow.expand.templates import render
    from wanflow.loading import parse, with_defaults

    example = parse(f"steps:\n{entry.example}".encode(), file="example").value
    steps = example.get("steps") if isinstance(example, Mapping) else None
    step = steps[0] if isinstance(steps, list) else {}
    given = step.get("with", {}) if isinstance(step, Mapping) else {}
    images = step.get("images", ()) if isinstance(step, Mapping) else ()
    shown = len(images) if isinstance(images, list | Mapping) else 0
    roles = roles_for(max(entry.images_min, shown), entry)
    for language, template in entry.prompt.items():
        spoken: Language = "zh" if language == "zh" else "en"
        names = [role or "picture" for role in roles]
        drawn = figures(names, roles=roles, language=spoken)
        properties = entry.params.get("properties")
        absent = dict.fromkeys(properties if isinstance(properties, Mapping) else ())
        arguments = with_defaults(entry, given if isinstance(given, Mapping) else {})
        yield language, render(template, {**absent, **arguments, "fig": drawn["fig"]})


def _count(entry: Operation) -> str:
    if entry.images_min == entry.images_max:
        return str(entry.images_min)
    return f"{entry.images_min} to {entry.images_max}"


def _engine(entry: Operation) -> str:
    if entry.kind == "builtin":
        return "Done on this machine, exactly, with any provider."
    if entry.local:
        return "The local engine can do it without a model."
    return "It needs a model: the local engine does not read free text."


def _functions(entry: Operation) -> Iterator[str]:
    for model, uses in entry.models.items():
        names = dict.fromkeys(use.function for use in uses if use.function)
        if names:
            yield f"To {model} it is the function {' or '.join(names)}."


def _parameters(entry: Operation) -> list[str]:
    properties = entry.params.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        return ["  none"]
    required = entry.params.get("required")
    needed = required if isinstance(required, list | tuple) else ()
    lines: list[str] = []
    for name, rule in properties.items():
        facts = rule if isinstance(rule, Mapping) else {}
        lines.append(f"  {name}: {_type(facts)}{', required' if name in needed else ''}")
        words = str(facts.get("description", ""))
        indent = " " * 6
        lines += textwrap.wrap(words, 84, initial_indent=indent, subsequent_indent=indent)
    return lines


def _type(facts: Mapping[str, JsonValue]) -> str:
    choices = facts.get("enum")
    if isinstance(choices, list | tuple):
        words = " | ".join(str(choice) for choice in choices)
    else:
        kind = facts.get("type", "any value")
        words = " or ".join(map(str, kind)) if isinstance(kind, list | tuple) else str(kind)
    low, high = facts.get("minimum"), facts.get("maximum")
    if low is not None or high is not None:
        words += f" {'' if low is None else low}..{'' if high is None else high}"
    if "default" in facts:
        words += f", default {facts['default']}"
    return words
