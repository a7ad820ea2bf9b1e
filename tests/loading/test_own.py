from pathlib import Path

import pytest

from wanflow.loading import Loaded, operations_beside, read_recipe
from wanflow.model.catalogue import Catalogue

_FRAME = """wanflow: 1
operation: frame
version: 2
summary: Put a frame around it
images: {min: 1, max: 1}
params: {type: object, properties: {color: {type: string}}}
prompt: {en: 'Frame {{ fig.picture }}'}
local: frame
"""
_RECIPE = "wanflow: 1\nname: a\ninputs: [cat]\noperations: %s\nsteps: [{use: frame}]\n"


def read(folder: Path, name: str, catalogue: Catalogue) -> Loaded:
    file = folder / "recipe.yaml"
    data = (_RECIPE % name).encode()
    return read_recipe(
        data, file="recipe.yaml", catalogue=catalogue, folder=operations_beside(file)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops" / "frame.yaml").write_text(_FRAME, encoding="utf-8")
    (tmp_path / "ops" / "readme.txt").write_text("not an operation", encoding="utf-8")
    return tmp_path


def test_operations_of_a_folder_are_used(folder: Path, catalogue: Catalogue) -> None:
    loaded = read(folder, "./ops/", catalogue)

    assert loaded.problems == ()
    assert loaded.recipe is not None
    frame = loaded.recipe.operations["frame"]
    assert (frame.name, frame.version, frame.builtin) == ("frame", "2", False)
    assert "outpaint" in loaded.recipe.operations


def test_a_mistake_in_a_file_of_the_folder_is_told_there(
    folder: Path, catalogue: Catalogue
) -> None:
    (folder / "ops" / "frame.yaml").write_text(_FRAME.replace("local:", "lokal:"), "utf-8")
    (folder / "ops" / "other.yaml").write_text("a: [", "utf-8")
    (folder / "ops" / "third.yml").write_text("wanflow: 1\nversion: .nan\npaints: .nan\n", "utf-8")

    loaded = read(folder, "ops", catalogue)

    assert [str(problem.span) for problem in loaded.problems][:3] == [
        "ops/frame.yaml:8:1",
        "ops/other.yaml:1:5",
        "ops/third.yml:1:1",
    ]
    assert ("ops/third.yml:3:9", "not-a-number") in [
        (str(problem.span), problem.code) for problem in loaded.problems
    ]
    assert all(str(problem.span).startswith("ops/") for problem in loaded.problems)


@pytest.mark.parametrize("name", ["gone", "..", "../elsewhere", "/etc", "empty", "recipe.yaml"])
def test_a_folder_that_cannot_be_used_is_told(
    name: str, folder: Path, catalogue: Catalogue
) -> None:
    (folder / "empty").mkdir()
    (folder.parent / "elsewhere").mkdir(exist_ok=True)

    loaded = read(folder, name, catalogue)

    assert [problem.code for problem in loaded.problems] == ["unreadable-operations"]


def test_a_folder_is_not_left_by_a_link(folder: Path, catalogue: Catalogue) -> None:
    outside = folder.parent / "outside.yaml"
    outside.write_text(_FRAME.replace("frame", "leak"), "utf-8")
    (folder / "ops" / "leak.yaml").symlink_to(outside)
    (folder / "link").symlink_to(folder.parent)

    through_file = read(folder, "ops", catalogue)
    through_folder = read(folder, "link", catalogue)

    assert through_file.recipe is not None
    assert "leak" not in through_file.recipe.operations
    assert [problem.code for problem in through_folder.problems] == ["unreadable-operations"]


def test_a_folder_of_too_many_files_is_refused(folder: Path, catalogue: Catalogue) -> None:
    for at in range(201):
        (folder / "ops" / f"f{at}.yaml").touch()

    loaded = read(folder, "ops", catalogue)

    assert "more than 200 files" in loaded.problems[0].message


def test_an_operation_in_place_stands_over_the_catalogue(catalogue: Catalogue) -> None:
    data = (
        b"wanflow: 1\nname: a\ninputs: [cat, dog]\noperations:\n  outpaint:\n    version: 1.10\n"
        b"    summary: {zh: x}\n    images: {min: 2, max: 2}\n    prompt: {en: Mix}\n"
        b"    local: outpaint\nsteps: [{use: outpaint}]\n"
    )

    loaded = read_recipe(data, file="r.yaml", catalogue=catalogue)

    assert loaded.problems == ()
    assert loaded.recipe is not None
    own = loaded.recipe.operations["outpaint"]
    assert (own.version, own.images_min, own.summary) == ("1.10", 2, {"zh": "x"})


@pytest.mark.parametrize(
    "params",
    [
        "{patternProperties: {'(a+)+$': true}}",
        "{propertyNames: {pattern: x}}",
        "{properties: {a: {items: {pattern: x}}}}",
        "{properties: {a: {anyOf: [{type: string}, {$ref: '#'}]}}}",
        "{if: {$dynamicRef: '#x'}}",
        "{additionalProperties: {not: {pattern: x}}}",
        "{$defs: {a: {}}}",
        "{format: date}",
        "{anyOf: [" + "true, " * 40 + "]}",
        "{enum: [" + "1, " * 1100 + "]}",
        "{type: strng}",
        "{properties: 3}",
        "{anyOf: 3}",
        "{minimum: x}",
    ],
)
def test_a_schema_that_could_take_long_or_is_wrong_is_refused(
    params: str, catalogue: Catalogue
) -> None:
    data = (
        "wanflow: 1\nname: a\ninputs: [cat]\noperations:\n  frame:\n    prompt: {en: x}\n"
        f"    local: x\n    params: {params}\nsteps: [{{use: frame}}]\n"
    )

    loaded = read_recipe(data.encode(), file="r.yaml", catalogue=catalogue)

    assert {problem.code for problem in loaded.problems} == {"operation-params"}
    assert {problem.span.line for problem in loaded.problems if problem.span} == {8}


def test_a_property_may_be_called_as_a_keyword_is(catalogue: Catalogue) -> None:
    data = (
        b"wanflow: 1\nname: a\ninputs: [cat]\noperations:\n  frame:\n    prompt: {en: x}\n"
        b"    local: x\n    params: {properties: {pattern: {type: string}, $ref: {type: number}},\n"
        b"      if: {required: [pattern]}, then: {required: [$ref]}}\n"
        b"steps: [{use: frame, with: {pattern: 007, $ref: 1}}]\n"
    )

    loaded = read_recipe(data, file="r.yaml", catalogue=catalogue)

    assert loaded.problems == ()
    assert loaded.recipe is not None
    assert loaded.recipe.steps[0].arguments == {"pattern": "007", "$ref": 1}
