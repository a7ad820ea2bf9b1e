"""Writes the reference pages of the manual from what they describe.

    python docs/generate.py            writes them
    python docs/generate.py --check    says which differ, exit code 1 if any does

Each page has one source: the commands' own help, the catalogue, the schemas, the exit codes. A
test runs the check, so no page can fall behind.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from wanflow import contract
from wanflow.cli.ops import rendered_prompts
from wanflow.cli.overview import COMMANDS
from wanflow.loading import catalogue
from wanflow.model.card import ModelCard
from wanflow.model.operation import Operation
from wanflow.report.cards_text import card_facts, parameter_facts

FOLDER = Path(__file__).parent / "reference"
PICTURES = FOLDER.parent / "pictures"
_COLUMNS = 88
_NOTE = "<!-- Written by docs/generate.py; change what it describes, not this page. -->"
_HELP = (
    "`wanflow COMMAND --help` shows the same. With `--json` a command writes one JSON document"
    " to stdout and everything else to stderr."
)
_SHEET = "![Before and after: the recipes of the gallery, run locally](../operations.webp)"
_USE = (
    "A step names its operation under `use`, and its parameters under `with`."
    " `wanflow ops NAME` shows the same."
)
_MODEL = "A step or `defaults` names its model under `model`; without it, `{default}` is used."
_EDITOR = (
    "An editor that knows YAML schemas completes and explains all of this: see"
    " [Write recipes in an editor](../how-to/in-an-editor.md)."
)


def pages() -> Mapping[str, str]:
    """Give the text of every reference page by its file name."""
    return {
        "commands.md": commands_page(),
        "operations.md": operations_page(),
        "models.md": models_page(),
        "recipe.md": recipe_page(),
    }


def commands_page() -> str:
    """Every command with its options, as `--help` shows them."""
    parts = [
        "# Commands",
        _NOTE,
        _HELP,
    ]
    for name, module, words in COMMANDS:
        command: click.Command = import_module(module).command
        context = click.Context(command, info_name=f"wanflow {name}", max_content_width=_COLUMNS)
        context.terminal_width = _COLUMNS
        text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        parts += [f"## {name}", f"{words[0].upper()}{words[1:]}.", f"```text\n{text}\n```"]
    return _joined([*parts, "## Exit codes", *_exit_codes()])


def _exit_codes() -> Iterator[str]:
    rows = [
        ("0", "all done"),
        ("1", "a step failed, and will again"),
        ("2", "recipe, inputs or command line wrong; nothing was sent"),
        ("3", "unfinished: the same command goes on (budget or deadline reached, no service)"),
        ("4", "a decision is needed about a paid request whose fate is unknown"),
        ("5", "the run directory or workspace is held by another process, or unfit"),
        ("6", "the account cannot go on: key refused, arrears, quota"),
        ("10", "`plan --check`: something would run"),
        ("70", "a bug in wanflow, with lines to report"),
        ("130, 143", "interrupted by Ctrl-C, or terminated"),
    ]
    yield _table(("code", "meaning"), rows)


def operations_page() -> str:
    """Every operation with its parameters and the prompts that it sends."""
    known = sorted(catalogue().operations.values(), key=lambda entry: (entry.kind, entry.name))
    parts = [
        "# Operations",
        _NOTE,
        _USE,
    ]
    for kind, title in (
        ("model", "Edits by a model or by the local engine"),
        ("builtin", "Exact pixel work on this machine, with any provider"),
    ):
        parts.append(f"## {title}")
        for entry in known:
            if entry.kind == kind:
                parts += _operation(entry)
    return _joined(parts)


def _operation(entry: Operation) -> Iterator[str]:
    yield f"### {entry.name}"
    ends = {"zh": "。"}
    yield "  \n".join(f"{text}{ends.get(key, '.')}" for key, text in entry.summary.items())
    if (PICTURES / f"{entry.name}.webp").is_file():
        yield f"![{entry.name}: before and after](../pictures/{entry.name}.webp)"
    few, most = entry.images_min, entry.images_max
    count = f"{few}" if few == most else f"{few} to {most}"
    roles = (
        f", in the roles {', '.join(f'`{role}`' for role in entry.roles)}" if entry.roles else ""
    )
    where = {
        "builtin": "Done here, exactly and free.",
        "model": "The local engine can do it." if entry.local else "It needs a model.",
    }[entry.kind]
    yield f"Pictures: {count}{roles}. {where}"
    yield f"Digital source type: {_source_type(entry)}."
    properties = entry.params.get("properties")
    if isinstance(properties, Mapping) and properties:
        required = entry.params.get("required")
        yield _properties(properties, required if isinstance(required, list | tuple) else ())
    if entry.example:
        yield f"```yaml\nsteps:\n{_indented(entry.example)}\n```"
    if any(entry.prompt.values()) and entry.example:
        for language, text in rendered_prompts(entry):
            yield f"> {text.strip()}" if language == "zh" else f"> *{text.strip()}*"


def _source_type(entry: Operation) -> str:
    if entry.kind == "builtin":
        return "that of what went in"
    local = f", by the local engine `{entry.source.local}`" if entry.local else ""
    return f"by a model `{entry.source.model}`{local}"


def models_page() -> str:
    """Every model card: limits, prices, sources."""
    known = catalogue()
    parts = [
        "# Models",
        _NOTE,
        _MODEL.format(default=known.default_model),
    ]
    default = known.models[known.default_model]
    for card in (default, *(card for card in known.models.values() if card is not default)):
        parts += _model(card)
    return _joined(parts)


def _model(card: ModelCard) -> Iterator[str]:
    yield f"## {card.name}"
    yield f"{card.summary}."
    yield _table(("what", "how much"), list(card_facts(card)))
    parameters = [(f"`{name}`", parameter_facts(facts)) for name, facts in card.parameters.items()]
    yield _table(("parameter", "what it takes"), parameters)
    if card.notes:
        yield "\n".join(f"* {note}" for note in card.notes)
    if card.sources:
        yield f"Sources: {'; '.join(card.sources)}."


def recipe_page() -> str:
    """Every key of a recipe, from the schema."""
    schema: Any = json.loads(contract.schema("recipe"))
    parts = [
        "# The recipe file",
        _NOTE,
        str(schema.get("description", "")),
        _EDITOR,
        "## The file",
        _properties(schema["properties"], schema.get("required", ())),
    ]
    for name, title in (("step", "A step"), ("input", "An input"), ("output", "An output")):
        rules = schema["$defs"][name]
        rules = {**rules, **rules.get("else", {})}
        parts.append(f"## {title}")
        if rules.get("description"):
            parts.append(str(rules["description"]))
        if rules.get("properties"):
            parts.append(_properties(rules["properties"], rules.get("required", ())))
    return _joined(parts)


def _properties(properties: Mapping[str, Any], required: Sequence[object]) -> str:
    rows = []
    for name, rules in properties.items():
        facts = rules if isinstance(rules, Mapping) else {}
        words = str(facts.get("description", ""))
        if name in required:
            words = f"**Required.** {words}"
        examples = facts.get("examples")
        if isinstance(examples, list | tuple) and examples:
            words += f" Such as {', '.join(f'`{_inline(one)}`' for one in examples[:3])}."
        rows.append((f"`{name}`", _kind(facts), words))
    return _table(("key", "type", "meaning"), rows)


def _kind(facts: Mapping[str, Any]) -> str:
    if isinstance(facts.get("enum"), list | tuple):
        return ", ".join(f"`{_inline(choice)}`" for choice in facts["enum"])
    kind = facts.get("type", "any")
    words = " or ".join(map(str, kind)) if isinstance(kind, list | tuple) else str(kind)
    low, high = facts.get("minimum"), facts.get("maximum")
    if low is not None or high is not None:
        words += f" {'' if low is None else low}…{'' if high is None else high}"
    if facts.get("default") not in (None, "", {}, []):
        words += f", default `{_inline(facts['default'])}`"
    return words


def _inline(value: object) -> str:
    text = (
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=_plain)
    )
    return text.replace("\n", " ")


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else list(value)  # type: ignore[call-overload] # JSON has no more kinds


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.rstrip().splitlines())


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def main() -> int:
    """Write the pages, or say which differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    FOLDER.mkdir(exist_ok=True)
    behind = []
    for name, text in pages().items():
        file = FOLDER / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            behind.append(name)
            if not check:
                file.write_text(text, encoding="utf-8")
    for name in behind:
        sys.stdout.write(f"{'differs' if check else 'wrote'}: docs/reference/{name}\n")
    return 1 if check and behind else 0


if __name__ == "__main__":
    sys.exit(main())
