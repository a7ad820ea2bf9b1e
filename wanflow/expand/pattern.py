"""A recipe expanded once, whose words are then rendered for row after row."""

from collections.abc import Mapping
from typing import cast

from wanflow.expand.naming import outputs_of
from wanflow.expand.problem import TemplateError
from wanflow.expand.repeated import Repeated
from wanflow.expand.slots import Slots
from wanflow.expand.values import plain
from wanflow.expand.wording import figures_of
from wanflow.model.catalogue import Catalogue
from wanflow.model.concrete import Concrete, ConcreteStep
from wanflow.model.document import Document
from wanflow.model.plan import PlannedOutput
from wanflow.model.recipe import Recipe
from wanflow.model.values import JsonValue, StepId

_PICTURES = ("image", "images")


class WordPattern:
    """What changes with a row in the steps that another row was expanded to.

    It holds for rows that have the same values in all tight inputs and columns, see `Slots`.
    """

    def __init__(
        self,
        recipe: Recipe,
        document: Document,
        whole: Concrete,
        *,
        slots: Slots,
        catalogue: Catalogue,
    ) -> None:
        self.whole = whole
        self._recipe = recipe
        self._document = document
        self._named = slots.named
        self._steps: dict[str, ConcreteStep] = {step.id: step for step in whole.steps}
        words = [one.name for one in recipe.inputs if one.type not in _PICTURES]
        self._readable = tuple((name.replace("-", "_"), name) for name in words)
        self._constants = {k.replace("-", "_"): v for k, v in recipe.vars.items()}
        self._prompts = tuple(
            (step_id, Repeated(source), self._figures(step_id), self._limit(step_id, catalogue))
            for step_id, source in slots.prompts.items()
        )

    def _figures(self, step_id: StepId) -> Mapping[str, JsonValue]:
        step = self._steps[step_id]
        drawn = figures_of(step.step, step.images, step.language)
        return cast("Mapping[str, JsonValue]", plain(drawn))

    def _limit(self, step_id: StepId, catalogue: Catalogue) -> int | None:
        model = self._steps[step_id].model
        return None if model is None else catalogue.models[model].prompt_max_chars

    def prompts(
        self, values: Mapping[str, JsonValue], row: Mapping[str, JsonValue]
    ) -> dict[StepId, str] | None:
        """Render the prompts for a row.

        Args:
            values: of the inputs, all of them.
            row: its columns.

        Returns:
            The prompts that can change, by step; None if there is something to say about one of
            them, so that the row has to be expanded by itself.
        """
        given = dict(self._constants)
        for name, key in self._readable:
            given[name] = values[key]
        given["row"] = row
        made: dict[StepId, str] = {}
        try:
            for step_id, template, figures, limit in self._prompts:
                text = template.render({**given, **figures})
                if limit is not None and len(text) > limit:
                    return None
                made[step_id] = text
        except TemplateError:
            return None
        return made

    def outputs(
        self, values: Mapping[str, JsonValue], row: Mapping[str, JsonValue]
    ) -> tuple[PlannedOutput, ...] | None:
        """Name the results for a row; None if there is something to say about a name."""
        if not self._named:
            return self.whole.outputs
        outputs, problems = outputs_of(
            self._recipe, self._document, values=values, steps=self._steps, row=row
        )
        return None if problems else outputs
