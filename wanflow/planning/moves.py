"""What would change if another model did the steps of a recipe."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wanflow.model.card import ModelCard
from wanflow.model.concrete import ConcreteStep
from wanflow.model.plan import JobImage, SourceImage, UrlImage
from wanflow.model.values import JobKey, JsonValue, Size, StepId
from wanflow.planning.against_card import Change, Kind, asked_of
from wanflow.planning.picture_limits import breaks, fitted_size
from wanflow.planning.results import Shape, natural_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A step as one model would do it.

    `parameters` are what is sent, `result_size` is None where only the model knows it,
    `price_micro` is that of one picture, None where the model has no price in the region.
    """

    model: str
    parameters: Mapping[str, JsonValue]
    result_size: Size | None
    price_micro: int | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step, before and after; `changes` with what stops it first."""

    step: StepId
    operation: str
    n: int
    before: Side
    after: Side
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """A whole recipe, before and after, as if nothing of it had been made.

    Costs are in millionths of `currency`, times those of the longest chain.
    """

    model: str
    region: str
    currency: str
    steps: tuple[Move, ...]
    cost_before_micro: int
    cost_after_micro: int
    seconds_before: float
    seconds_after: float
    regions: tuple[str, ...]


def moves_to(
    model: str,
    steps: Sequence[ConcreteStep],
    cards: Mapping[str, ModelCard],
    *,
    region: str,
    currency: str = "CNY",
) -> Moves:
    """Compare the models of a recipe's steps with another one.

    Args:
        model: the other one, which shall do every step that a model does.
        steps: the expanded recipe, in an order in which each stands after all it needs.
        cards: the catalogue's models by name; those of all steps are among them.
        region: whose prices hold.
        currency: that prices are in.
    """
    walks = (_Walk(cards, region), _Walk(cards, region))
    moves: list[Move] = []
    for step in steps:
        if not step.applies:
            continue
        before, after = walks[0].step(step, step.model), walks[1].step(step, step.model and model)
        if before is not None and after is not None:
            moves.append(_move(step, before, after))
    return Moves(
        model=model,
        region=region,
        currency=currency,
        steps=tuple(moves),
        cost_before_micro=sum((move.before.price_micro or 0) * move.n for move in moves),
        cost_after_micro=sum((move.after.price_micro or 0) * move.n for move in moves),
        seconds_before=walks[0].seconds,
        seconds_after=walks[1].seconds,
        regions=cards[model].regions,
    )


def _move(step: ConcreteStep, before: "_Done", after: "_Done") -> Move:
    found = [*after.changes, *_differences(before, after)]
    order: dict[Kind, int] = {"stops": 0, "loses": 1, "differs": 2}
    return Move(
        step=step.step.id,
        operation=step.operation.name,
        n=step.step.n or 1,
        before=before.side,
        after=after.side,
        changes=tuple(sorted(found, key=lambda change: order[change.kind])),
    )


def _differences(before: "_Done", after: "_Done") -> Iterator[Change]:
    if before.has_tasks and not after.has_tasks:
        message = "answers at once, without a task: a lost answer cannot be looked up"
        yield Change(kind="differs", code="no-task", message=message)
    for message in after.mended:
        if message not in before.mended:
            yield Change(kind="differs", code="picture-mended", message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    side: Side
    has_tasks: bool
    changes: tuple[Change, ...]
    mended: tuple[str, ...]


class _Walk:
    """Goes through a recipe once, with one choice of models, and knows the sizes on the way."""

    def __init__(self, cards: Mapping[str, ModelCard], region: str) -> None:
        self._cards = cards
        self._region = region
        self._results: dict[JobKey, Size | None] = {}
        self._ready: dict[JobKey, float] = {}

    @property
    def seconds(self) -> float:
        """How long the longest chain takes."""
        return max(self._ready.values(), default=0.0)

    def step(self, step: ConcreteStep, model: str | None) -> _Done | None:
        """Do one step; None for one that no model does."""
        key = JobKey(step.id)
        needs = [image.job for image in step.images if isinstance(image, JobImage)]
        begin_s = max((self._ready.get(need, 0.0) for need in needs), default=0.0)
        card = None if model is None else self._cards[model]
        limits = card.images if card else None
        sizes = [fitted_size(self._size(image), limits) for image in step.images]
        shape = Shape(operation=step.operation, sizes=sizes, arguments=step.arguments)
        if card is None:
            self._results[key], self._ready[key] = natural_size(shape), begin_s
            return None
        done = self._by_model(step, card, shape)
        self._results[key] = done.side.result_size
        self._ready[key] = begin_s + card.latency_typical_s
        return done

    def _by_model(self, step: ConcreteStep, card: ModelCard, shape: Shape) -> _Done:
        asked = asked_of(step, card, shape)
        price = card.price_in(self._region)
        side = Side(
            model=card.name,
            parameters=asked.parameters,
            result_size=asked.result_size,
            price_micro=price.amount_micro if price else None,
            seconds=card.latency_typical_s,
        )
        changes = [*asked.changes, *_unserved(card, self._region)]
        mended: list[str] = []
        for image in step.images:
            for found in breaks(image, self._size(image), card.images):
                if found.mendable:
                    mended.append(found.message)
                else:
                    changes.append(Change(kind="stops", code=found.code, message=found.message))
        return _Done(
            side=side, has_tasks=card.has_tasks, changes=tuple(changes), mended=tuple(mended)
        )

    def _size(self, image: SourceImage) -> Size | None:
        if isinstance(image, UrlImage):
            return None
        if isinstance(image, JobImage):
            return self._results.get(image.job)
        return Size(width_px=image.artifact.width_px, height_px=image.artifact.height_px)


def _unserved(card: ModelCard, region: str) -> Iterator[Change]:
    if region not in card.regions:
        message = f"is not served in {region}, only in {', '.join(card.regions)}"
        yield Change(kind="stops", code="model-not-served", message=message)
