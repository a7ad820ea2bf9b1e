"""A plan as a graph: pictures that go in, steps, results, and who takes from whom."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

from wanflow.model.plan import Decision, FileImage, JobImage, Plan, Planned, SourceImage, UrlImage
from wanflow.model.values import JobKey
from wanflow.report.columns import cut
from wanflow.report.decisions import in_words
from wanflow.report.plan_text import cost_of, done_by, result_of, total_line
from wanflow.report.safe import safe_text

Kind = Literal["input", "run", "reuse", "skip", "result"]
_COLUMNS = 44  # of a node's longest line


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """One picture, step or result; `key` is of this graph alone, made of ASCII letters and digits.

    The first of `lines` is its name. Every line is fit to be shown and at most 44 columns wide;
    `whole` has the same lines uncut.
    """

    key: str
    kind: Kind
    lines: tuple[str, ...]
    whole: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanGraph:
    """Nodes, each behind all that it takes from, and edges as pairs of keys."""

    title: str
    total: str
    nodes: tuple[GraphNode, ...]
    edges: tuple[tuple[str, str], ...]


def plan_graph(plan: Plan) -> PlanGraph:
    """Draw up what a plan says: pictures first, then steps in run order, then results."""
    pictures = _pictures(plan)
    steps = {planned.job.key: f"step{at}" for at, planned in enumerate(plan.jobs, 1)}
    results = [
        _node(
            f"result{at}",
            "result",
            safe_text(output.name),
            safe_text(f"{output.file_name}.png"),
            safe_text(f"picture {output.index} of {output.job}"),
        )
        for at, output in enumerate(plan.outputs, 1)
    ]
    edges = [
        (_origin(image, pictures, steps), steps[planned.job.key])
        for planned in plan.jobs
        for image in planned.job.images
    ]
    edges += [
        (steps.get(output.job), node.key)
        for output, node in zip(plan.outputs, results, strict=True)
    ]
    return PlanGraph(
        title=safe_text(plan.recipe),
        total=total_line(plan),
        nodes=(*pictures.values(), *_steps(plan, steps), *_skipped(plan), *results),
        edges=tuple(dict.fromkeys((one, other) for one, other in edges if one is not None)),
    )


def _pictures(plan: Plan) -> dict[tuple[str, str], GraphNode]:
    """Give a node to every picture that is there before the run, each once."""
    found: dict[tuple[str, str], GraphNode] = {}
    for image in (image for planned in plan.jobs for image in planned.job.images):
        if not isinstance(image, JobImage) and _identity(image) not in found:
            where = PurePath(image.path).name if isinstance(image, FileImage) else image.url
            size = (str(image.size),) if isinstance(image, FileImage) else ()
            key = f"picture{len(found) + 1}"
            lines = (safe_text(image.name), safe_text(where), *size)
            found[_identity(image)] = _node(key, "input", *dict.fromkeys(lines))
    return found


def _identity(image: FileImage | UrlImage) -> tuple[str, str]:
    return image.name, image.path if isinstance(image, FileImage) else image.url


def _origin(
    image: SourceImage, pictures: dict[tuple[str, str], GraphNode], steps: dict[JobKey, str]
) -> str | None:
    """Name the node that a picture comes from; None for a step that is not part of the plan."""
    if isinstance(image, JobImage):
        return steps.get(image.job)
    return pictures[_identity(image)].key


def _steps(plan: Plan, keys: dict[JobKey, str]) -> Iterator[GraphNode]:
    for planned in plan.jobs:
        lines = (
            safe_text(planned.job.key),
            done_by(planned.job),
            _taken(planned),
            result_of(planned.job),
            *_decided(planned.decision),
            cost_of(planned, plan.currency),
        )
        yield _node(keys[planned.job.key], planned.decision.action, *filter(None, lines))


def _taken(planned: Planned) -> str:
    """Say which picture is which, where there are several or one is not the first of its step."""
    images = planned.job.images
    if len(images) > 1:
        return ", ".join(f"{number} {_named(image)}" for number, image in enumerate(images, 1))
    later = [one for one in images if isinstance(one, JobImage) and one.index > 1]
    return f"takes {_named(later[0])}" if later else ""


def _named(image: SourceImage) -> str:
    index = f"[{image.index}]" if isinstance(image, JobImage) and image.index > 1 else ""
    telling = image.role not in (None, "picture", image.name)
    role = f" as {image.role}" if telling else ""
    return safe_text(f"{image.name}{index}{role}")


def _decided(decision: Decision) -> tuple[str, str]:
    """Say why on a line of its own, and more of it on the next; the run of a reuse is left out."""
    more = "" if decision.reason == "recorded" else safe_text(decision.detail)
    return in_words(replace(decision, detail="")), more


def _skipped(plan: Plan) -> Iterator[GraphNode]:
    for at, step in enumerate(plan.skipped, 1):
        name, operation = safe_text(step.key), safe_text(step.operation)
        lines = filter(None, (name, operation, *_decided(step.decision)))
        yield _node(f"skipped{at}", "skip", *lines)


def _node(key: str, kind: Kind, *lines: str) -> GraphNode:
    shown = tuple(cut(line, _COLUMNS) for line in lines)
    return GraphNode(key=key, kind=kind, lines=shown, whole=lines)
