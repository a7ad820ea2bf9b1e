"""A plan as a person reads it in a terminal, and as a program reads it in JSON."""

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from wanflow.model.plan import FileImage, Job, JobImage, Plan, Planned, SourceImage
from wanflow.model.values import JobKey, JsonValue, Size
from wanflow.report.amounts import counted, duration, money
from wanflow.report.columns import width_of, wrapped
from wanflow.report.decisions import in_words
from wanflow.report.ink import Colour, Ink
from wanflow.report.safe import safe_text

_COLUMNS = 80
_LABEL = 12  # columns before what a label names
_ACTION_COLOURS: Mapping[str, Colour] = {"run": "yellow", "reuse": "green", "skip": "dim"}


def plan_text(plan: Plan, *, color: bool = False) -> str:
    """Show everything that a run will do, in lines of at most 80 columns.

    Args:
        plan: what will happen.
        color: paint it.
    """
    ink = Ink(color)
    version = f" {plan.recipe_version}" if plan.recipe_version else ""
    lines = [f"{ink(safe_text(plan.recipe + version), 'bold')} with {safe_text(plan.provider)}"]
    for planned in plan.jobs:
        lines += ["", *_step(planned, plan, ink)]
    if plan.skipped:
        lines += ["", ink("skipped", "bold")]
        for step in plan.skipped:
            lines += _labelled(safe_text(step.key), in_words(step.decision), ink)
    if plan.outputs:
        lines += ["", ink("results", "bold")]
        for output in plan.outputs:
            words = f"{output.file_name}.png, picture {output.index} of {output.job}"
            lines += _labelled(safe_text(output.name), safe_text(words), ink)
    return "\n".join([*lines, "", ink(total_line(plan), "bold")])


def total_line(plan: Plan) -> str:
    """Say what a plan comes to: `3 pictures to buy, ¥0.60, about 1 min 15 s`."""
    running = [planned for planned in plan.jobs if planned.decision.action == "run"]
    if not running:
        return "nothing to do: everything is made already" if plan.jobs else "nothing to do"
    parts = [
        f"{counted(len(running), 'step')} to run",
        f"{counted(plan.images_to_buy, 'picture')} to buy"
        if plan.images_to_buy
        else "nothing to buy",
    ]
    if plan.cost_micro:
        parts.append(money(plan.cost_micro, plan.currency))
    seconds = seconds_estimate(plan)
    return ", ".join([*parts, f"about {duration(seconds)}"] if seconds else parts)


def seconds_estimate(plan: Plan) -> float:
    """Estimate the time of the longest chain: what does not hang together runs side by side."""
    ready: dict[JobKey, float] = {}
    for planned in plan.jobs:
        key = planned.job.key
        begin = max((ready.get(need, 0.0) for need in plan.needs.get(key, ())), default=0.0)
        runs = planned.decision.action == "run"
        ready[key] = begin + (planned.seconds_estimate if runs else 0.0)
    return max(ready.values(), default=0.0)


def plan_json(plan: Plan) -> dict[str, JsonValue]:
    """Give a plan as the document that `schemas/plan.schema.json` describes."""
    return {
        "version": 1,
        "recipe": plan.recipe,
        "recipe_version": plan.recipe_version,
        "recipe_sha256": plan.recipe_sha256,
        "provider": plan.provider,
        "digest": plan.digest,
        "currency": plan.currency,
        "cost_micro": plan.cost_micro,
        "images_to_buy": plan.images_to_buy,
        "seconds_estimate": seconds_estimate(plan),
        "inputs": dict(plan.inputs),
        "steps": [_step_json(planned, plan) for planned in plan.jobs],
        "skipped": [
            {
                "step": step.key,
                "operation": step.operation,
                "reason": step.decision.reason,
                "detail": step.decision.detail,
            }
            for step in plan.skipped
        ],
        "outputs": [
            {
                "name": out.name,
                "file": f"{out.file_name}.png",
                "step": out.job,
                "picture": out.index,
            }
            for out in plan.outputs
        ],
    }


def _step(planned: Planned, plan: Plan, ink: Ink) -> Iterator[str]:
    job, decision = planned.job, planned.decision
    colour = _ACTION_COLOURS[decision.action]
    yield f"{ink(safe_text(job.key), 'bold')}  {done_by(job)}"
    for line in wrapped(in_words(decision), _COLUMNS - 2):
        yield f"  {ink(line, colour)}"
    images = "; ".join(_image(image) for image in job.images)
    yield from _labelled("images", images, ink)
    yield from _labelled("prompt", _prompt(job.prompt), ink)
    yield from _labelled("with", _settings({**job.arguments, **job.parameters}), ink)
    yield from _labelled("result", result_of(job), ink)
    yield from _labelled("cost", cost_of(planned, plan.currency), ink)


def done_by(job: Job) -> str:
    """Say what is done and who does it: `fuse by wan2.5-i2i-preview`, `crop on this machine`."""
    local = job.provider.startswith(("local@", "builtin@"))
    who = " on this machine" if local else f" by {job.model}" if job.model else ""
    return safe_text(job.operation + who)


def cost_of(planned: Planned, currency: str) -> str:
    """Say what a job that runs costs in money and time; nothing of one that does not run."""
    if planned.decision.action != "run":
        return ""
    cost = money(planned.cost_micro, currency) if planned.cost_micro else ""
    time = f"about {duration(planned.seconds_estimate)}" if planned.seconds_estimate else ""
    paid = "paid for already" if planned.paid else ""
    return ", ".join(filter(None, (cost, paid, time)))


def _labelled(label: str, text: str, ink: Ink) -> Iterator[str]:
    """Set a text beside its label; nothing for no text. A long label stands on its own line."""
    if not text:
        return
    lines = wrapped(text, _COLUMNS - _LABEL)
    space = _LABEL - 2 - width_of(label)
    if space < 1:
        yield f"  {ink(label, 'dim')}"
    else:
        yield f"  {ink(label, 'dim')}{' ' * space}{lines.pop(0)}"
    for line in lines:
        yield " " * _LABEL + line


def _prompt(prompt: str) -> str:
    return "\n".join(safe_text(line, None) for line in prompt.rstrip("\n").split("\n"))


def _image(image: SourceImage) -> str:
    name = safe_text(image.name)
    role = f" as {safe_text(image.role)}" if image.role else ""
    if isinstance(image, FileImage):
        mended = ", ".join(safe_text(note.text) for note in image.mended)
        facts = f"{safe_text(PurePath(image.path).name)}, {image.size}"
        return f"{name}{role} ({facts}{f', {mended}' if mended else ''})"
    if isinstance(image, JobImage):
        mended = ", ".join(safe_text(note.text) for note in image.mended)
        facts = f"picture {image.index} of {safe_text(image.job)}, {_size(image.size)}"
        return f"{name}{role} ({facts}{f', {mended}' if mended else ''})"
    return f"{name}{role} ({safe_text(image.url)})"


def _size(size: Size | None) -> str:
    return str(size) if size else "size not known beforehand"


def _settings(values: Mapping[str, JsonValue]) -> str:
    return ", ".join(f"{safe_text(name)} {_value(value)}" for name, value in values.items())


def _value(value: JsonValue) -> str:
    if isinstance(value, str):
        return safe_text(value)
    return safe_text(json.dumps(value, ensure_ascii=False))


def result_of(job: Job) -> str:
    """Say what comes out: `3 pictures, 1280*720; picture 1 goes on`."""
    text = f"{counted(job.n, 'picture')}, {_size(job.result_size)}"
    return f"{text}; picture {job.pick} goes on" if job.n > 1 else text


def _step_json(planned: Planned, plan: Plan) -> JsonValue:
    job, recorded = planned.job, planned.recorded
    return {
        "step": job.key,
        "operation": job.operation,
        "operation_version": job.operation_version,
        "provider": job.provider,
        "model": job.model,
        "action": planned.decision.action,
        "reason": planned.decision.reason,
        "detail": planned.decision.detail,
        "prompt": job.prompt,
        "template": job.template,
        "language": job.language,
        "arguments": dict(job.arguments),
        "parameters": dict(job.parameters),
        "images": [_image_json(image) for image in job.images],
        "n": job.n,
        "pick": job.pick,
        "result_size": _size_json(job.result_size),
        "fingerprint": job.fingerprint,
        "needs": list(plan.needs.get(job.key, ())),
        "cost_micro": planned.cost_micro,
        "paid": planned.paid,
        "seconds_estimate": planned.seconds_estimate,
        "recorded_in": recorded.run if recorded else None,
    }


def _image_json(image: SourceImage) -> JsonValue:
    shared: dict[str, JsonValue] = {"name": image.name, "role": image.role}
    if isinstance(image, FileImage):
        source: dict[str, JsonValue] = {"path": image.path, "sha256": image.artifact.sha256}
    elif isinstance(image, JobImage):
        source = {"step": image.job, "picture": image.index}
    else:
        return {**shared, "source": {"url": image.url}, "size": None, "mended": []}
    mended = [{"code": note.code, "text": note.text} for note in image.mended]
    return {**shared, "source": source, "size": _size_json(image.size), "mended": mended}


def _size_json(size: Size | None) -> JsonValue:
    return {"width_px": size.width_px, "height_px": size.height_px} if size else None
