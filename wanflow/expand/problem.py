"""What is wrong with a template, as a value and as an exception."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from wanflow.errors import Exit, WanflowError

# A hint names another word only if it is this like the one that was typed.
_LIKENESS = 0.7
_LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateProblem:
    """One thing to mend in a template.

    `offset` counts characters of the source from 0. `pointer` (JSON pointer) leads to the failing
    text within a value; it is empty where the value is the text itself. `written` stands at the
    offset, and `right` is what it has to be, where only one name is near.
    """

    offset: int
    code: str
    message: str
    hint: str | None = None
    pointer: str = ""
    written: str = ""
    right: str | None = None


class TemplateError(WanflowError):
    """A template cannot be rendered; `problems` holds all that is known, in order."""

    exit_code = Exit.WRONG_INPUT

    def __init__(self, problems: tuple[TemplateProblem, ...]) -> None:
        lines = "\n".join(f"{p.code}: {p.message}" for p in problems)
        super().__init__(lines, hint=problems[0].hint)
        self.problems = problems


class RefusedError(Exception):
    """A value or an amount of work is refused while a template is rendered; never leaves this room.

    `attribute` is the name whose look-up failed, where that is the reason.
    """

    def __init__(
        self, code: str, message: str, *, hint: str | None = None, attribute: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.attribute = attribute


def nearest_hint(word: str, known: Iterable[str]) -> str | None:
    """Say what may have been meant: the nearest known word, else the list if it is short."""
    words = sorted(set(known))
    near = get_close_matches(word, words, n=1, cutoff=_LIKENESS)
    if near:
        return f"did you mean '{near[0]}'?"
    if 0 < len(words) <= _LISTED:
        return f"there is {', '.join(words)}" if len(words) == 1 else f"there are {_list(words)}"
    return None


def only_near(word: str, known: Iterable[str]) -> str | None:
    """Give the nearest known word if no other one is near."""
    near = get_close_matches(word, sorted(set(known)), n=2, cutoff=_LIKENESS)
    return near[0] if len(near) == 1 else None


def _list(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"
