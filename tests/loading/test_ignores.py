from collections.abc import Callable

import pytest

from wanflow.errors import Problem
from wanflow.loading import heeded, read_recipe
from wanflow.loading.mending import mended
from wanflow.model.catalogue import Catalogue

Told = Callable[..., list[str]]

_RECIPE = """\
wanflow: 1
name: a
inputs: [cat, spare]{comment}
steps:
  - use: outpaint
    images: [cat]
    n: 2{other}
"""


def problems_of(text: str, catalogue: Catalogue, *, complete: bool = True) -> tuple[Problem, ...]:
    loaded = read_recipe(text.encode(), file="r.yaml", catalogue=catalogue)
    return heeded(loaded.problems, loaded.ignores, file="r.yaml", complete=complete)


@pytest.fixture
def told(catalogue: Catalogue) -> Told:
    def tell(text: str, *, complete: bool = True) -> list[str]:
        found = problems_of(text, catalogue, complete=complete)
        return [f"{p.span.line}:{p.span.column}: {p.code}" for p in found if p.span]

    return tell


def test_a_comment_silences_its_own_line(told: Told) -> None:
    text = _RECIPE.format(comment=" # wanflow: ignore[unused-input]", other="")

    assert told(text) == ["7:8: unpicked-images"]


def test_a_comment_that_stands_alone_silences_the_next_line(told: Told) -> None:
    text = _RECIPE.format(comment="", other="  #wanflow:ignore[ unpicked-images ] both are kept")
    text = text.replace("inputs:", "# wanflow: ignore[unused-input]\n\n# more\ninputs:")

    assert told(text) == []


def test_one_comment_may_silence_several_codes(told: Told) -> None:
    text = "wanflow: 1\nname: a\n# wanflow: ignore[unused-input, unpicked-images]\nx-y: &x 1\n"
    flow = (
        "{inputs: [cat, spare], steps: [{use: outpaint, images: [cat], n: 2}], wanflow: 1, name: a}"
    )

    assert told("# wanflow: ignore[unused-input,unpicked-images]\n" + flow) == []
    assert "unknown-key" in " ".join(told(text))


def test_a_comment_holds_for_a_text_of_several_lines(told: Told) -> None:
    long = "      " + "word " * 500 + "\n"
    text = (
        "wanflow: 1\nname: a\ninputs: [cat]\nsteps:\n  - use: outpaint\n"
        "    prompt: | # wanflow: ignore[prompt-too-long]\n" + long
    )

    assert told(text) == []
    assert told(text.replace(" # wanflow: ignore[prompt-too-long]", "")) == [
        "7:2007: prompt-too-long"
    ]


@pytest.mark.parametrize(
    "value",
    [
        '"x # wanflow: ignore[nothing]"',
        "'# wanflow: ignore[nothing]'",
        "x#wanflow: ignore[nothing]",
    ],
)
def test_what_looks_like_a_comment_in_a_text_is_none(value: str, told: Told) -> None:
    text = f"wanflow: 1\nname: a\ninputs: [cat]\ndescription: {value}\nsteps: [{{use: outpaint}}]\n"

    assert [code for code in told(text) if "ignore" in code] == []


def test_a_comment_within_a_block_is_text(told: Told) -> None:
    text = (
        "wanflow: 1\nname: a\ninputs: [cat]\ndescription: >\n  # wanflow: ignore[nothing]\n  x\n"
        "steps: [{use: outpaint}]\n"
    )

    assert told(text) == []


def test_an_error_cannot_be_silenced(told: Told) -> None:
    text = (
        "wanflow: 1\nname: a\ninputs: [cat]\nsteps:\n"
        "  - use: outpiant # wanflow: ignore[unknown-operation]\n"
    )

    assert told(text) == ["5:10: unknown-operation", "5:37: ignored-error"]


@pytest.mark.parametrize(
    ("comment", "hint"),
    [
        ("ignore[long-chian]", "did you mean 'long-chain'?"),
        ("ignore[prompt-changed]", "see all with: wanflow explain"),
        ("ignore[图]", "see all with: wanflow explain"),
        ("ignore", "write its code, such as `# wanflow: ignore[long-chain]`"),
        ("ignore[]", "write its code, such as `# wanflow: ignore[long-chain]`"),
    ],
)
def test_a_comment_names_a_warning_that_there_is(
    comment: str, hint: str, catalogue: Catalogue
) -> None:
    text = f"wanflow: 1 # wanflow: {comment}\nname: a\ninputs: [cat]\nsteps: [{{use: outpaint}}]\n"

    (found,) = problems_of(text, catalogue)

    assert (found.code, found.severity, found.hint) == ("unknown-ignore", "warning", hint)


@pytest.mark.parametrize("word", ["ignored", "ignore-all", "ignores[long-chain]"])
def test_other_comments_are_left_alone(word: str, told: Told) -> None:
    text = f"wanflow: 1 # wanflow: {word}\nname: a\ninputs: [cat]\nsteps: [{{use: outpaint}}]\n"

    assert told(text) == []


@pytest.mark.parametrize(
    ("line", "mended_line"),
    [
        ("name: a # wanflow: ignore[long-chain]\n", "name: a\n"),
        ("name: a # wanflow: ignore[long-chain] since\n", "name: a # since\n"),
        ("# wanflow: ignore[long-chain]\r\nname: a\n", "name: a\n"),
        ("  # wanflow: ignore[long-chain] since\nname: a\n", "  # since\nname: a\n"),
        ("name: a # wanflow: ignore[long-chian]\n", "name: a # wanflow: ignore[long-chain]\n"),
    ],
)
def test_a_comment_that_silences_nothing_is_taken_away(
    line: str, mended_line: str, catalogue: Catalogue
) -> None:
    text = f"wanflow: 1\n{line}inputs: [cat]\nsteps: [{{use: outpaint}}]\n"
    found = problems_of(text, catalogue)

    data, count = mended(text.encode(), found, file="r.yaml")

    assert count == 1
    assert data.decode() == text.replace(line, mended_line)


def test_what_a_comment_silences_stays_in_it(catalogue: Catalogue) -> None:
    text = _RECIPE.format(comment=" # wanflow: ignore[long-chain, unused-input] x", other="")
    found = problems_of(text, catalogue)

    data, _ = mended(text.encode(), found, file="r.yaml")

    assert "# wanflow: ignore[unused-input] x\n" in data.decode()


def test_a_comment_at_the_end_of_the_file_silences_nothing(told: Told) -> None:
    text = _RECIPE.format(comment="", other="\n# wanflow: ignore[long-chain]").rstrip("\n")

    assert "8:1: unused-ignore" in told(text)


def test_what_only_rendering_shows_may_still_come(told: Told) -> None:
    text = (
        "wanflow: 1\nname: a\ninputs: [cat]\nsteps:\n"
        "  - use: outpaint # wanflow: ignore[prompt-too-long]\n"
    )

    assert told(text, complete=False) == []
    assert told(text, complete=True) == ["5:19: unused-ignore"]


def test_beside_an_error_no_comment_is_called_useless(told: Told) -> None:
    text = (
        "wanflow: 1\nname: a\ninputs: [cat]\nsteps:\n"
        "  - use: outpiant # wanflow: ignore[long-chain]\n"
    )

    assert told(text) == ["5:10: unknown-operation"]
