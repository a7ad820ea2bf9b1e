"""What each row of a campaign comes to: the plan of its recipe, one row or all of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from wanflow.cli.campaign_draft import CampaignDraft, Combination
from wanflow.cli.campaign_rows import combination_of
from wanflow.cli.compose import Draft, expanded, is_wrong, planned_with, sound
from wanflow.cli.engines import plug_ins_of
from wanflow.cli.pictures import Album, Gallery, Home
from wanflow.cli.remembering import remembered
from wanflow.cli.row_patterns import Filled, Patterns
from wanflow.cli.service import NAME as SERVICE
from wanflow.errors import InternalError, Problem, RecipeError, Span
from wanflow.expand.problem import TemplateError
from wanflow.expand.templates import render
from wanflow.loading import catalogue, converted, why_not
from wanflow.model.campaign import Row
from wanflow.model.plan import Job, Plan
from wanflow.model.values import JsonValue
from wanflow.store.workspace import Workspace

_BATCH = 256  # rows that are looked up in the workspace at once


class RowPlanner:
    """Plans the rows of one campaign; the recipe is read once, and pictures are looked at once."""

    def __init__(self, made: CampaignDraft, workspace: Workspace | None) -> None:
        if made.recipe_ask is None or made.document is None:
            raise InternalError("the rows of a campaign were planned that is not sound")
        self._made = made
        self._ask = made.recipe_ask
        self._document = made.document
        self._workspace = workspace
        self._album = Album()
        self._catalogue = catalogue()
        self._constant = _constant_inputs(made)
        self._patterns = Patterns(made)
        self._plug_ins: dict[tuple[str, ...], Mapping[str, str]] = {}

    def row_plan(self, row: Row) -> Plan:
        """Decide for one row what runs and what is reused.

        Raises:
            RecipeError: the recipe cannot be made with this row; the problems are at its place.
        """
        return self.plan_of(self.row_draft(row))

    def plan_of(self, draft: Draft) -> Plan:
        """Decide what runs of a row's draft and what is reused; the draft is a sound one."""
        if draft.prepared is None:
            raise InternalError("a plan was asked of a row that is not sound")
        fingerprints = [job.fingerprint for job in draft.prepared.jobs]
        buys = self._ask.provider == SERVICE
        return planned_with(draft, remembered(fingerprints, self._workspace, buys=buys))

    def row_draft(self, row: Row) -> Draft:
        """Expand the recipe for one row: what carries its plan out needs both.

        Raises:
            RecipeError: as `row_plan`.
        """
        return sound(self.checked(row))

    def checked(self, row: Row) -> Draft:
        """Expand the recipe for one row, with everything that is wrong with it."""
        combination = combination_of(self._made, row)
        values, problems = self.inputs(row, combination)
        return self._expanded(row, combination, values, problems)

    def _expanded(
        self,
        row: Row,
        combination: Combination,
        values: Mapping[str, JsonValue],
        problems: list[Problem],
    ) -> Draft:
        recipe, document = combination.variant.recipe, combination.variant.document
        start = Draft(
            ask=self._ask,
            source=self._made.recipe_source,
            catalogue=self._catalogue,
            problems=(),
            document=document,
            recipe=recipe,
        )
        if problems:
            return replace(start, problems=tuple(problems))
        gallery = Gallery(
            recipe=recipe,
            document=document,
            folder=self._ask.recipe.resolve().parent,
            allowed=self._ask.allowed,
            given=frozenset(self._made.ask.inputs),
            homes=self._homes(row, combination),
            album=self._album,
        )
        bound = replace(start, values=values)
        draft = expanded(bound, gallery, [], row=row.values, plug_ins=self._plug_ins_of)
        return replace(draft, problems=_told(draft.problems, row, str(self._ask.recipe)))

    def _plug_ins_of(self, algorithms: Sequence[str], provider: str) -> Mapping[str, str]:
        """Ask what packages say of themselves once for each set of algorithms."""
        key = tuple(algorithms)
        if key not in self._plug_ins:
            self._plug_ins[key] = plug_ins_of(key, provider)
        return self._plug_ins[key]

    def inputs(
        self, row: Row, combination: Combination
    ) -> tuple[Mapping[str, JsonValue], list[Problem]]:
        """Give the recipe's inputs their values: of the row, its combination, the campaign."""
        known = self._made.input_names
        given = dict(self._constant)
        given.update((k, v) for k, v in row.values.items() if v is not None and k in known)
        given.update(combination.inputs)
        problems: list[Problem] = []
        for name in self._made.templates:
            value, found = self._templated(name, row)
            given[name] = value
            problems += found
        values = {
            name: given.get(name, one.default)
            for name, one in known.items()
            if name in given or not one.required
        }
        return values, problems

    def _templated(self, name: str, row: Row) -> tuple[JsonValue, list[Problem]]:
        one = self._made.input_names[name]
        source = str(self._made.sound.inputs[name])
        try:
            text = render(source, {**row.combination, "row": row.values})
        except TemplateError as error:
            first = error.problems[0]
            message = f"`{name}` under `inputs`: {first.message}"
            return None, [_of_row(first.code, message, row, first.hint)]
        value = converted(one, text)
        problems = [
            _of_row("wrong-input", f"the input '{name}': {finding.message}", row, finding.hint)
            for finding in why_not(one, value)
        ]
        return value, problems

    def _homes(self, row: Row, combination: Combination) -> Mapping[str, Home]:
        """Say to which folder the path of each picture is relative."""
        made, document = self._made, self._document
        homes: dict[str, Home] = {}
        for name, one in made.input_names.items():
            if one.type not in ("image", "images"):
                continue
            if name in combination.inputs:
                homes[name] = Home(folder=made.folder, span=document.span(f"/matrix/{name}"))
            elif name in made.templates or (row.values.get(name) is not None):
                homes[name] = Home(folder=made.rows_folder, span=row.place)
            elif name in made.sound.inputs and name not in made.ask.inputs:
                homes[name] = Home(folder=made.folder, span=document.span(f"/inputs/{name}"))
        return homes

    def plans(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Plan]]:
        """Plan many rows, looked up in the workspace in batches; as `row_plan` one by one.

        Raises:
            RecipeError: as `row_plan`, for the first row that is wrong.
        """
        for row, plan, problems in self.checked_plans(rows):
            if plan is None:
                raise RecipeError(problems)
            yield row, plan

    def checked_plans(
        self, rows: Iterable[Row]
    ) -> Iterator[tuple[Row, Plan | None, tuple[Problem, ...]]]:
        """Plan many rows, each with everything that is wrong with it; after an error, no plan."""
        source = iter(rows)
        buys = self._ask.provider == SERVICE
        while batch := [(row, self._prepared(row)) for row in islice(source, _BATCH)]:
            fingerprints = {job.fingerprint for _, made in batch for job in _jobs(made)}
            memory = remembered(fingerprints, self._workspace, buys=buys)
            for row, made in batch:
                if isinstance(made, Filled):
                    yield row, made.plan(memory), ()
                elif is_wrong(made.problems):
                    yield row, None, made.problems
                else:
                    yield row, planned_with(made, memory), made.problems

    def _prepared(self, row: Row) -> Filled | Draft:
        """Expand the recipe for a row, or fill what a row like it was expanded to."""
        combination = combination_of(self._made, row)
        values, problems = self.inputs(row, combination)
        if problems or self._ask.top_up:
            return self._expanded(row, combination, values, problems)
        likeness = self._patterns.likeness(row, combination, values)
        filled = self._patterns.filled(likeness, row, values)
        if filled is not None:
            return filled
        draft = self._expanded(row, combination, values, problems)
        self._patterns.remember(likeness, draft)
        return draft


def _jobs(made: Filled | Draft) -> tuple[Job, ...]:
    if isinstance(made, Filled):
        return made.jobs
    return made.prepared.jobs if made.prepared is not None else ()


def _constant_inputs(made: CampaignDraft) -> Mapping[str, JsonValue]:
    """Give what is the same for every row: the campaign's inputs, and words over them."""
    names = made.input_names
    own = {k: v for k, v in made.sound.inputs.items() if k not in made.templates}
    return {**own, **{k: converted(names[k], v) for k, v in made.ask.inputs.items()}}


def _of_row(code: str, message: str, row: Row, hint: str | None) -> Problem:
    return Problem(code=code, message=message, span=row.place, hint=hint)


def _told(problems: tuple[Problem, ...], row: Row, recipe: str) -> tuple[Problem, ...]:
    """Tell of a row's problems at its place; what only follows from a wrong value is left out."""
    of_values = [problem for problem in problems if problem.span and problem.span.file != recipe]
    told = of_values if is_wrong(of_values) else problems
    return tuple(_at_row(problem, row, recipe) for problem in told)


def _at_row(problem: Problem, row: Row, recipe: str) -> Problem:
    """Place a problem that the recipe has with a row at the row."""
    span: Span | None = problem.span
    if span is not None and span.file != recipe:
        return problem  # at the value itself already
    related = ((span, "here in the recipe"),) if span is not None else ()
    message = f"row '{row.key}': {problem.message}"
    return replace(problem, message=message, span=row.place, related=related)
