"""What the plans of many rows come to, added up one after the other."""

from collections.abc import Callable
from dataclasses import dataclass

from wanflow.model.campaign import CampaignTotals
from wanflow.model.plan import Plan
from wanflow.model.values import Fingerprint, JobKey


@dataclass(slots=True, kw_only=True)
class Tally:
    """Adds up plans and keeps none of them.

    `seen` remembers a request, and says whether it was remembered before.
    """

    seen: Callable[[Fingerprint], bool]
    rows: int = 0
    run: int = 0
    shared: int = 0
    reuse: int = 0
    skip: int = 0
    images_to_buy: int = 0
    cost_micro: int = 0
    currency: str = "CNY"
    seconds: float = 0.0

    def add(self, plan: Plan) -> None:
        """Add the plan of one more row."""
        self.rows += 1
        self.skip += len(plan.skipped)
        self.currency = plan.currency
        for entry in plan.jobs:
            if entry.decision.action == "reuse":
                self.reuse += 1
                continue
            self.run += 1
            asked = entry.top_up or entry.job
            if self.seen(asked.fingerprint):
                self.shared += 1
            elif entry.cost_micro:
                self.images_to_buy += asked.n
                self.cost_micro += entry.cost_micro
        # A chain takes no longer than all of its steps one after the other.
        if sum(entry.seconds_estimate for entry in plan.jobs) > self.seconds:
            self.seconds = max(self.seconds, chain_seconds(plan))

    def totals(self) -> CampaignTotals:
        """Give the sums so far."""
        return CampaignTotals(
            rows=self.rows,
            run=self.run,
            shared=self.shared,
            reuse=self.reuse,
            skip=self.skip,
            images_to_buy=self.images_to_buy,
            cost_micro=self.cost_micro,
            currency=self.currency,
            seconds=self.seconds,
        )


def chain_seconds(plan: Plan) -> float:
    """Estimate the time of the longest chain: what does not hang together runs side by side."""
    ready: dict[JobKey, float] = {}
    for planned in plan.jobs:
        key = planned.job.key
        begin = max((ready.get(need, 0.0) for need in plan.needs.get(key, ())), default=0.0)
        runs = planned.decision.action == "run"
        ready[key] = begin + (planned.seconds_estimate if runs else 0.0)
    return max(ready.values(), default=0.0)
