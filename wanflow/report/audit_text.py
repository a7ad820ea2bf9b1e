"""What an audit of a run found, as a person reads it and as a program does."""

from collections.abc import Sequence
from typing import Protocol

from wanflow.model.values import JsonValue
from wanflow.report.amounts import counted
from wanflow.report.ink import Ink
from wanflow.report.safe import safe_text


class Found(Protocol):
    """One thing that does not match."""

    @property
    def fault(self) -> str:
        """What kind of thing it is, as a stable word."""
        ...

    @property
    def name(self) -> str:
        """The file, object or run that it is about."""
        ...

    @property
    def words(self) -> str:
        """What was expected and found."""
        ...

    @property
    def wrong(self) -> bool:
        """Whether it speaks against the run."""
        ...


def audit_text(
    run: str, *, files: int, objects: int, findings: Sequence[Found], color: bool = False
) -> str:
    """Name what does not match, one a line, and the verdict at the end."""
    ink = Ink(color)
    lines = []
    for finding in findings:
        mark = ink(finding.fault, "red" if finding.wrong else "dim")
        lines.append(f"{mark}  {safe_text(finding.name)}: {safe_text(finding.words, None)}")
    wrong = sum(finding.wrong for finding in findings)
    looked = counted(files, "file")
    if objects:
        looked += f" and {counted(objects, 'object')} of the workspace"
    if wrong:
        verdict = ink(f"{counted(wrong, 'thing')} do{'es' * (wrong == 1)} not match", "red")
    else:
        verdict = ink("all of them are what the record says", "green")
    return "\n".join([*lines, f"{safe_text(run)}: {looked} hashed again; {verdict}"])


def audit_json(
    run: str, *, files: int, objects: int, findings: Sequence[Found], sound: bool
) -> JsonValue:
    """Give the same as `schemas/audit.schema.json` describes it."""
    return {
        "version": 1,
        "run": run,
        "sound": sound,
        "files": files,
        "objects": objects,
        "findings": [
            {"fault": one.fault, "name": one.name, "message": one.words, "wrong": one.wrong}
            for one in findings
        ],
    }
