import re

from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.errors import Problem, Span
from wanflow.report.annotations import annotations

_COMMAND = re.compile(r"::(error|warning) ([^:]*)::(.*)")


def read_back(line: str) -> tuple[str, dict[str, str], str]:
    """Read a command as the runner does: split, then undo the escapes."""
    found = _COMMAND.fullmatch(line)
    assert found is not None
    pairs = (part.split("=", 1) for part in found[2].split(","))
    return found[1], {name: plain(value) for name, value in pairs}, plain(found[3])


def plain(text: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_a_problem_is_a_command_with_its_place() -> None:
    problem = Problem(
        code="size-area",
        message="100% wrong: a, b",
        span=Span(file="a,b:c.yaml", line=3, column=4),
        hint="write 1*1",
    )

    said = annotations([problem])

    assert said == (
        "::error file=a%2Cb%3Ac.yaml,line=3,col=4,title=size-area"
        "::100%25 wrong: a, b%0Ahint: write 1*1"
    )


def test_what_has_no_place_has_a_title() -> None:
    said = annotations([Problem(code="missing-input", message="m", severity="warning")])

    assert said == "::warning title=missing-input::m"


def test_each_problem_has_a_line() -> None:
    problems = [Problem(code="a-b", message="x\n::error::y"), Problem(code="c-d", message="z")]

    assert len(annotations(problems).split("\n")) == 2


@given(file=st.text(min_size=1, max_size=20), message=st.text(min_size=1, max_size=30))
@settings(deadline=None)
def test_no_text_can_become_a_command(file: str, message: str) -> None:
    problem = Problem(code="a-b", message=message, span=Span(file=file, line=1, column=1))

    said = annotations([problem])

    assert "\n" not in said
    assert "\r" not in said
    assert read_back(said)[1]["file"] == file.replace("\\", "/")
