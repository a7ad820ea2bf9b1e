"""Joins the rooms: a recipe file and its inputs become a draft, a draft becomes a plan.

The command line and the Python interface both come through here, so that neither finds what the
other could not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from wanflow.cli.engines import family_of, plug_ins_of
from wanflow.cli.measuring import unmeasurable
from wanflow.cli.pictures import Gallery
from wanflow.cli.remembering import memory_of, tariff_of
from wanflow.cli.rules import rules_for
from wanflow.cli.service import NAME as SERVICE
from wanflow.errors import InternalError, Problem, RecipeError, UsageError
from wanflow.expand.steps import concrete
from wanflow.expand.survey import survey
from wanflow.loading import (
    Loaded,
    bind_inputs,
    catalogue,
    heeded,
    operations_beside,
    read_recipe,
)
from wanflow.model.catalogue import Catalogue
from wanflow.model.concrete import Concrete
from wanflow.model.document import Document
from wanflow.model.plan import Plan, UrlImage
from wanflow.model.recipe import Recipe
from wanflow.model.values import JobKey, JsonValue, Sha256
from wanflow.planning.decide import Header, Memory, make_plan
from wanflow.planning.jobs import Prepared, jobs_of
from wanflow.planning.selection import selected

if TYPE_CHECKING:
    from wanflow.store.workspace import Workspace

_LARGEST_BYTES = 1_000_001  # one more than a recipe may have, so that the parser can say so


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody asks for, whoever it is.

    `inputs` are values by name; with `texts` they are words of a command line, to be read by the
    type of the input. `lenient` lets a required input be missing, for a check without inputs.
    """

    recipe: Path
    inputs: Mapping[str, JsonValue] = field(default_factory=dict)
    texts: bool = False
    lenient: bool = False
    provider: str = "local"
    region: str | None = None
    allowed: tuple[Path, ...] = ()
    only: tuple[str, ...] = ()
    first: str | None = None
    until: str | None = None
    takes: Mapping[str, int] = field(default_factory=dict)
    top_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A recipe as far as it could be understood, and everything that is wrong with it.

    `unchecked` says in words what could not be looked at, and why.
    """

    ask: Ask
    source: bytes
    catalogue: Catalogue
    problems: tuple[Problem, ...]
    document: Document | None = None
    recipe: Recipe | None = None
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    concrete: Concrete | None = None
    prepared: Prepared | None = None
    unchecked: tuple[str, ...] = ()

    @property
    def sources(self) -> Mapping[str, str]:
        """The text of the recipe by its name, for showing problems."""
        return {str(self.ask.recipe): self.source.decode("utf-8", "replace")}


def draft(ask: Ask) -> Draft:
    """Read a recipe and expand it with its inputs; nothing is sent and nothing is written.

    Raises:
        UsageError: there is no such file, or it cannot be read.
    """
    return drafted(ask, read_file(ask.recipe))


def drafted(ask: Ask, source: bytes) -> Draft:
    """Do the same with the content of the recipe's file, as it is or as it would be."""
    known = catalogue()
    loaded, problems = loaded_recipe(source, ask)
    start = Draft(ask=ask, source=source, catalogue=known, problems=(), document=loaded.document)
    made = _read_on(start, loaded, problems)
    if not loaded.ignores:
        return made
    complete = made.prepared is not None
    file = str(ask.recipe)
    stay = heeded(made.problems, loaded.ignores, file=file, complete=complete)
    return replace(made, problems=in_order(stay))


def _read_on(start: Draft, loaded: Loaded, problems: list[Problem]) -> Draft:
    ask = start.ask
    if loaded.recipe is None or loaded.document is None or is_wrong(problems):
        return replace(start, problems=in_order(problems))
    recipe = _with_takes(loaded.recipe, ask.takes)
    values, found = bind_inputs(recipe, ask.inputs, texts=ask.texts)
    missing = [problem for problem in found if problem.code == "missing-input"]
    if ask.lenient and missing and len(missing) == len(found):
        names = " and ".join(problem.message for problem in missing)
        remark = f"pictures and rendered prompts were not checked: {names}"
        return replace(start, recipe=recipe, problems=in_order(problems), unchecked=(remark,))
    problems += found
    if is_wrong(problems):
        return replace(start, recipe=recipe, problems=in_order(problems))
    bound = replace(start, recipe=recipe, values=values)
    gallery = Gallery(
        recipe=recipe,
        document=loaded.document,
        folder=ask.recipe.resolve().parent,
        allowed=ask.allowed,
        given=frozenset(ask.inputs),
    )
    return expanded(bound, gallery, problems)


def loaded_recipe(
    source: bytes,
    ask: Ask,
    *,
    replaced: Mapping[str, JsonValue] = MappingProxyType({}),
    further: Sequence[str] = (),
) -> tuple[Loaded, list[Problem]]:
    """Read a recipe's bytes and look at its templates.

    Args:
        source: the bytes.
        ask: by whom it shall be made.
        replaced: parameters that stand in the place of those of its `defaults`.
        further: names that its templates may mention besides its own.
    """
    loaded = read_recipe(
        source,
        file=str(ask.recipe),
        catalogue=catalogue(),
        provider=ask.provider,
        region=ask.region,
        folder=operations_beside(ask.recipe),
        replaced=replaced,
    )
    problems = list(loaded.problems)
    if loaded.document is not None:
        problems += survey(loaded.document, further=further)
    return loaded, problems


def expanded(
    start: Draft,
    gallery: Gallery,
    problems: list[Problem],
    *,
    row: Mapping[str, JsonValue] | None = None,
    plug_ins: Callable[[Sequence[str], str], Mapping[str, str]] = plug_ins_of,
) -> Draft:
    """Expand a recipe whose inputs have their values, and prepare its jobs.

    Args:
        start: with a recipe and values.
        gallery: collects its pictures.
        problems: what has been found so far.
        row: of a campaign, None where there is none.
        plug_ins: says which packages bring algorithms, see `plug_ins_of`.
    """
    ask, recipe, document = start.ask, gallery.recipe, gallery.document
    pictures = gallery.collect(start.values)
    problems += gallery.problems
    whole, found = concrete(
        recipe,
        document,
        start.values,
        catalogue=start.catalogue,
        pictures=pictures,
        rules=rules_for(ask.provider),
        row=row,
    )
    problems += found
    problems += _urls(whole, document, ask.provider)
    problems += unmeasurable(whole, document)
    if is_wrong(problems):
        return replace(start, problems=in_order(problems))
    families = {"model": family_of(ask.provider), "builtin": family_of("builtin")}
    algorithms = [step.operation.local for step in whole.steps if step.operation.local]
    brought = plug_ins(algorithms, ask.provider)
    prepared = jobs_of(whole.steps, families=families, plug_ins=brought)
    return replace(start, problems=in_order(problems), concrete=whole, prepared=prepared)


def sound(made: Draft) -> Draft:
    """Give the draft back if it has no error.

    Raises:
        RecipeError: it has.
    """
    if is_wrong(made.problems):
        raise RecipeError(made.problems)
    return made


def planned(made: Draft, workspace: "Workspace | None") -> Plan:
    """Decide what runs and what is reused.

    Args:
        made: a sound draft.
        workspace: where earlier results are, None if there is none yet.

    Raises:
        UsageError: `only`, `first` or `until` name a step that the recipe does not have.
    """
    if made.recipe is None or made.prepared is None:
        raise InternalError("a plan was asked of a draft that is not sound")
    buys = made.ask.provider == SERVICE
    return planned_with(made, memory_of(made.recipe.name, made.prepared, workspace, buys=buys))


def planned_with(made: Draft, memory: Memory) -> Plan:
    """Decide as `planned` does, by what is known already; raises as it does."""
    if made.recipe is None or made.concrete is None or made.prepared is None:
        raise InternalError("a plan was asked of a draft that is not sound")
    prepared = made.prepared
    header = Header(
        recipe=made.recipe.name,
        recipe_version=made.recipe.version,
        recipe_sha256=Sha256(sha256(made.source).hexdigest()),
        provider=made.ask.provider,
    )
    return make_plan(
        made.concrete,
        prepared,
        memory,
        header=header,
        tariff=tariff_of(made.ask.provider, made.ask.region, made.catalogue),
        wanted=wanted_steps(made.ask, prepared),
        top_up=made.ask.top_up,
    )


def wanted_steps(ask: Ask, prepared: Prepared) -> frozenset[JobKey] | None:
    """Name the steps that are asked for, None for all.

    Raises:
        UsageError: one is named that the recipe does not have.
    """
    keys = [job.key for job in prepared.jobs]
    for name in (*ask.only, *filter(None, (ask.first, ask.until))):
        if name not in keys:
            near = get_close_matches(name, keys, n=1, cutoff=0.6)
            hint = f"did you mean '{near[0]}'?" if near else f"steps are {', '.join(keys)}"
            raise UsageError(f"there is no step '{name}' to run", hint=hint)
    return selected(
        keys,
        prepared.needs,
        only=[JobKey(name) for name in ask.only],
        first=JobKey(ask.first) if ask.first else None,
        until=JobKey(ask.until) if ask.until else None,
    )


def _urls(whole: Concrete, document: Document, provider: str) -> list[Problem]:
    """Pictures behind a URL are the service's to fetch; nothing on this machine fetches them."""
    return [
        Problem(
            code="url-needs-service",
            message=f"'{image.url}' can only be fetched by the service, not by what runs here",
            span=document.span(f"{step.step.pointer}/images"),
            hint="download it and give its path, or run with --provider dashscope",
        )
        for step in whole.steps
        for image in step.images
        if isinstance(image, UrlImage) and (provider == "local" or step.operation.kind == "builtin")
    ]


def _with_takes(recipe: Recipe, takes: Mapping[str, int]) -> Recipe:
    for name in takes:
        if name not in {step.id for step in recipe.steps}:
            raise UsageError(f"--take names the step '{name}', which the recipe does not have")
    steps = tuple(
        replace(step, take=takes[step.id]) if step.id in takes else step for step in recipe.steps
    )
    return replace(recipe, steps=steps)


def read_file(path: Path) -> bytes:
    """Read a recipe or a campaign, as far as it may be long.

    Raises:
        UsageError: there is no such file, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_BYTES)
    except FileNotFoundError:
        raise UsageError(f"there is no file '{path}'", hint=_near_file(path)) from None
    except IsADirectoryError:
        raise UsageError(
            f"'{path}' is a folder", hint=f"name a recipe in it, such as {path / 'recipe.yaml'}"
        ) from None
    except OSError as error:
        raise UsageError(f"'{path}' cannot be read: {error.strerror}") from None


def _near_file(path: Path) -> str:
    folder = path.parent
    names = [entry.name for entry in folder.glob("*.y*ml")] if folder.is_dir() else []
    near = get_close_matches(path.name, names, n=1, cutoff=0.5)
    if near:
        return f"did you mean '{folder / near[0]}'?"
    return f"write a first recipe with: wanflow new {path}"


def is_wrong(problems: Sequence[Problem]) -> bool:
    """Say whether any problem is an error."""
    return any(problem.severity == "error" for problem in problems)


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Put problems in the order of the file, each once."""
    once = {(p.code, str(p.span), "" if p.span else p.message): p for p in reversed(problems)}
    return tuple(
        sorted(
            once.values(),
            key=lambda p: (p.span.line, p.span.column) if p.span else (0, 0),
        )
    )


def open_workspace(root: Path) -> "Workspace":
    """Open a workspace, making it if there is none; raises as `Workspace.open` does."""
    from wanflow.imaging.probe import probe_artifact
    from wanflow.store.workspace import Workspace

    return Workspace.open(root, probe=probe_artifact)
