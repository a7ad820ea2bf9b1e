"""The paid service joined to a run: where it is, whose account pays, and on which terms."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wanflow.errors import UsageError
from wanflow.execute.ledger import NO_CAP, Cap, Ledger
from wanflow.imaging.probe import probe

if TYPE_CHECKING:
    from wanflow.model.card import ModelCard
    from wanflow.providers.dashscope.key import ApiKey
    from wanflow.providers.dashscope.provider import DashScopeProvider
    from wanflow.providers.dashscope.regions import Service
    from wanflow.providers.dashscope.settings import Settings

NAME = "dashscope"
DEFAULT_REGION = "beijing"
_AMOUNT = re.compile(r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,6})?) ?(?P<currency>[A-Z]{3})?", re.ASCII)
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms a run may buy.

    `adopt`, `resubmit` and `skip` are what a person has decided about requests whose fate is
    unknown. `limits` are times in seconds and counts by the names that the provider's settings
    give them, such as `poll_s` or `grace_s`.
    """

    base_url: str | None = None
    workspace_id: str | None = None
    key_file: Path | None = None
    cap: Cap = NO_CAP
    adopt: tuple[str, ...] = ()
    resubmit: bool = False
    skip: bool = False
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A service, a key for it, and the terms that hold."""

    service: Service
    key: ApiKey
    terms: Terms

    def settings(self, purse: str) -> Settings:
        """Put everything together that the provider wants to know.

        Args:
            purse: what the cap is counted for: the run's id.
        """
        from wanflow.providers.dashscope.settings import Deadlines, Decisions, Settings, Sweeping

        terms, limits = self.terms, self.terms.limits
        return Settings(
            service=self.service,
            purse=purse,
            cap=terms.cap,
            decisions=Decisions(adopt=terms.adopt, resubmit=terms.resubmit, skip=terms.skip),
            deadlines=Deadlines(**_of(Deadlines, limits)),
            sweeping=Sweeping(**_of(Sweeping, limits)),
            state_folder=state_folder(os.environ),
            **_of(Settings, limits),
        )

    def provider(
        self, purse: str, *, ledger: Ledger, cards: Mapping[str, ModelCard]
    ) -> DashScopeProvider:
        """Make the provider; it is entered with `async with`."""
        from wanflow.providers.dashscope.provider import DashScopeProvider

        return DashScopeProvider(
            self.settings(purse), self.key, ledger=ledger, cards=cards, look=probe
        )


def account(
    region: str | None, terms: Terms, environment: Mapping[str, str] | None = None
) -> Account:
    """Find the service and the key.

    Args:
        region: name or code of the region whose address and prices hold.
        terms: on which to buy.
        environment: holds the key; `os.environ` if not given.

    Raises:
        AccountError: there is no key, or others can read its file.
        UsageError: there is no such region, or the address is not usable.
    """
    from wanflow.providers.dashscope.key import read_key
    from wanflow.providers.dashscope.regions import service_at

    service = service_at(region, base_url=terms.base_url, workspace=terms.workspace_id)
    key = read_key(os.environ if environment is None else environment, terms.key_file)
    return Account(service=service, key=key, terms=terms)


def limit_names() -> Mapping[str, type]:
    """Name every limit of the service that can be set, with its type."""
    from wanflow.providers.dashscope.settings import Deadlines, Settings, Sweeping

    kinds: Mapping[object, type] = {float: float, int: int, float | None: float, int | None: int}
    return {
        entry.name: kinds[entry.type]
        for kind in (Deadlines, Sweeping, Settings)
        for entry in fields(kind)
        if entry.type in kinds
    }


def cap_of(images: int | None, cost: str | None, *, currency: str = "CNY") -> Cap:
    """Read the budget of a command line.

    Args:
        images: how many pictures may be bought.
        cost: an amount such as `3` or `3.50 CNY`.
        currency: that prices are in.

    Raises:
        UsageError: the amount is none, or in another currency.
    """
    if images is not None and images < 0:
        raise UsageError("--max-images is a number of pictures, 0 or more")
    if cost is None:
        return Cap(images=images)
    found = _AMOUNT.fullmatch(cost.strip())
    if found is None:
        raise UsageError(
            f"'{cost}' is no amount of money", hint=f'write --max-cost 3.50 or "3.50 {currency}"'
        )
    if found["currency"] not in {None, currency}:
        raise UsageError(
            f"prices are in {currency}, and --max-cost is in {found['currency']}",
            hint=f"write the amount in {currency}",
        )
    try:
        return Cap(images=images, cost_micro=int(Decimal(found["number"]) * _MICRO))
    except InvalidOperation:  # pragma: no cover # the pattern lets only numbers through
        raise UsageError(f"'{cost}' is no amount of money") from None


def state_folder(environment: Mapping[str, str]) -> Path | None:
    """Find the user's folder in which processes of this machine agree on their pace."""
    given = environment.get("XDG_STATE_HOME", "")
    home = environment.get("HOME", "")
    if not given and not home:
        return None
    return (Path(given) if given else Path(home) / ".local" / "state") / "wanflow"


def _of(kind: type, limits: Mapping[str, float]) -> dict[str, Any]:
    # Counts are whole numbers, as `limit_names` says; whoever reads the settings has seen to it.
    names = {entry.name for entry in fields(kind)}
    return {name: value for name, value in limits.items() if name in names}
