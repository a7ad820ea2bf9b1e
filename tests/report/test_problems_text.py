"""Mistakes are shown with their line and a caret under the column."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from jsonschema import Draft202012Validator

from wanflow.contract import schema
from wanflow.errors import Problem, Span
from wanflow.report.columns import width_of
from wanflow.report.problems import problems_json, render_problem, render_problems
from wanflow.report.safe import safe_text


def problem(line: int, column: int, file: str = "clock.yaml") -> Problem:
    return Problem(
        code="unknown-image",
        message="there is no input or step 'palced'",
        span=Span(file=file, line=line, column=column),
        hint="did you mean 'placed'?",
    )


def caret_and_line(source: str, line: int, column: int) -> tuple[str, str]:
    _, shown, caret, *_ = render_problem(problem(line, column), source).split("\n")
    return shown, caret


def test_a_problem_is_shown_with_its_line_a_caret_and_a_hint() -> None:
    source = "\n" * 20 + "    images: [palced]\n"

    shown = render_problem(problem(21, 14), source)

    assert shown == snapshot("""\
clock.yaml:21:14: unknown-image: there is no input or step 'palced'
   21 |     images: [palced]
                     ^
      hint: did you mean 'placed'?\
""")


def test_a_warning_says_so_and_related_places_follow() -> None:
    warning = Problem(
        code="unused-input",
        message="nothing uses 'spot'",
        span=Span(file="钟.yaml", line=1, column=1),
        severity="warning",
        related=((Span(file="钟.yaml", line=9, column=3), "the only prompt"),),
    )

    assert render_problem(warning, "spot: {}") == snapshot("""\
钟.yaml:1:1: warning: unused-input: nothing uses 'spot'
    1 | spot: {}
        ^
      钟.yaml:9:3: the only prompt\
""")


def test_a_problem_without_a_place_is_one_line() -> None:
    shown = render_problem(Problem(code="usage", message="no such option '--x'"), None)

    assert shown == "usage: no such option '--x'"


def test_the_caret_takes_wide_characters_and_tabs_into_account() -> None:
    source = "\timages: [闹钟, palced]"

    shown, caret = caret_and_line(source, 1, source.index("palced") + 1)

    assert shown == "    1 |     images: [闹钟, palced]"
    assert width_of(shown[: shown.index("palced")]) == caret.index("^")


def test_a_control_character_in_a_line_is_shown_and_counted() -> None:
    shown, caret = caret_and_line("a\x1b[31m\u202epalced", 1, 8)

    assert shown == "    1 | a\\x1b[31m\\u{202e}palced"
    assert shown.index("palced") == caret.index("^")


def test_a_long_line_is_shown_around_the_caret() -> None:
    source = "将图1中的闹钟放置到图2" * 10 + "palced" + "y" * 200

    shown, caret = caret_and_line(source, 1, source.index("palced") + 1)

    assert shown == snapshot(
        "    1 | …闹钟放置到图2将图1中的闹钟放置到图2palcedyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…"
    )
    assert width_of(shown[: shown.index("palced")]) == caret.index("^")


@pytest.mark.parametrize(
    ("column", "starts", "ends"), [(1, True, False), (100, False, False), (200, False, True)]
)
def test_the_ends_of_a_long_line_are_shown_without_a_mark(
    column: int, *, starts: bool, ends: bool
) -> None:
    shown, _ = caret_and_line("x" * 200, 1, column)

    assert (shown[8] != "…", shown[-1] != "…") == (starts, ends)
    assert width_of(shown) <= 80


def test_a_line_that_is_not_in_the_file_is_left_out() -> None:
    assert render_problem(problem(9, 1), "one\n").count("\n") == 1


def test_what_breaks_a_line_in_yaml_breaks_it_here() -> None:
    shown, _ = caret_and_line("a\u2028b\x0bc\r\nthird\rfourth", 3, 1)

    assert shown == "    3 | third"


@given(
    st.text(alphabet="ab \t中文\x1b\u200be\u0301", max_size=200),
    st.integers(1, 220),
)
def test_the_caret_stands_under_the_character_that_is_meant(line: str, column: int) -> None:
    at = min(column, len(line) + 1)

    shown, caret = caret_and_line(line, 1, column)

    body, before = shown[8:], caret.index("^") - 8
    assert width_of(shown) <= 80
    # What stands after the caret begins as the rest of the line does, until it is cut off.
    widths = [width_of(body[:n]) for n in range(len(body) + 1)]
    rests = [body[n:].rstrip("…") for n, width in enumerate(widths) if width == before]
    if at <= len(line) and line[at - 1] != "\t":
        assert any(rest.startswith(safe_text(line[at - 1])) for rest in rests)


def test_all_problems_are_counted_at_the_end() -> None:
    warning = Problem(code="w", message="careful", severity="warning")
    problems = [problem(1, 1), problem(1, 1, file="other.yaml"), warning]

    shown = render_problems(problems, {"clock.yaml": "palced"})

    assert shown == snapshot("""\
clock.yaml:1:1: unknown-image: there is no input or step 'palced'
    1 | palced
        ^
      hint: did you mean 'placed'?
other.yaml:1:1: unknown-image: there is no input or step 'palced'
      hint: did you mean 'placed'?
warning: w: careful
2 errors, 1 warning\
""")


def test_no_problem_is_said_too() -> None:
    assert render_problems([], {}) == "no problems"


def test_colour_changes_nothing_but_colour() -> None:
    problems = [problem(1, 1), Problem(code="w", message="careful", severity="warning")]
    sources = {"clock.yaml": "palced"}

    shown = render_problems(problems, sources, color=True)

    assert "\x1b[1;31munknown-image\x1b[0m" in shown
    bare = shown
    for code in ("1", "2", "1;31", "33", "36", "0"):
        bare = bare.replace(f"\x1b[{code}m", "")
    assert bare == render_problems(problems, sources)


def test_what_others_wrote_cannot_command_the_terminal() -> None:
    evil = "\x1b]0;x\x07\u202e"
    bad = Problem(
        code="c",
        message=evil,
        span=Span(file=evil, line=1, column=1),
        hint=evil,
        related=((Span(file=evil, line=1, column=1), evil),),
    )

    shown = render_problems([bad], {evil: evil})

    assert all(line.isprintable() for line in shown.split("\n"))


def test_the_json_of_problems_keeps_its_schema() -> None:
    related = ((Span(file="a.yaml", line=2, column=1), "here"),)
    problems = [
        problem(1, 1),
        Problem(code="usage", message="m", severity="warning", related=related),
    ]

    document = json.loads(json.dumps(problems_json(problems)))

    Draft202012Validator(json.loads(schema("problems"))).validate(document)
    assert (document["errors"], document["warnings"]) == (1, 1)
    assert document["problems"][0]["place"] == {"file": "clock.yaml", "line": 1, "column": 1}
