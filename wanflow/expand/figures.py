"""What a prompt calls its pictures: `图2` in a Chinese prompt, `image 2` in an English one."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Self

from wanflow.model.recipe import Language
from wanflow.model.values import JsonValue, Size

FACTS = ("width", "height", "ratio", "stem")

_FORMS: Mapping[Language, str] = {"zh": "图{n}", "en": "image {n}"}
_BETWEEN: Mapping[Language, tuple[str, str]] = {"zh": ("、", "和"), "en": (", ", " and ")}
_TAGS = re.compile(r"\{[{%#]|[}%#]\}")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a picture beforehand; `size` is None where only the model knows."""

    size: Size | None = None
    stem: str = ""


class Figure(str):
    """A picture as a prompt names it: prints its number, and knows facts about the picture.

    A fact that is not known, or that would be of several pictures at once, is None.
    """

    __slots__ = ("facts", "label")

    facts: Mapping[str, int | str | None]
    label: str

    def __new__(cls, text: str, *, label: str = "", facts: Facts | None = None) -> Self:
        """Make a figure that prints `text`; `label` is what the recipe calls it."""
        figure = super().__new__(cls, text)
        figure.label = label
        figure.facts = _facts(facts) if facts else dict.fromkeys(FACTS)
        return figure

    def __reduce__(self) -> str | tuple[object, ...]:
        return (_rebuilt, (str(self), self.label, self.facts))

    @property
    def width(self) -> int | str | None:
        """Width in pixels, or None."""
        return self.facts["width"]

    @property
    def height(self) -> int | str | None:
        """Height in pixels, or None."""
        return self.facts["height"]

    @property
    def ratio(self) -> int | str | None:
        """Ratio of width to height in lowest terms, such as `16:9`, or None."""
        return self.facts["ratio"]

    @property
    def stem(self) -> int | str | None:
        """Name of the picture's file without its ending; the step's id for the output of a step."""
        return self.facts["stem"]


def figures(
    names: Sequence[str],
    *,
    roles: Sequence[str | None] = (),
    facts: Sequence[Facts] = (),
    language: Language = "en",
    form: str | None = None,
) -> dict[str, JsonValue]:
    """Make what a prompt can say about the pictures of its step.

    Args:
        names: n names in the order in which the pictures are sent; one that occurs several times
            prints all its numbers.
        roles: n roles, None for a picture without; or none at all.
        facts: n facts; or none at all.
        language: of the prompt.
        form: how a picture is called, with `{n}` for its number, such as `[图{n}]`.

    Returns:
        A figure for each name (a dash reads as an underscore), and under `fig` a mapping of
        figures by role.
    """
    pattern = form if form is not None else _FORMS[language]
    texts = tuple(pattern.replace("{n}", str(at)) for at in range(1, len(names) + 1))
    known = tuple(facts) or (Facts(),) * len(names)
    pictures = tuple(zip(texts, known, strict=True))
    by_name = _grouped(zip(names, pictures, strict=True), language)
    by_role = _grouped(zip(roles, pictures, strict=True), language) if roles else {}
    return {**by_name, "fig": by_role}


def figure_names(names: Collection[str], roles: Collection[str | None] = ()) -> frozenset[str]:
    """List what `figures` gives, for a check: `clock`, `clock.width`, `fig`, `fig.subject`.

    A role alone says nothing about the facts of its picture; they need not be listed.
    """
    plain = {name.replace("-", "_") for name in names}
    dotted = {f"{name}.{fact}" for name in plain for fact in FACTS}
    of_roles = {f"fig.{role.replace('-', '_')}" for role in roles if role is not None}
    return frozenset(plain | dotted | of_roles | {"fig"})


def language_of(text: str) -> Language:
    """Tell the language of a prompt or of its template by its script.

    Chinese if there are at least as many Chinese characters as words of other scripts, so that
    neither a brand in a Chinese prompt nor a Chinese title in an English one decides. What stands
    within `{{ }}`, `{% %}` and `{# #}` does not count.
    """
    words = _without_tags(text)
    han = len(_HAN.findall(words))
    return "zh" if han and han >= len(_WORD.findall(words)) else "en"


def _grouped(
    pictures: Iterable[tuple[str | None, tuple[str, Facts]]], language: Language
) -> dict[str, JsonValue]:
    groups: dict[str, list[tuple[str, Facts]]] = {}
    for name, picture in pictures:
        if name is not None:
            groups.setdefault(name.replace("-", "_"), []).append(picture)
    return {name: _figure(name, group, language) for name, group in groups.items()}


def _figure(name: str, group: Sequence[tuple[str, Facts]], language: Language) -> Figure:
    texts = [text for text, _ in group]
    if len(group) == 1:
        return Figure(texts[0], label=name, facts=group[0][1])
    comma, last = _BETWEEN[language]
    return Figure(comma.join(texts[:-1]) + last + texts[-1], label=name)


def _facts(facts: Facts) -> dict[str, int | str | None]:
    size = facts.size
    if size is None:
        return {"width": None, "height": None, "ratio": None, "stem": facts.stem}
    common = gcd(size.width_px, size.height_px)
    ratio = f"{size.width_px // common}:{size.height_px // common}"
    return {
        "width": size.width_px,
        "height": size.height_px,
        "ratio": ratio,
        "stem": facts.stem,
    }


def _rebuilt(text: str, label: str, facts: Mapping[str, int | str | None]) -> Figure:
    figure = Figure(text, label=label)
    figure.facts = facts
    return figure


def _without_tags(text: str) -> str:
    kept: list[str] = []
    at = 0
    inside = False
    for tag in _TAGS.finditer(text):
        opens = tag.group()[0] == "{"
        if opens != inside:
            if opens:
                kept.append(text[at : tag.start()])
            at = tag.end()
            inside = opens
    if not inside:
        kept.append(text[at:])
    return " ".join(kept)
