"""The rows of a campaign as a stream: read, chosen, held against the recipe, named."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from wanflow.cli.campaign_draft import CampaignDraft, Combination
from wanflow.cli.campaign_parts import given_of
from wanflow.errors import InternalError, Problem, RecipeError, Span, UsageError
from wanflow.expand.naming import unusable
from wanflow.expand.problem import TemplateError
from wanflow.expand.row_keys import folded
from wanflow.loading import Binder, BoundRow, Digests, RawRow, RowRange, Rows, row_range, sampled
from wanflow.model.campaign import Row

_MOST_KEYS = 2_000  # that are kept to say which one was meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which rows are asked for: those within `rows`, and of them those named by `keys`."""

    rows: RowRange | None = None
    keys: tuple[str, ...] = ()


EVERY_ROW = Choice()


def chosen_rows(rows: str | None, keys: Sequence[str]) -> Choice:
    """Read the choice of a command line.

    Raises:
        UsageError: `rows` is no range.
    """
    return Choice(rows=None if rows is None else row_range(rows), keys=tuple(keys))


def campaign_rows(made: CampaignDraft, choice: Choice = EVERY_ROW) -> Iterator[Row]:
    """Go through the rows of a campaign, each times every combination of its matrix.

    Memory does not grow with the rows, but for eight bytes of digest and a number for each.

    Args:
        made: a sound campaign.
        choice: which rows; all of them, or those of the campaign's `sample`, by default.

    Raises:
        RecipeError: a row is wrong; what is before it has been given.
        UsageError: there is no row of such a name; only told at the end.
    """
    for entry in checked_rows(made, choice):
        if isinstance(entry, Row):
            yield entry
        elif entry.severity == "error":
            raise RecipeError((entry,))


def checked_rows(made: CampaignDraft, choice: Choice = EVERY_ROW) -> Iterator[Row | Problem]:
    """Go through the rows, and through everything that is wrong with them; as `campaign_rows`."""
    if made.rows is None:
        raise InternalError("the rows of a campaign were asked for that is not sound")
    rows = made.rows
    chosen = _chosen(made, choice)
    binder = Binder(
        recipe=made.recipe,
        rows=rows if chosen is None else _Chosen(rows, chosen),
        given=given_of(made),
        picture=made.picture,
    )
    namer = _Namer(made=made, rows=rows)
    wanted = _Wanted(choice.keys)
    for bound in binder:
        if isinstance(bound, Problem):
            yield bound
            continue
        for combination in made.combinations:
            row = namer.row(bound, combination)
            if isinstance(row, Problem):
                yield row
                break  # the other combinations have the same problem
            if wanted.takes(row, combination):
                yield row
    wanted.refuse_missing()


def _chosen(made: CampaignDraft, choice: Choice) -> Container[int] | None:
    """Say which rows are read at all, by their numbers; None for all."""
    sample = made.sound.sample
    if sample is None or choice.keys:
        return choice.rows
    numbers = (row.number for row in made.rows or () if isinstance(row, RawRow))
    taken = sampled(sample, numbers)
    return taken if choice.rows is None else _Both(taken, choice.rows)


@dataclass(frozen=True, slots=True)
class _Both:
    one: Container[int]
    other: Container[int]

    def __contains__(self, number: object) -> bool:
        return number in self.one and number in self.other


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Some rows of others; what could not be read at all stays among them."""

    rows: Rows
    numbers: Container[int]

    @property
    def texts(self) -> bool:
        """Whether all values are text."""
        return self.rows.texts

    def __iter__(self) -> Iterator[RawRow | Problem]:
        last = self.numbers.last if isinstance(self.numbers, RowRange) else None
        for row in self.rows:
            if isinstance(row, Problem) or row.number in self.numbers:
                yield row
            elif last is not None and row.number > last:
                return

    def span(self, row: RawRow, column: str | None) -> Span:
        """Give the place of a value, or of the row."""
        return self.rows.span(row, column)


class _Namer:
    """Names rows, and remembers the names by their digests."""

    def __init__(self, *, made: CampaignDraft, rows: Rows) -> None:
        self._made = made
        self._rows = rows
        self._names = made.names
        self._each = bool(made.names.mentioned - {"row"})
        self._seen = Digests()
        self._base: tuple[int, str] = (0, "")

    def row(self, bound: BoundRow, combination: Combination) -> Row | Problem:
        """Make a row of a bound one, or say why its name cannot be used."""
        raw = bound.raw
        try:
            base = self._base_of(bound, combination)
        except TemplateError as error:
            first = error.problems[0]
            return self._problem(bound, first.code, f"the key: {first.message}", first.hint)
        key = base + combination.suffix
        wrong = unusable(key)
        if wrong is not None:
            return self._problem(bound, "bad-key", f"'{key[:80]}' cannot be a key: {wrong}")
        before = self._seen.add(folded(key), raw.line)
        if before is not None:
            return self._twice(bound, key, before)
        span = self._rows.span(raw, None)
        return Row(
            key=key,
            number=raw.number,
            values=bound.values,
            combination=combination.values,
            place=span,
        )

    def _base_of(self, bound: BoundRow, combination: Combination) -> str:
        number = bound.raw.number
        if self._each or self._base[0] != number:
            self._base = (number, self._names.base(bound.values, number, combination.values))
        return self._base[1]

    def _problem(
        self, bound: BoundRow, code: str, message: str, hint: str | None = None
    ) -> Problem:
        return Problem(code=code, message=message, span=self._rows.span(bound.raw, None), hint=hint)

    def _twice(self, bound: BoundRow, key: str, before: int) -> Problem:
        span = self._rows.span(bound.raw, None)
        first = replace(span, line=before, column=1)
        return Problem(
            code="duplicate-row",
            message=f"the key '{key[:80]}' stands in line {before} already",
            span=span,
            hint="change one of them, or write a `key` in the campaign that tells rows apart",
            related=((first, "the first one"),),
        )


class _Wanted:
    """The rows that are asked for by name, and names that are like those that are missing."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._missing = dict.fromkeys(keys)
        self._keys = frozenset(keys)
        self._known: list[str] = []

    def takes(self, row: Row, combination: Combination) -> bool:
        """Say whether a row is asked for, by its whole name or by that without the matrix."""
        if not self._keys:
            return True
        base = row.key.removesuffix(combination.suffix) if combination.suffix else row.key
        names = {row.key, base}
        for name in names:
            self._missing.pop(name, None)
        if len(self._known) < _MOST_KEYS:
            self._known.append(base)
        return not names.isdisjoint(self._keys)

    def refuse_missing(self) -> None:
        """Tell of names that no row has.

        Raises:
            UsageError: there is one.
        """
        for name in self._missing:
            near = get_close_matches(name, self._known, n=1, cutoff=0.6)
            hint = f"did you mean '{near[0]}'?" if near else _some(self._known)
            raise UsageError(f"there is no row '{name}'", hint=hint)


def _some(known: list[str]) -> str | None:
    return f"the first rows are {', '.join(dict.fromkeys(known[:20]))}" if known else None


def combination_of(made: CampaignDraft, row: Row) -> Combination:
    """Find the combination of a row.

    Raises:
        InternalError: the row is of another campaign.
    """
    found = made.by_identity.get(id(row.combination))
    if found is not None:
        return found
    wanted: Mapping[str, object] = row.combination
    for combination in made.combinations:
        if combination.values == wanted:
            return combination
    raise InternalError(f"the row '{row.key}' is of another campaign")
