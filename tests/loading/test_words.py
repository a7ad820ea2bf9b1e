import pytest

from wanflow.loading import read_recipe
from wanflow.loading.catalogue import document_of
from wanflow.loading.near import did_you_mean, listed, nearest
from wanflow.loading.templated import constant_text, names_in
from wanflow.model.catalogue import Catalogue


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("OUTPAINT", "outpaint"),
        ("outpiant", "outpaint"),
        ("outpaints", "outpaint"),
        ("zzz", None),
        ("", None),
        ("outpaint" * 20, None),
    ],
)
def test_a_name_is_near_if_it_looks_alike(word: str, found: str | None) -> None:
    assert nearest(word, ["fuse", "outpaint", "detect"]) == found


def test_nothing_near_means_nothing_is_said() -> None:
    assert did_you_mean("zzz", ["fuse"]) is None


def test_a_long_list_is_cut() -> None:
    assert listed(["a", "b", "c"], most=2) == "'a', 'b' and 1 more"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{ a }} b {% if c == 'd' %}{% endif %}", {"a", "if", "c", "endif"}),
        ("{{ a.b.c }} {{ fig.scene }} {{ fig }}", {"a", "fig", "fig.scene"}),
        ("{{ a | join(b) }}", {"a", "join", "b"}),
        ("{{ open", {"open"}),
        ("{# a #} {{ 'b' }}", set()),
        ("no template", set()),
    ],
)
def test_the_names_that_a_template_uses_are_found(text: str, names: set[str]) -> None:
    assert names_in(text) == names


def test_what_is_not_rendered_keeps_its_place() -> None:
    text = "a {{ b }} 图2 {% c %}"

    assert constant_text(text).index("图2") == text.index("图2")
    assert "b" not in constant_text(text)


def test_many_openings_without_an_end_take_linear_time() -> None:
    assert names_in("{{ " * 20_000) == set()


def test_a_file_of_the_catalogue_has_text_where_its_schema_wants_text() -> None:
    document = document_of(b"{version: 1.10, wanflow: 1}", file="o.yaml", kind="operation")

    assert document.value == {"version": "1.10", "wanflow": 1}


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("use: outpaint, with: {lfet: 1}", "did you mean 'left'?"),
        (
            "use: outpaint, with: {sede: 1}",
            "did you mean 'seed'? That stands on the step itself, not under `with`",
        ),
        ("use: outpaint, with: {seed: 1}", "write `seed` on the step itself, not under `with`"),
        ("use: edit, prompt: x, with: {where: 1}", "remove it; say it in the prompt"),
        ("use: fuse, with: {subject: x, at: {x: 0}}, images: [p.png, p.png]", "write `y: ...`"),
        ("use: outpaint, with: {region: 1}", "it may have 'left', 'right', 'aspect'"),
    ],
)
def test_a_parameter_that_is_not_there_is_explained(
    given: str, hint: str, catalogue: Catalogue
) -> None:
    data = f"wanflow: 1\nname: a\nsteps: [{{images: [p.png], {given}}}]".replace(
        "images: [p.png], use: fuse", "use: fuse"
    )

    loaded = read_recipe(data.encode(), file="r", catalogue=catalogue, provider="dashscope")

    assert [problem.hint for problem in loaded.problems] == [hint]


def test_a_parameter_of_an_operation_is_no_default(catalogue: Catalogue) -> None:
    data = (
        b"wanflow: 1\nname: a\ndefaults: {aspect: 1:1, mask: x}\n"
        b"steps: [{use: outpaint, images: [p.png]}]"
    )

    loaded = read_recipe(data, file="r", catalogue=catalogue)

    assert [p.message for p in loaded.problems] == [
        "`defaults` has no 'aspect'",
        "`defaults` has no 'mask'",
    ]


def test_a_circle_is_told_once_and_beside_it_what_comes_too_early(catalogue: Catalogue) -> None:
    data = b"""wanflow: 1
name: a
steps:
  - {id: a, use: grid, images: [b, c, z]}
  - {id: b, use: grid, images: [c]}
  - {id: c, use: grid, images: [a]}
  - {id: z, use: grid, images: [p.png]}
"""

    loaded = read_recipe(data, file="r", catalogue=catalogue)

    assert [(p.code, p.message) for p in loaded.problems] == [
        ("circular-steps", "the steps 'a' and 'b' and 'c' wait for each other's pictures"),
        ("use-before-definition", "the step 'z' comes only after this one"),
    ]
    assert [said for _, said in loaded.problems[0].related] == [
        "the step 'a'",
        "the step 'b'",
        "the step 'c'",
    ]


def test_of_three_pictures_the_first_role_names_two(catalogue: Catalogue) -> None:
    data = (
        "wanflow: 1\nname: a\ninputs: [x, y, z]\nsteps:\n"
        "  - use: fuse\n    prompt: '{{ fig.subject }}'\n    with: {subject: cat}\n"
    )

    loaded = read_recipe(data.encode(), file="r", catalogue=catalogue)

    assert [problem.message for problem in loaded.problems] == [
        "the prompt never mentions 'z', and the model gets it all the same"
    ]
