"""Declarative recipes for image editing with Alibaba's Wan models.

`load`, `check`, `plan`, `run` and `arun` are the Python interface; see `wanflow.api`. They load
what they need when they are first used, so that `import wanflow` costs nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wanflow.api import (
        Cap,
        Plan,
        Problem,
        RecipeError,
        Result,
        Terms,
        arun,
        check,
        load,
        plan,
        run,
    )

__all__ = [
    "Cap",
    "Plan",
    "Problem",
    "RecipeError",
    "Result",
    "Terms",
    "arun",
    "check",
    "load",
    "plan",
    "run",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'wanflow' has no attribute '{name}'")
    from wanflow import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
