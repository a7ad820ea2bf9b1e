"""Whether pictures can be measured here: binds the inspector, and says where there is none."""

from collections.abc import Iterable
from importlib.util import find_spec

from wanflow.errors import Problem
from wanflow.execute.inspecting import expected_checks, wanted_checks
from wanflow.execute.ports import Inspector
from wanflow.model.concrete import Concrete
from wanflow.model.document import Document
from wanflow.model.plan import Job

_INSTALL = "python -m pip install 'wanflow[local]'"


def inspector() -> Inspector | None:
    """Give what measures pictures on this machine, None where numpy is not installed."""
    if find_spec("numpy") is None:
        return None
    from wanflow.cli.inspector import PictureInspector, letters_found_here

    return PictureInspector(letters=letters_found_here())


def unmeasurable(whole: Concrete, document: Document) -> list[Problem]:
    """Refuse an expectation that nothing here could measure, before anything is bought."""
    if find_spec("numpy") is not None:
        return []
    return [
        Problem(
            code="checks-not-installed",
            message=f"what `expect` says of `{checks[0]}` cannot be measured without numpy",
            span=document.span(f"{step.step.pointer}/expect/{checks[0]}"),
            hint=_INSTALL,
        )
        for step in whole.steps
        if (checks := expected_checks(step.step.expect))
    ]


def unmeasured(jobs: Iterable[Job]) -> tuple[str, ...]:
    """Say once that the pictures of these jobs were not measured, if they would have been."""
    if find_spec("numpy") is not None or not any(wanted_checks(job) for job in jobs):
        return ()
    return (f"the pictures were not measured, which takes numpy: {_INSTALL}",)
