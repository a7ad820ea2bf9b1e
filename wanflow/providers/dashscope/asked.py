"""From a job of the plan to an order in the service's words, with its price."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from wanflow.errors import StepError, UsageError
from wanflow.model.card import ModelCard, Price
from wanflow.model.plan import Job
from wanflow.model.values import JsonValue
from wanflow.providers.dashscope.wire.bodies import Family, family_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a job asks for, apart from its pictures."""

    job: Job
    card: ModelCard
    family: Family
    parameters: Mapping[str, JsonValue]
    negative_prompt: str | None
    function: str | None
    price: Price

    @property
    def prompt_sha256(self) -> str:
        """Name of the prompt as far as the service reads it, to find the task by."""
        return prompt_sha256(self.job.prompt, self.card)


def asked_by(job: Job, cards: Mapping[str, ModelCard], region: str | None) -> Asked:
    """Put a job into the service's words.

    Args:
        job: names a model.
        cards: the catalogue's models by name.
        region: for the price; None takes the first that the card lists.

    Raises:
        StepError: the provider does not have the model, or the model cannot do the operation.
        UsageError: the card has no price, so that a budget could not hold.
    """
    card = cards.get(job.model or "")
    if card is None:
        raise StepError(
            "model-not-served", f"'{job.model}' has no model card", hint="see `wanflow models`"
        )
    try:
        family = family_named(card.family, has_function="function" in card.parameters)
    except KeyError:
        raise StepError(
            "model-not-served",
            f"DashScope does not speak '{card.family}', the family of '{card.name}'",
            hint="see `wanflow models` for the provider of each model",
        ) from None
    negative = job.parameters.get("negative_prompt")
    takes_negative = card.negative_prompt_max_chars is not None
    return Asked(
        job=job,
        card=card,
        family=family,
        parameters=_parameters(job, card),
        negative_prompt=str(negative) if negative and takes_negative else None,
        function=_function(job) if "function" in card.parameters else None,
        price=_price(card, region),
    )


def prompt_sha256(prompt: str, card: ModelCard) -> str:
    """Hash a prompt up to the length at which the service cuts it off."""
    read = prompt[: card.prompt_max_chars] if card.prompt_max_chars else prompt
    return sha256(read.encode("utf-8", "replace")).hexdigest()


def _function(job: Job) -> str:
    named = job.parameters.get("function")
    if isinstance(named, str):
        return named
    raise StepError(
        "operation-not-served",
        f"'{job.model}' has no function for '{job.operation}'",
        hint="use a model that follows any prompt, such as wan2.5-i2i-preview",
    )


def _parameters(job: Job, card: ModelCard) -> dict[str, JsonValue]:
    """Give what is sent as `parameters`: what the card knows and the job says, `n` always.

    The service's own `n` is 4 for some models, and every picture is billed.
    """
    elsewhere = {"negative_prompt", "function"}
    given = {**job.parameters, "n": job.n}
    known = [name for name in card.parameters if name not in elsewhere]
    return {name: given[name] for name in ("n", *known) if given.get(name) is not None}


def _price(card: ModelCard, region: str | None) -> Price:
    matching = [price for price in card.prices if region in {None, price.region}]
    found = matching or card.prices
    if not found:
        raise UsageError(
            f"the model card of '{card.name}' has no price", hint="add it, with its source"
        )
    return found[0]
