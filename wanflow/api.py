"""The Python interface: the same as the commands, as functions with values.

import wanflow

result = wanflow.run("recipes/fuse-detect-outpaint.yaml", {"place": "on the table"})
result.outputs["poster"]  # a path
result                    # in a notebook: the pictures and a link to the report
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TypeAlias

import anyio

from wanflow.cli.compose import Ask, Draft, draft, open_workspace, planned, sound
from wanflow.cli.perform import Manner, perform
from wanflow.cli.service import NAME, Account, Terms, account
from wanflow.cli.settings import settings
from wanflow.errors import Problem, RecipeError, UsageError
from wanflow.execute.ledger import Cap
from wanflow.model.events import Event
from wanflow.model.plan import Plan
from wanflow.model.recipe import Recipe
from wanflow.model.run import RunRecord
from wanflow.model.values import JsonValue
from wanflow.store.workspace import find_workspace

AnyPath: TypeAlias = str | PathLike[str]
Inputs: TypeAlias = Mapping[str, "JsonValue | PathLike[str]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A run that has come to an end.

    `directory` holds the report and all pictures; `ok` says that every step is done or reused.
    """

    record: RunRecord
    directory: Path
    ok: bool

    @property
    def report(self) -> Path:
        """The report, one HTML file that opens anywhere."""
        return self.directory / "report.html"

    @property
    def outputs(self) -> Mapping[str, Path]:
        """The named results that were made, by name."""
        made = self.record.outputs
        return {entry.name: self.directory / entry.file for entry in made if entry.file}

    @property
    def pictures(self) -> Mapping[str, tuple[Path, ...]]:
        """The pictures of every step that made some, by step."""
        return {
            step.key: tuple(self.directory / p.file for p in step.pictures if p.file)
            for step in self.record.steps
            if step.pictures
        }

    def _repr_html_(self) -> str:
        """Show the pictures in a notebook."""
        from wanflow.report.notebook import run_repr_html

        return run_repr_html(self.record, self.directory)


def load(recipe: AnyPath) -> Recipe:
    """Read a recipe and check it as far as that goes without values for its inputs.

    Raises:
        RecipeError: it has mistakes; `problems` lists all of them with their places.
        UsageError: there is no such file.
    """
    made = sound(draft(Ask(recipe=Path(recipe), lenient=True)))
    assert made.recipe is not None  # noqa: S101 # a sound draft has one
    return made.recipe


def check(
    recipe: AnyPath, inputs: Inputs | None = None, *, provider: str | None = None
) -> tuple[Problem, ...]:
    """Find every mistake that can be known without sending anything.

    Returns:
        Errors and warnings in the order of the file; empty when all is well.

    Raises:
        UsageError: there is no such file.
    """
    return draft(_ask(recipe, inputs, provider, lenient=True)).problems


def plan(
    recipe: AnyPath,
    inputs: Inputs | None = None,
    *,
    provider: str | None = None,
    workspace: AnyPath | None = None,
) -> Plan:
    """Say what would run or be reused, why, and what it costs. Nothing is written.

    Raises:
        RecipeError: the recipe or its inputs have mistakes.
    """
    made = sound(draft(_ask(recipe, inputs, provider)))
    root = _workspace(workspace)
    if not root.is_dir():
        return planned(made, None)
    with open_workspace(root) as opened:
        return planned(made, opened)


async def arun(
    recipe: AnyPath,
    inputs: Inputs | None = None,
    *,
    provider: str | None = None,
    out: AnyPath | None = None,
    workspace: AnyPath | None = None,
    on_event: Callable[[Event], None] | None = None,
    terms: Terms | None = None,
) -> Result:
    """Run a recipe inside an event loop (asyncio or trio).

    Args:
        recipe: path of the file.
        inputs: values by name; a picture is a path.
        provider: `local` unless the settings say otherwise.
        out: folder in which the run's directory is made.
        workspace: where pictures and the journal are kept; default is the nearest `.wanflow`.
        on_event: hears of every start and end of a step.
        terms: on which the service may be asked for pictures, which cost money. What the
            settings say of its address holds where the terms say nothing.

    Raises:
        RecipeError: the recipe or its inputs have mistakes; nothing was done.
        UsageError: something would be bought, and no terms are given.
        AccountError: there is no key, or the account cannot go on.
        WorkspaceError: another process is at the same run.
        UnfinishedError: the disk is full, or the service out of reach; nothing is lost, run again
            to go on.
    """
    made = sound(draft(_ask(recipe, inputs, provider)))
    return await _carried_out(made, out=out, workspace=workspace, watch=on_event, terms=terms)


def run(
    recipe: AnyPath,
    inputs: Inputs | None = None,
    *,
    provider: str | None = None,
    out: AnyPath | None = None,
    workspace: AnyPath | None = None,
    on_event: Callable[[Event], None] | None = None,
    terms: Terms | None = None,
) -> Result:
    """Run a recipe and wait for it; see `arun` for the arguments and errors.

    A step that fails raises nothing: the result's `ok` is False and its record says why.
    """
    made = sound(draft(_ask(recipe, inputs, provider)))

    async def carried_out() -> Result:
        return await _carried_out(made, out=out, workspace=workspace, watch=on_event, terms=terms)

    return anyio.run(carried_out)


async def _carried_out(
    made: Draft,
    *,
    out: AnyPath | None,
    workspace: AnyPath | None,
    watch: Callable[[Event], None] | None,
    terms: Terms | None,
) -> Result:
    who, held = _who(made, terms), settings(Path.cwd())
    with open_workspace(_workspace(workspace)) as opened:
        decided = planned(made, opened)
        if decided.images_to_buy and terms is None:
            raise UsageError(
                f"this would buy {decided.images_to_buy} pictures; nothing was sent",
                hint="say on which terms: terms=wanflow.Terms(cap=wanflow.Cap(images=3))",
            )
        done = await perform(
            made,
            decided,
            opened,
            manner=Manner(
                out=Path(out) if out is not None else held.out,
                command=f"wanflow run {made.ask.recipe}",
                signals=False,
                labels=held.labels,
            ),
            watch=watch or _silent,
            account=who,
        )
    if done.trouble is not None:
        raise done.trouble
    return Result(record=done.record, directory=done.directory, ok=done.record.state == "done")


def _who(made: Draft, terms: Terms | None) -> Account | None:
    """Find who pays; None where nobody does."""
    if made.ask.provider != NAME:
        return None
    held, given = settings(Path.cwd()), terms or Terms()
    known = replace(
        given,
        base_url=given.base_url or held.base_url,
        workspace_id=given.workspace_id or held.workspace_id,
        key_file=given.key_file or held.key_file,
        limits={**held.limits, **given.limits},
    )
    return account(made.ask.region, known)


def _silent(event: Event) -> None:
    del event


def _ask(
    recipe: AnyPath, inputs: Inputs | None, provider: str | None, *, lenient: bool = False
) -> Ask:
    held = settings(Path.cwd())
    given = {name: _plain(value) for name, value in (inputs or {}).items()}
    return Ask(
        recipe=Path(recipe),
        inputs=given,
        lenient=lenient,
        provider=provider or held.provider,
        region=held.region,
    )


def _plain(value: JsonValue | PathLike[str]) -> JsonValue:
    return str(value) if isinstance(value, PathLike) else value


def _workspace(given: AnyPath | None) -> Path:
    if given is not None:
        return Path(given)
    return settings(Path.cwd()).workspace or find_workspace(Path.cwd())


__all__ = [
    "Cap",
    "Plan",
    "Problem",
    "RecipeError",
    "Result",
    "Terms",
    "arun",
    "check",
    "load",
    "plan",
    "run",
]
