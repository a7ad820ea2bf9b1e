"""What a workspace knows of requests, and what pictures cost here: what a plan is decided by."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from wanflow.cli.service import DEFAULT_REGION
from wanflow.model.catalogue import Catalogue
from wanflow.model.values import Fingerprint
from wanflow.planning.decide import Memory, Tariff
from wanflow.planning.jobs import Prepared
from wanflow.store.workspace import Workspace


def memory_of(
    recipe: str, prepared: Prepared, workspace: Workspace | None, *, buys: bool
) -> Memory:
    """Look up the requests of a recipe, and what was last asked for in its name."""
    if workspace is None:
        return Memory(recorded={}, last={})
    known = remembered([job.fingerprint for job in prepared.jobs], workspace, buys=buys)
    last = workspace.journal.last_requests(recipe)
    return replace(
        known,
        last={
            key: (request, state)
            for key, (request, state) in last.items()
            if isinstance(request, Mapping)
        },
    )


def remembered(
    fingerprints: Collection[Fingerprint], workspace: Workspace | None, *, buys: bool
) -> Memory:
    """Look requests up in a workspace, all at once; what was asked last is not among it.

    Args:
        fingerprints: of the requests.
        workspace: None if there is none yet.
        buys: whether they are bought, so that they may have been paid for.
    """
    if workspace is None:
        return Memory(recorded={}, last={})
    recorded = workspace.journal.recorded(fingerprints)
    damaged = {
        fingerprint
        for fingerprint, entry in recorded.items()
        if not all(workspace.objects.holds(picture) for picture in entry.pictures)
    }
    return Memory(
        recorded={key: entry for key, entry in recorded.items() if key not in damaged},
        damaged=damaged,
        paid=_paid(fingerprints, workspace) if buys else (),
        last={},
    )


def _paid(fingerprints: Collection[Fingerprint], workspace: Workspace) -> frozenset[Fingerprint]:
    """Find the requests that were bought already, and whose pictures only have to be fetched."""
    states = workspace.ledger.states(fingerprints)
    return frozenset(request for request, state in states.items() if state in {"accepted", "made"})


def tariff_of(provider: str, region: str | None, known: Catalogue) -> Tariff:
    """Say what pictures cost here: nothing on this machine, else the card's price of the region."""
    cards = known.models.values()
    if provider == "local":
        return Tariff(currency="CNY", per_picture_micro={}, seconds={})
    where = region or DEFAULT_REGION
    prices = {card.name: price for card in cards for price in card.prices if price.region == where}
    return Tariff(
        currency="CNY",
        per_picture_micro={name: price.amount_micro for name, price in prices.items()},
        seconds={card.name: card.latency_typical_s for card in cards},
    )
