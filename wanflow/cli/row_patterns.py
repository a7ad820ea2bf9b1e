"""Rows that differ in words alone: a recipe is expanded for one, and filled for the others."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from wanflow.cli.campaign_draft import CampaignDraft, Combination, Variant
from wanflow.cli.compose import Draft, is_wrong, wanted_steps
from wanflow.cli.remembering import tariff_of
from wanflow.errors import Problem
from wanflow.expand.pattern import WordPattern
from wanflow.expand.slots import Slots, slots_of
from wanflow.expand.wording import spoken_in
from wanflow.model.campaign import Row
from wanflow.model.plan import Job, Plan, PlannedOutput
from wanflow.model.values import JobKey, JsonValue, Sha256
from wanflow.planning.decide import Header, Memory
from wanflow.planning.pattern import PlanPattern, Terms

# Patterns that are kept: so many, and two for each combination up to so many.
_FEWEST, _MOST = 128, 2_000
_Likeness = tuple[object, ...]


@dataclass(slots=True)
class Filled:
    """The jobs of one row, not yet decided."""

    pattern: PlanPattern
    jobs: tuple[Job, ...]
    values: Mapping[str, JsonValue]
    outputs: tuple[PlannedOutput, ...]

    def plan(self, memory: Memory) -> Plan:
        """Decide for them."""
        return self.pattern.plan(self.jobs, memory, inputs=self.values, outputs=self.outputs)


@dataclass(slots=True)
class _Known:
    """A row that was expanded by itself; its patterns are made when a second one is like it."""

    draft: Draft
    words: WordPattern | None = None
    plan: PlanPattern | None = None


class Patterns:
    """The patterns of a campaign, those that were used last."""

    def __init__(self, made: CampaignDraft) -> None:
        self._made = made
        self._known: OrderedDict[_Likeness, _Known] = OrderedDict()
        # Every row goes through all combinations before the next one comes.
        self._most = _FEWEST + min(2 * len(made.combinations), _MOST)
        self._slots: dict[int, Slots] = {}
        self._digest = Sha256(sha256(made.recipe_source).hexdigest())

    def likeness(
        self, row: Row, combination: Combination, values: Mapping[str, JsonValue]
    ) -> _Likeness:
        """Give what two rows must have in common to differ in words alone."""
        slots = self.slots(combination.variant)
        columns = tuple(row.values) if slots.columns is None else slots.columns
        spoken = spoken_in(combination.variant.recipe, values) if slots.spoken else ""
        return (
            combination.number,
            spoken,
            *[_exact(values.get(name)) for name in slots.tight],
            # The same path is another picture if somebody else has written it.
            *[row.values.get(name) is None for name in slots.tight],
            *[(name, _exact(row.values[name])) for name in columns if name in row.values],
        )

    def slots(self, variant: Variant) -> Slots:
        """Look at the templates of a variant once."""
        found = self._slots.get(id(variant))
        if found is None:
            found = self._slots[id(variant)] = slots_of(variant.recipe)
        return found

    def remember(self, likeness: _Likeness, draft: Draft) -> None:
        """Keep a row's draft; one that has something to say about its words is not kept."""
        if is_wrong(draft.problems) or any(map(_about_words, draft.problems)):
            return
        self._known[likeness] = _Known(draft)
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def filled(
        self, likeness: _Likeness, row: Row, values: Mapping[str, JsonValue]
    ) -> Filled | None:
        """Fill the pattern of a row that was like this one; None if the row goes by itself."""
        known = self._known.get(likeness)
        if known is None:
            return None
        self._known.move_to_end(likeness)
        if known.words is None or known.plan is None:
            self._make(known)
        words, plan = known.words, known.plan
        assert words is not None and plan is not None  # noqa: S101, PT018 # just made
        prompts = words.prompts(values, row.values)
        if prompts is None:
            return None
        outputs = words.outputs(values, row.values)
        if outputs is None:
            return None
        jobs = plan.jobs({JobKey(step): text for step, text in prompts.items()})
        return Filled(plan, jobs, values, outputs)

    def _make(self, known: _Known) -> None:
        draft, made = known.draft, self._made
        recipe, document = draft.recipe, draft.document
        whole, prepared = draft.concrete, draft.prepared
        assert recipe and document and whole and prepared  # noqa: S101, PT018 # it is sound
        slots = slots_of(recipe)
        known.words = WordPattern(recipe, document, whole, slots=slots, catalogue=draft.catalogue)
        header = Header(
            recipe=recipe.name,
            recipe_version=recipe.version,
            recipe_sha256=self._digest,
            provider=draft.ask.provider,
        )
        terms = Terms(
            header=header,
            tariff=tariff_of(draft.ask.provider, draft.ask.region, draft.catalogue),
            wanted=wanted_steps(made.ask, prepared),
        )
        varying = frozenset(JobKey(step) for step in slots.prompts)
        known.plan = PlanPattern(whole, prepared, terms, varying=varying)


def _exact(value: JsonValue) -> object:
    """Give what tells 1 from 1.0 and from true."""
    return value if isinstance(value, str) else repr(value)


def _about_words(problem: Problem) -> bool:
    return problem.code.endswith("prompt-too-long")
