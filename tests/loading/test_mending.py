"""Changes to a file: what they make of it, and that they make nothing else of it."""

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from wanflow.errors import Edit, Problem, Span
from wanflow.loading import parse, read_recipe
from wanflow.loading.mending import mended
from wanflow.loading.quoting import quoted
from wanflow.model.catalogue import Catalogue

_MISTAKES = Path(__file__).parent / "mistakes"
_HEAD = "wanflow: 1\nname: a\ninputs: [cat, room]\nsteps:\n"
_QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def problems_of(data: bytes, catalogue: Catalogue) -> tuple[Problem, ...]:
    loaded = read_recipe(data, file="r.yaml", catalogue=catalogue, provider="dashscope")
    return loaded.problems


def once(text: str, catalogue: Catalogue) -> str:
    data, _ = mended(text.encode(), problems_of(text.encode(), catalogue), file="r.yaml")
    return data.decode()


def fully(data: bytes, catalogue: Catalogue) -> bytes:
    """Mend until nothing can be mended any more."""
    for _ in range(50):
        after, count = mended(data, problems_of(data, catalogue), file="r.yaml")
        if not count:
            return data
        data = after
    raise AssertionError("it never ends")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("  - {use: outpiant, images: [cat]}", "  - {use: outpaint, images: [cat]}"),
        ("  - {use: 'outpiant', images: [cat]}", "  - {use: 'outpaint', images: [cat]}"),
        ('  - {"use": "outpiant", images: [cat]}', '  - {"use": "outpaint", images: [cat]}'),
        ("  - {use: outpaint, images: cat}", "  - {use: outpaint, images: [cat]}"),
        ("  - {use: outpaint, images: 'cat'}", "  - {use: outpaint, images: ['cat']}"),
        ("  - {use: outpaint, images: [catt]}", "  - {use: outpaint, images: [cat]}"),
        ("  - {use: outpaint, images: ['rom[1]']}", "  - {use: outpaint, images: ['room[1]']}"),
        ("  - {use: outpaint, image: [cat]}", None),
        ("  - {use: outpaint, num_images: 1, images: [cat]}",
         "  - {use: outpaint, n: 1, images: [cat]}"),
        ("  - {use: outpaint, num_images: 1, n: 1, images: [cat]}", None),
        ("  - {operation: outpaint, images: [cat]}", "  - {use: outpaint, images: [cat]}"),
        ("  - {use: outpaint, n: '2', images: [cat]}", "  - {use: outpaint, n: 2, images: [cat]}"),
        ("  - {use: outpaint, seed: 7.0, images: [cat]}",
         "  - {use: outpaint, seed: 7, images: [cat]}"),
        ("  - {use: outpaint, watermark: yes, images: [cat]}",
         "  - {use: outpaint, watermark: true, images: [cat]}"),
        ("  - {use: outpaint, watermark: 'Off', images: [cat]}",
         "  - {use: outpaint, watermark: false, images: [cat]}"),
        ("  - {use: outpaint, watermark: maybe, images: [cat]}", None),
        ("  - {use: outpaint, n: two, images: [cat]}", None),
        ("  - {use: outpaint, fit: atuo, images: [cat]}",
         "  - {use: outpaint, fit: auto, images: [cat]}"),
        ("  - {use: outpaint, size: 1280X720, images: [cat]}",
         "  - {use: outpaint, size: 1280*720, images: [cat]}"),
        ("  - {use: outpaint, size: '1920*1080', images: [cat]}",
         "  - {use: outpaint, size: '1696*954', images: [cat]}"),
        ("  - {use: outpaint, size: 10:1, images: [cat]}",
         "  - {use: outpaint, size: 4:1, images: [cat]}"),
        ("  - {use: outpaint, model: wan2.5-i2i-previev, images: [cat]}",
         "  - {use: outpaint, model: wan2.5-i2i-preview, images: [cat]}"),
        ("  - {use: fuse, images: {subjekt: cat, scene: room}, with: {subject: x}}",
         "  - {use: fuse, images: {subject: cat, scene: room}, with: {subject: x}}"),
        ("  - {use: outpaint, images: [cat], with: {lefft: 0.5}}",
         "  - {use: outpaint, images: [cat], with: {left: 0.5}}"),
        ("  - {use: outpaint, images: [cat], with: {n: 1}}", None),
        ("  - {use: outpaint, images: [cat], left: 0.5}", None),
        ("  - use: outpaint\n    images: &a [catt]\n", "  - use: outpaint\n    images: &a [cat]\n"),
        ("  - use: &a outpiant\n    images: [cat]\n", None),
        ("  - use: |-\n      outpiant\n    images: [cat]\n", None),
        ("  - use: outpaint\n    images: [cat]\n    ? mask\n    : 1\n", None),
    ],
)  # fmt: skip
def test_one_right_answer_is_made(wrong: str, right: str | None, catalogue: Catalogue) -> None:
    assert once(_HEAD + wrong, catalogue) == _HEAD + (wrong if right is None else right)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("name: a\nsteps: []\n", "wanflow: 1\nname: a\nsteps: []\n"),
        ("# why\n\r\n---\r\n  name: a\r\n", "# why\n\r\n---\r\n  wanflow: 1\n  name: a\r\n"),
        ("name: a", "wanflow: 1\nname: a"),
        ("{name: a}", None),
        ("{}", None),
        ("wanflow: '1'\nname: a\n", "wanflow: 1\nname: a\n"),
        ("wanflow: v1\nname: a\n", "wanflow: 1\nname: a\n"),
        ("wanflow: 2\nname: a\n", None),
        ("wanflow: one\nname: a\n", None),
        ("wanflow: 1\ntitle: a\nstep: []\n", "wanflow: 1\nname: a\nsteps: []\n"),
        ("wanflow: 1\nname: a\ntitle: b\n", None),
        ("wanflow: 1\nname: a\nmodel: b\n", None),
        ("wanflow: 1\nname: a\ninputs: cat\n", "wanflow: 1\nname: a\ninputs: [cat]\n"),
        ("wanflow: 1\nname: a\ninputs: 3\n", "wanflow: 1\nname: a\ninputs: [3]\n"),
        ("wanflow: 1\nname: a\ninputs: a b\n", "wanflow: 1\nname: a\ninputs: ['a b']\n"),
        ("wanflow: 1\nname: a\ninputs: 'x\n  y'\n", None),
        ("wanflow: 1\nname: a\ninptus: [cat]\n", "wanflow: 1\nname: a\ninputs: [cat]\n"),
        ("wanflow: 1\na: [b[2], c[1]]\n", 'wanflow: 1\na: ["b[2]", c[1]]\n'),
        ("wanflow: 1\na: {{ b }}\n", "wanflow: 1\na: '{{ b }}'\n"),
        ("wanflow: 1\na:\n  - b: {{ it's }} x  \n", "wanflow: 1\na:\n  - b: '{{ it''s }} x'  \n"),
        ("wanflow: 1\na: {{ b }} # c\n", None),
        ("wanflow: 1\na: {{ b }}\n  c\n", None),
        ("wanflow: 1\na: [{{ b }}]\n", None),
        ("- {{ b }}\n", None),
    ],
)  # fmt: skip
def test_one_right_answer_is_made_at_the_top(
    wrong: str, right: str | None, catalogue: Catalogue
) -> None:
    assert once(wrong, catalogue) == (wrong if right is None else right)


def test_an_output_gets_the_name_of_its_step(catalogue: Catalogue) -> None:
    text = _HEAD + "  - {id: wide, use: outpaint, images: [cat]}\noutputs: {a: 'wdie[1]', b: x y}\n"

    assert once(text, catalogue) == text.replace("wdie", "wide")


def test_of_two_near_names_none_is_taken(catalogue: Catalogue) -> None:
    steps = "  - {use: outpaint, images: [cat]}\n  - {use: outpaint, images: [room]}\n"
    text = f"{_HEAD}{steps}outputs: {{a: outpiant}}\n"

    assert once(text, catalogue) == text


def _edit(at: int, old: str, new: str, file: str = "r.yaml") -> Problem:
    span = Span(file=file, line=1, column=at)
    return Problem(code="x", message="m", span=span, fix=(Edit(span=span, old=old, new=new),))


@pytest.mark.parametrize(
    ("problems", "text", "count"),
    [
        ([_edit(1, "a", "x"), _edit(2, "b", "yy")], "xyycd", 2),
        ([_edit(1, "ab", "x"), _edit(2, "bc", "y")], "xcd", 1),
        ([_edit(1, "", "x"), _edit(1, "", "y")], "xabcd", 1),
        ([_edit(1, "b", "x")], "abcd", 0),
        ([_edit(1, "a", "a")], "abcd", 0),
        ([_edit(1, "a", "x", "other.yaml")], "abcd", 0),
        ([Problem(code="x", message="m")], "abcd", 0),
    ],
)
def test_changes_that_fit_are_made(problems: list[Problem], text: str, count: int) -> None:
    assert mended(b"abcd", problems, file="r.yaml") == (text.encode(), count)


def test_a_place_that_is_not_there_means_nothing() -> None:
    span = Span(file="r.yaml", line=9, column=1)
    problem = Problem(code="x", message="m", fix=(Edit(span=span, old="a", new="b"),))

    assert mended(b"a", [problem], file="r.yaml") == (b"a", 0)


def test_what_is_no_text_stays_as_it_is() -> None:
    assert mended(b"\xff", [_edit(1, "a", "b")], file="r.yaml") == (b"\xff", 0)


@given(
    text=st.text(min_size=1, max_size=12)
    | st.text("0123456789:*.ynotrue-+", min_size=1, max_size=6),
    like=st.sampled_from(["", "'", '"']),
)
@_QUIET
def test_a_text_that_is_written_anew_reads_back(text: str, like: str) -> None:
    assume(text.isprintable())

    written = quoted(text, like=like)

    assert parse(f"a: [{written}]".encode(), file="f.yaml").value == {"a": [text]}
    assert yaml.load(f"[{written}]", Loader=yaml.BaseLoader) == [text]  # noqa: S506 # texts alone


@pytest.mark.parametrize("file", sorted(_MISTAKES.glob("*.bad.yaml")), ids=lambda f: f.stem)
def test_mending_is_done_after_some_rounds_and_then_changes_nothing(
    file: Path, catalogue: Catalogue
) -> None:
    before = problems_of(file.read_bytes(), catalogue)

    data = fully(file.read_bytes(), catalogue)
    after = problems_of(data, catalogue)

    assert not any(problem.fix for problem in after)
    gone = {(p.code, p.message) for p in before if p.fix} - {(p.code, p.message) for p in after}
    assert len(gone) == len({(p.code, p.message) for p in before if p.fix})


_COMMENTS = st.sampled_from(["", " # 注释", "   # a: [b]", "  #"])
_BREAKS = st.sampled_from(["\n", "\r\n"])


@given(
    comments=st.lists(_COMMENTS, min_size=9, max_size=9),
    broken=_BREAKS,
    mark=st.sampled_from(["", "\ufeff"]),
    last=st.booleans(),
)
@_QUIET
def test_comments_layout_line_ends_and_marks_stay(
    comments: list[str],
    broken: str,
    mark: str,
    last: bool,  # noqa: FBT001 # drawn by name
    catalogue: Catalogue,
) -> None:
    wrong = [
        "name:   a", "inputs:  [ cat,room ]", "steps:", "", "-   use:   outpiant",
        "    images:   [ catt ]", "    num_images:  '2'", "    pick: 1", "    size:  1280x720",
    ]  # fmt: skip
    right = [
        "name:   a", "inputs:  [ cat,room ]", "steps:", "", "-   use:   outpaint",
        "    images:   [ cat ]", "    n:  2", "    pick: 1", "    size:  1280*720",
    ]  # fmt: skip

    def written(lines: list[str]) -> bytes:
        text = broken.join(line + said for line, said in zip(lines, comments, strict=True))
        return (mark + text + broken * last).encode()

    data = fully(written(wrong), catalogue)

    head = f"wanflow: 1{broken}"
    assert (
        data == written(right)[: 3 * bool(mark)] + head.encode() + written(right)[3 * bool(mark) :]
    )
    assert fully(data, catalogue) == data


_WORDS = [
    "cat",
    "catt",
    "room",
    "outpaint",
    "outpiant",
    "x[2]",
    "1280x720",
    "yes",
    "'2'",
    "{{ catt }}",
]


@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from(
                ["use", "uses", "images", "n", "num_images", "size", "prompt", "watermark"]
            ),
            st.sampled_from([*_WORDS, *(f"[{word}]" for word in _WORDS)]),
        ),
        max_size=6,
    )
)
@_QUIET
def test_mending_anything_ends_and_touches_no_other_line(
    lines: list[tuple[str, str]], catalogue: Catalogue
) -> None:
    body = "".join(f"    {key}: {value} # {at}\n" for at, (key, value) in enumerate(lines))
    text = f"{_HEAD}  - id: x\n{body}"

    after = fully(text.encode(), catalogue).decode()

    assert re.findall(r"# (\d+)\n", after) == [str(at) for at in range(len(lines))]
    told = [line for line in text.splitlines() if line not in after.splitlines()]
    assert all(line.startswith("    ") for line in told)


def test_json_stays_json(catalogue: Catalogue) -> None:
    recipe = {
        "wanflow": 1,
        "name": "a",
        "inputs": ["cat"],
        "steps": [{"use": "outpiant", "n": "1"}],
    }

    after = fully(json.dumps(recipe, indent=2).encode(), catalogue)

    assert json.loads(after)["steps"] == [{"use": "outpaint", "n": 1}]
