"""Comments that silence a warning: `# wanflow: ignore[long-chain] reason`.

A comment behind something holds for its own line; one that stands alone, for the next line that
holds something. What is wrong with such comments is a warning itself.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wanflow.errors import Edit, Problem, Span
from wanflow.loading.compose import Node
from wanflow.loading.near import nearest, only_near
from wanflow.loading.parse import Draft
from wanflow.messages import explanations

_COMMENT = re.compile(
    r"(?:(?<=[ \t\n\r])|\A)#[ \t]*wanflow:[ \t]*ignore(?![\w-])[ \t]*"
    r"(?:\[(?P<codes>[^\]\n\r]*)\]?)?(?P<reason>[^\n\r]*)"
)
_CODE = re.compile(r"[^\s,]+")
_BLANK = re.compile(r"[ \t]*(?:#[^\n\r]*)?(?:\r\n|\n|\r|\Z)")
_BREAK = re.compile(r"\r\n|\n|\r")
# Only told when the prompts are rendered, which needs values for the inputs.
_RENDERED = frozenset({"prompt-too-long", "negative-prompt-too-long"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """One comment: what it names, with the place of each code, and the lines it holds for.

    `old` is the comment's text with what would be left hanging without it: the space before it, or
    its whole line. `lead` is what of it stays.
    """

    span: Span
    lines: frozenset[int]
    codes: tuple[tuple[str, Span], ...]
    old: Span
    old_text: str
    reason: str


def ignores_in(draft: Draft) -> tuple[Ignore, ...]:
    """Find the comments of a file that could be read; what looks like one in a text is none."""
    source = draft.source
    if "wanflow:" not in source or "ignore" not in source:
        return ()
    found = list(_COMMENT.finditer(source))
    texts = _texts(draft) if found else []
    starts = [start for start, _ in texts]
    folds = _folds(draft) if found else {}
    comments = [match for match in found if not _within(texts, starts, match.start())]
    held = _lines_held(draft, comments)
    return tuple(
        _ignore(draft, match, line, folds) for match, line in zip(comments, held, strict=True)
    )


def heeded(
    problems: Sequence[Problem], ignores: Sequence[Ignore], *, file: str, complete: bool
) -> tuple[Problem, ...]:
    """Leave out the warnings that comments silence, and warn of comments that silence nothing.

    Args:
        problems: all that is wrong.
        ignores: the comments of the file.
        file: its name; problems of other files stay.
        complete: whether the prompts were rendered, so that nothing more can come.

    Returns:
        The problems that stay, then those of the comments, in no order.
    """
    by_line: dict[tuple[int, str], list[int]] = {}
    for number, one in enumerate(ignores):
        for line in one.lines:
            for code, _ in one.codes:
                by_line.setdefault((line, code), []).append(number)
    stay: list[Problem] = []
    used: set[tuple[str, int]] = set()
    for problem in problems:
        span = problem.span if problem.severity == "warning" else None
        here = span is not None and span.file == file
        silencing = by_line.get((span.line, problem.code), []) if span and here else []
        used.update((problem.code, number) for number in silencing)
        if not silencing:
            stay.append(problem)
    sure = not any(problem.severity == "error" for problem in problems)
    for number, one in enumerate(ignores):
        stay += _wrong(one)
        unused = [code for code, _ in one.codes if (code, number) not in used and _silences(code)]
        unused = [code for code in unused if complete or code not in _RENDERED]
        if unused and sure:
            stay.append(_unused(one, unused))
    return tuple(stay)


def _silences(code: str) -> bool:
    known = explanations().get(code)
    return known is not None and known.severity == "warning"


def _wrong(one: Ignore) -> Iterator[Problem]:
    if not one.codes:
        yield Problem(
            code="unknown-ignore",
            message="the comment does not say which warning it silences",
            span=one.span,
            hint="write its code, such as `# wanflow: ignore[long-chain]`",
            severity="warning",
        )
    for code, span in one.codes:
        known = explanations().get(code)
        if known is None or known.severity == "note":
            yield _unknown(code, span)
        elif known.severity == "error":
            yield Problem(
                code="ignored-error",
                message=f"'{code}' is an error, and an error cannot be silenced",
                span=span,
                hint="mend it, and remove the code here",
                severity="warning",
            )


def _unknown(code: str, span: Span) -> Problem:
    warnings = [one.code for one in explanations().values() if one.severity == "warning"]
    meant, only = nearest(code, warnings), only_near(code, warnings)
    return Problem(
        code="unknown-ignore",
        message=f"there is no warning '{code[:80]}'",
        span=span,
        hint=f"did you mean '{meant}'?" if meant else "see all with: wanflow explain",
        severity="warning",
        fix=(Edit(span=span, old=code, new=only),) if only else (),
    )


def _unused(one: Ignore, unused: Collection[str]) -> Problem:
    which = " and ".join(f"'{code}'" for code in unused)
    kept = [code for code, _ in one.codes if code not in unused]
    rest = f"# wanflow: ignore[{', '.join(kept)}]" if kept else ""
    if one.reason:
        rest = f"{rest} {one.reason}" if rest else f"# {one.reason}"
    lead = one.old_text[: len(one.old_text) - len(one.old_text.lstrip(" \t"))]
    tail = one.old_text[len(one.old_text.rstrip("\r\n")) :]
    return Problem(
        code="unused-ignore",
        message=f"nothing is silenced here: there is no {which}",
        span=one.span,
        hint="remove it",
        severity="warning",
        fix=(Edit(span=one.old, old=one.old_text, new=f"{lead}{rest}{tail}" if rest else ""),),
    )


def _ignore(draft: Draft, match: re.Match[str], line: int, folds: Mapping[int, set[int]]) -> Ignore:
    source, lines = draft.source, draft.lines
    start = lines.start_of_line(match.start())
    alone = _is_alone(draft, match)
    begin = start if alone else _before(source, match.start())
    broken = _BREAK.match(source, match.end())
    end = broken.end() if alone and broken else match.end()
    at = match.start("codes")
    return Ignore(
        span=lines.span(match.start()),
        lines=frozenset({line, *folds.get(line, ())}),
        codes=tuple(
            (code.group(), lines.span(at + code.start()))
            for code in _CODE.finditer(match["codes"] or "")
        ),
        old=lines.span(begin),
        old_text=source[begin:end],
        reason=match["reason"].strip(),
    )


def _is_alone(draft: Draft, match: re.Match[str]) -> bool:
    start = draft.lines.start_of_line(match.start())
    return not draft.source[start : match.start()].strip(" \t")


def _lines_held(draft: Draft, comments: Sequence[re.Match[str]]) -> list[int]:
    """Say for each comment which line it holds for; behind the last one, that of the end.

    From the last to the first, so that a comment above another one needs no further look.
    """
    held: list[int] = []
    known: dict[int, int] = {}  # where a line begins that holds nothing, and the next that does
    for match in reversed(comments):
        if not _is_alone(draft, match):
            held.append(draft.lines.at(match.start())[0])
            continue
        walked = []
        at = draft.lines.start_of_line(match.start())
        while at not in known and (blank := _BLANK.match(draft.source, at)) and blank.end() > at:
            walked.append(at)
            at = blank.end()
        line = known.get(at) or draft.lines.at(at)[0]
        known.update(dict.fromkeys(walked, line))
        held.append(line)
    return held[::-1]


def _before(source: str, index: int) -> int:
    """Give where the white space before an index begins."""
    return len(source[:index].rstrip(" \t"))


def _texts(draft: Draft) -> list[tuple[int, int]]:
    """List where texts stand in which a '#' begins no comment, in order."""
    found = [_inside(draft.source, node) for node in _scalars(draft)]
    return sorted(found)


def _scalars(draft: Draft) -> Iterable[Node]:
    for node in (*draft.nodes.values(), *draft.keys.values()):
        target = node.target()
        if target.kind == "scalar" and target.style:
            yield target


def _inside(source: str, node: Node) -> tuple[int, int]:
    if node.style not in "|>":
        return node.start, node.end
    header = _BREAK.search(source, node.start, node.end)  # a comment may follow on '|'
    return (header.end() if header else node.end), node.end


def _within(texts: Sequence[tuple[int, int]], starts: Sequence[int], index: int) -> bool:
    at = bisect_right(starts, index) - 1
    return at >= 0 and index < texts[at][1]


def _folds(draft: Draft) -> dict[int, set[int]]:
    """Give the lines within a text of several lines, by the line in which it begins."""
    folds: dict[int, set[int]] = {}
    for node in draft.nodes.values():
        if node.kind == "scalar":
            first, last = draft.lines.at(node.start)[0], draft.lines.at(node.end)[0]
            if last > first:
                folds.setdefault(first, set()).update(range(first + 1, last + 1))
    return folds
