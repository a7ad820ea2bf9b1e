"""What can go wrong, as values and as exceptions.

The tree of exceptions; the number is the exit code of the command line:

    WanflowError
    ├── RecipeError        2  the recipe, its inputs or the command line are wrong; nothing was sent
    ├── UsageError         2  the command line is wrong
    ├── ImageError         2  a picture cannot be used
    ├── UnfinishedError    3  the same command goes on from here (disk full, deadline, no service)
    ├── WorkspaceError     5  the workspace or run directory is held by somebody else, or unfit
    ├── AccountError       6  the account cannot go on: key refused, arrears, quota
    ├── StepError          1  the provider said no to one step, and would again
    │   ├── PausedError    3  one step is not done, nothing is lost, the same command goes on
    │   └── UndecidedError 4  a paid request whose fate is unknown: a person has to decide
    └── InternalError     70  a bug in wanflow
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal


class Exit(IntEnum):
    """Exit codes of the command line; the manual lists the same table."""

    DONE = 0
    STEP_FAILED = 1
    WRONG_INPUT = 2
    UNFINISHED = 3
    DECISION_NEEDED = 4
    WORKSPACE_HELD = 5
    ACCOUNT = 6
    DIFFERENT = 10
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A place in a file: line and column count from 1, in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change to a file: `new` in the place of `old`, which is written at `span`.

    Where something else is written there by now, the change means nothing.
    """

    span: Span
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing the reader can fix, and where to fix it.

    `span` is None for what has no place in a file, such as a word of the command line.
    `related` are further places that belong to it, each with a few words. `fix` holds the changes
    that mend it, where there is one right answer; none of them overlap.
    """

    code: str
    message: str
    span: Span | None = None
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"
    related: tuple[tuple[Span, str], ...] = ()
    fix: tuple[Edit, ...] = ()


class WanflowError(Exception):
    """Everything that wanflow raises on purpose.

    `hint` says what to do next, in words that can be typed.
    """

    exit_code: Exit = Exit.BUG

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class RecipeError(WanflowError):
    """The recipe cannot be used as written; nothing was sent."""

    exit_code = Exit.WRONG_INPUT

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        lines = "\n".join(f"{p.span}: {p.code}: {p.message}" for p in problems)
        super().__init__(f"{len(problems)} problem{'s' * (len(problems) != 1)}\n{lines}")
        self.problems = problems


class UsageError(WanflowError):
    """The command line, or the arguments of a call, are wrong."""

    exit_code = Exit.WRONG_INPUT


class ImageError(WanflowError):
    """A picture cannot be used; `code` is the stable name of the reason."""

    exit_code = Exit.WRONG_INPUT

    def __init__(self, code: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        # Crosses from a worker process, where only positional arguments survive by themselves.
        return (_rebuilt, (type(self), self.code, str(self), self.hint))


class UnfinishedError(WanflowError):
    """The run stopped early, nothing is lost, and the same command goes on."""

    exit_code = Exit.UNFINISHED


class WorkspaceError(WanflowError):
    """The workspace or run directory is held by another process, damaged or unfit."""

    exit_code = Exit.WORKSPACE_HELD


class AccountError(WanflowError):
    """The account cannot go on: key refused, arrears, quota."""

    exit_code = Exit.ACCOUNT


class StepError(WanflowError):
    """A provider said no to one step; others may go on. `code` is the stable name of the reason."""

    exit_code = Exit.STEP_FAILED

    def __init__(self, code: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuilt, (type(self), self.code, str(self), self.hint))


class PausedError(StepError):
    """One step is not done and nothing of it is lost: budget or deadline reached; others go on."""

    exit_code = Exit.UNFINISHED


class UndecidedError(StepError):
    """A paid request whose fate is unknown. Nothing is sent again before a person has decided."""

    exit_code = Exit.DECISION_NEEDED


class InternalError(WanflowError):
    """A bug in wanflow."""


def _rebuilt(
    kind: type[ImageError] | type[StepError], code: str, message: str, hint: str | None
) -> WanflowError:
    return kind(code, message, hint=hint)
