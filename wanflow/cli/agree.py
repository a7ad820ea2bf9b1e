"""The question before anything is paid for."""

import sys

import click

from wanflow.cli.say import tell
from wanflow.cli.service import Account
from wanflow.errors import UsageError
from wanflow.model.plan import Plan
from wanflow.report.amounts import counted, duration, money
from wanflow.report.plan_text import seconds_estimate


def agreed(plan: Plan, account: Account, *, yes: bool) -> bool:
    """Say what a plan is going to cost, and ask whether to go on.

    Args:
        plan: what is going to be bought.
        account: who pays, and within which budget.
        yes: it has been agreed to beforehand.

    Returns:
        Whether to go on. What costs nothing is not asked about.

    Raises:
        UsageError: it costs something, and there is nobody to ask.
    """
    if not plan.images_to_buy or yes:
        return True
    text = estimate(plan, account)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            f"this would buy {text}; nothing was sent",
            hint="add --yes to buy it, or look at it first with: wanflow plan",
        )
    tell(f"This buys {text}.")
    return click.confirm("Go on?", default=False, err=True)


def estimate(plan: Plan, account: Account) -> str:
    """Say what a plan is going to cost: `3 pictures for ¥0.60 (beijing), about 1 min 15 s`."""
    cost = money(plan.cost_micro, plan.currency)
    parts = [
        f"{counted(plan.images_to_buy, 'picture')} for {cost} ({account.service.priced_in})",
        f"about {duration(seconds_estimate(plan))}",
    ]
    cap = account.terms.cap
    if cap.images is not None and cap.images < plan.images_to_buy:
        parts.append(f"stopping at {counted(cap.images, 'picture')}")
    elif cap.cost_micro is not None and cap.cost_micro < plan.cost_micro:
        parts.append(f"stopping at {money(cap.cost_micro, plan.currency)}")
    return ", ".join(parts)
