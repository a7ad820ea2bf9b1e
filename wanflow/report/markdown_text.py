"""A run as Markdown for a pull request: what was made, from what, by which words."""

import re
from collections.abc import Iterable, Sequence

from wanflow.model.run import PictureRecord, RunRecord, StepRecord
from wanflow.report.thumbnails import href
from wanflow.report.view import is_local, page_language, run_facts
from wanflow.report.view_checks import checked_views
from wanflow.report.view_steps import FALLEN, decision_text, value_text
from wanflow.report.visible import visible
from wanflow.report.words import STATES, WORDS, Text, duration, filled, moment, money

# What Markdown or GitHub would read as more than text, wherever it stands in a line.
_MEANT = re.compile(r"[\\`*_\[\]{}|~#@$!]|(?<=\w):(?=//)|(?<=www)\.")
_LINE_START = re.compile(r"^([-+=]|\d+(?=[.)](\s|$)))")
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def report_markdown(record: RunRecord) -> str:
    """Write the report of a run as Markdown (GitHub's), in the language of the recipe.

    Pictures and files are linked relative to the run's folder. Nothing that comes from a recipe,
    a file name or the service can become markup.
    """
    language = 1 if page_language(record) == "zh" else 0

    def say(text: Text) -> str:
        return text[language]

    state = say(STATES[record.state])
    parts = [f"# {escaped(record.recipe)} {escaped(record.recipe_version)}: {state}"]
    if record.description:
        parts.append(escaped(record.description))
    if is_local(record):
        parts.append(f"> {say(WORDS['rendered_locally'])}")
    parts.append(_head(record, say_index=language))
    parts += _failures(record)
    if record.command:
        label = WORDS["run_again" if record.state == "done" else "goes_on_with"]
        parts += [say(label), fenced(record.command, "sh")]
    results = _results(record)
    if results:
        parts += [f"## {say(WORDS['results'])}", *results]
    parts += [f"## {say(WORDS['steps'])}", _steps(record, say_index=language)]
    for step in record.steps:
        parts += _step(step, say_index=language)
    parts += [_details(say(WORDS["source"]), fenced(record.recipe_source, "yaml"))]
    parts += [_details(say(WORDS["provenance"]), _provenance(record, say_index=language))]
    parts.append(say(filled(WORDS["written_by"], version=escaped(record.wanflow_version))))
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Write text on one line so that Markdown and HTML show it as it is."""
    line = re.sub(r"\s+", " ", visible(text)).strip()
    line = re.sub("[&<>]", lambda found: _MARKUP[found.group()], line)
    line = _MEANT.sub(lambda found: "\\" + found.group(), line)
    return _LINE_START.sub(_kept_back, line)


def fenced(text: str, language: str = "") -> str:
    """Write text as a block of code, in a fence longer than any within."""
    shown = visible(text).rstrip("\n")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def _kept_back(found: re.Match[str]) -> str:
    mark = found.group()
    return f"&#{ord(mark[0])};{mark[1:]}"


def code(text: str) -> str:
    """Write text on one line as code, in more backticks than any run within."""
    shown = re.sub(r"\s+", " ", visible(text)).strip()
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    ticks = "`" * (longest + 1)
    space = " " if longest or not shown else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write cells, each already Markdown, as a table of GitHub's."""
    # A bar ends a cell even within code, unless it is escaped.
    lines = [head, ["---"] * len(head), *rows]
    cells = [[re.sub(r"(?<!\\)\|", r"\\|", cell) for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


def _details(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _head(record: RunRecord, *, say_index: int) -> str:
    pictures, cost = run_facts(record)
    keys = ("run", "started", "took", "pictures", "cost", "provider")
    values = (
        code(record.run),
        escaped(moment(record.started_at)),
        duration(record.seconds)[say_index],
        pictures[say_index],
        cost[say_index],
        code(record.provider),
    )
    return table([WORDS[key][say_index] for key in keys], [values])


def _failures(record: RunRecord) -> list[str]:
    parts = []
    for step in record.steps:
        if step.state in FALLEN:
            named = f" {code(step.error_code)}" if step.error_code else ""
            parts.append(f"**{escaped(step.key)}**{named}: {escaped(step.error or '')}")
            if step.hint:
                parts.append(escaped(step.hint))
    return parts


def _results(record: RunRecord) -> list[str]:
    parts = []
    for output in record.outputs:
        link = href(output.file) if output.file else None
        if link:
            parts.append(f"**{escaped(output.name)}**\n\n![{escaped(output.name)}]({link})")
            parts += [escaped(remark.text) for remark in output.remarks]
    return parts


def _steps(record: RunRecord, *, say_index: int) -> str:
    keys = ("steps", "operation", "decision", "pictures", "took", "cost")
    head = ["", *(WORDS[key][say_index] for key in keys)]
    rows = []
    for step in record.steps:
        cost = money(step.cost_micro, record.currency) if step.cost_micro else ""
        rows.append(
            (
                STATES[step.state][say_index],
                escaped(step.key),
                code(step.operation),
                escaped(decision_text(step)[say_index]),
                " ".join(_link(picture) for picture in step.pictures),
                duration(step.seconds)[say_index] if step.seconds else "",
                cost,
            )
        )
    return table(head, rows)


def _link(picture: PictureRecord) -> str:
    link = href(picture.file) if picture.file else None
    name = escaped(picture.name)
    return f"[{name}]({link})" if link else name


def _step(step: StepRecord, *, say_index: int) -> list[str]:
    parts = [f"### {escaped(step.key)}"]
    for picture in step.pictures:
        link = href(picture.file) if picture.file else None
        if link:
            parts.append(f"![{escaped(picture.name)}]({link})")
    if step.prompt:
        parts.append(fenced(step.prompt))
    given = {**step.arguments, **step.parameters}
    if step.model:
        given = {"model": step.model, **given}
    if given:
        parts.append(", ".join(f"{code(k)} {code(value_text(v))}" for k, v in given.items()))
    parts += _checks(step, say_index=say_index)
    notes: list[tuple[str, str]] = [(step.key, note.text) for note in step.notes]
    notes += [(image.name, note.text) for image in step.images for note in image.mended]
    if notes:
        parts.append("\n".join(f"- {escaped(name)}: {escaped(text)}" for name, text in notes))
    if step.reused_from:
        parts.append(f"{WORDS['reused_from'][say_index]} {code(step.reused_from)}")
    return parts


def _checks(step: StepRecord, *, say_index: int) -> list[str]:
    lines = []
    for one in checked_views(step):
        told = [
            f"{escaped(check.name[say_index])} {check.value[say_index]}"
            f"{f' ({escaped(check.note)})' if check.note else ''}"
            for check in one.checks
        ]
        label = one.picture or WORDS["checks"]
        lines.append(f"{escaped(label[say_index])}: {', '.join(told)}")
    return lines


def _provenance(record: RunRecord, *, say_index: int) -> str:
    rows = [(escaped(record.recipe_file), code(record.recipe_sha256))]
    made = [picture for step in record.steps for picture in step.pictures]
    rows += [
        (escaped(picture.file or picture.name), code(picture.artifact.sha256))
        for picture in (*record.input_pictures, *made)
    ]
    return table([WORDS["file"][say_index], "SHA-256"], rows)
