"""What a person sees in an editor that knows YAML schemas: yaml-language-server, as it is."""

from pathlib import Path
from typing import Any

import pytest

from tests.editor.conftest import RECIPE
from tests.editor.language_server import LanguageServer
from wanflow.errors import Problem
from wanflow.loading import catalogue, read_recipe
from wanflow.loading.own import operations_beside

ROOT = Path(__file__).parent.parent.parent
_RECIPES = [*(ROOT / "recipes").glob("*.yaml"), *(ROOT / "recipes" / "gallery").glob("*.yaml")]
_GOOD = sorted((ROOT / "tests" / "loading" / "mistakes").glob("*.good.yaml"))
_HEAD = "wanflow: 1\nname: one\ninputs: [photo, other]\nsteps:\n"


class Page:
    """A recipe in an editor; `|` in its text is where the cursor stands."""

    def __init__(self, editor: LanguageServer, text: str) -> None:
        self._editor = editor
        before, _, after = text.partition("|")
        self.name = f"{abs(hash(text))}.yaml"
        self.line = before.count("\n") + 1
        self.column = len(before) - before.rfind("\n")
        editor.open(self.name, before + after)

    def offered(self) -> dict[str, str]:
        """Say what may be typed at the cursor, with the words beside it."""
        items = self._editor.completions(self.name, self.line, self.column)
        return {item["label"]: _words(item) for item in items if item.get("kind") != _SNIPPET}

    def hover(self) -> str:
        """Say what is shown when the pointer rests on the cursor's place."""
        return self._editor.hover(self.name, self.line, self.column)

    def underlined(self) -> list[tuple[int, int, str]]:
        """Say what is underlined, as line, column and message."""
        return [_place(one) for one in self._editor.diagnostics(self.name)]


_SNIPPET = 15


def _parameters() -> dict[str, dict[str, Any]]:
    known: dict[str, Any] = {
        name: operation.params.get("properties") or {}
        for name, operation in catalogue().operations.items()
    }
    return {name: dict(properties) for name, properties in known.items()}


_PARAMETERS = _parameters()


def _words(item: dict[str, Any]) -> str:
    said = item.get("documentation") or ""
    return str(said["value"] if isinstance(said, dict) else said)


def _place(diagnostic: dict[str, Any]) -> tuple[int, int, str]:
    start = diagnostic["range"]["start"]
    return start["line"] + 1, start["character"] + 1, diagnostic["message"]


@pytest.mark.parametrize("name", _PARAMETERS)
def test_under_with_exactly_the_parameters_of_the_operation_are_offered(
    name: str, editor: LanguageServer
) -> None:
    page = Page(editor, f"{_HEAD}  - use: {name}\n    prompt: x\n    with:\n      |\n")

    offered = page.offered()

    assert offered.keys() - {f"Parameters of {name}"} == _PARAMETERS[name].keys()
    for parameter, rules in _PARAMETERS[name].items():
        assert rules["description"] in offered[parameter]


def test_what_stands_there_already_is_not_offered_again(editor: LanguageServer) -> None:
    page = Page(editor, f"{_HEAD}  - use: fuse\n    with:\n      subject: cup\n      |\n")

    assert page.offered().keys() == {"place", "at", "height", "blend", "keep_scene"}


def test_every_operation_is_offered_with_what_it_does(editor: LanguageServer) -> None:
    offered = Page(editor, f"{_HEAD}  - use: |\n").offered()

    operations = catalogue().operations
    assert offered.keys() == operations.keys()
    for name, operation in operations.items():
        assert operation.summary["en"] in offered[name]
        assert operation.summary["zh"] in offered[name]


def test_every_model_is_offered_with_what_it_is(editor: LanguageServer) -> None:
    offered = Page(editor, f"{_HEAD}  - use: zoom\n    model: |\n").offered()

    models = catalogue().models
    assert offered.keys() == models.keys()
    assert models["wan2.5-i2i-preview"].summary in offered["wan2.5-i2i-preview"]


@pytest.mark.parametrize("name", ["fuse", "inpaint", "transfer", "storyboard"])
def test_under_images_exactly_the_roles_of_the_operation_are_offered(
    name: str, editor: LanguageServer
) -> None:
    page = Page(editor, f"{_HEAD}  - use: {name}\n    with: {{}}\n    images:\n      |\n")

    offered = page.offered()

    assert offered.keys() == set(catalogue().operations[name].roles)


def test_the_values_of_a_parameter_are_offered(editor: LanguageServer) -> None:
    page = Page(editor, f"{_HEAD}  - use: fuse\n    with:\n      subject: x\n      blend: |\n")

    assert page.offered().keys() == {"alpha", "poisson"}


def test_at_the_top_of_a_file_every_key_of_a_recipe_is_offered(editor: LanguageServer) -> None:
    page = Page(editor, "wanflow: 1\n|\n")

    offered = page.offered()

    assert {
        "name",
        "inputs",
        "vars",
        "defaults",
        "operations",
        "steps",
        "outputs",
    } <= offered.keys()
    assert all(offered.values())


def test_no_default_of_null_is_offered_or_written(editor: LanguageServer) -> None:
    page = Page(editor, f"{_HEAD}  - use: zoom\n    |\n")

    items = editor.completions(page.name, page.line, page.column)

    assert len(items) > 15
    assert {"expect", "timeout", "on_error"} <= {item["label"] for item in items}
    assert not [item for item in items if "null" in str(item.get("insertText"))]


@pytest.mark.parametrize("parameter", ["subject", "at", "height", "keep_scene"])
def test_a_parameter_is_explained_under_the_pointer(parameter: str, editor: LanguageServer) -> None:
    values = {"subject": "cup", "at": "{x: 0.5, y: 1}", "height": "0.3", "keep_scene": "true"}
    page = Page(
        editor,
        f"{_HEAD}  - use: fuse\n    with:\n      |{parameter}: {values[parameter]}\n",
    )

    rules = _PARAMETERS["fuse"][parameter]
    first_sentence = rules["description"].partition(".")[0]
    assert first_sentence in page.hover().replace("\\", "")


def test_a_key_of_a_step_is_explained_under_the_pointer(editor: LanguageServer) -> None:
    shown = Page(editor, f"{_HEAD}  - use: zoom\n    |take: 2\n").hover()

    assert "#### Take" in shown
    assert "Another number buys another picture" in shown


_TYPOS = {
    "an operation": ("  - use: |fuze\n", "Value must be"),
    "a model": ("  - use: zoom\n    with: {what: face}\n    model: |wan2.5\n", "Value must be"),
    "a parameter": (
        "  - use: zoom\n    with:\n      what: face\n      |facter: 2\n",
        "Property facter is not allowed",
    ),
    "a value": (
        "  - use: fuse\n    with:\n      subject: cup\n      blend: |alfa\n",
        'Valid values: "alpha", "poisson"',
    ),
    "a number": (
        "  - use: zoom\n    with: {what: face, factor: |80}\n",
        "Value is above the maximum of 8",
    ),
    "a word for a number": (
        "  - use: zoom\n    with: {what: face, factor: |twice}\n",
        'Incorrect type. Expected "number"',
    ),
    "a role": (
        "  - use: fuse\n    with: {subject: x}\n    images: {subject: photo, |sceen: other}\n",
        "Property sceen is not allowed",
    ),
    "a key": ("  - use: outpaint\n    |promt: x\n", "Property promt is not allowed"),
    "a missing parameter": ("  - use: fuse\n    |with: {place: here}\n", 'property "subject"'),
    "a missing prompt": ("  - |use: edit\n", 'property "prompt"'),
    "too many at once": (
        "  - {use: edit, prompt: x, model: wan2.5-i2i-preview, n: |9}\n",
        "Value is above the maximum of 4",
    ),
    "what a model has not": (
        "  - {use: edit, prompt: x, model: wan2.6-image, |unknown: 1}\n",
        "Property unknown is not allowed",
    ),
}


@pytest.mark.parametrize("what", _TYPOS)
def test_a_mistake_is_underlined_where_it_stands(what: str, editor: LanguageServer) -> None:
    text, message = _TYPOS[what]
    page = Page(editor, _HEAD + text)

    assert [(line, column) for line, column, _ in page.underlined()] == [(page.line, page.column)]
    assert message in page.underlined()[0][2]


def test_six_typos_are_underlined_at_once(editor: LanguageServer) -> None:
    lines = [
        "  - usee: zoom",
        "  - use: zoom",
        "    wiht: {what: face}",
        "  - use: zum",
        "  - use: zoom",
        "    with: {waht: face, region: middle}",
        "    n: two",
    ]

    underlined = Page(editor, _HEAD + "\n".join(lines) + "\n").underlined()

    assert sorted({line for line, _, _ in underlined}) == [5, 6, 7, 8, 10, 11]


def test_an_operation_of_the_recipe_is_left_to_the_recipe(editor: LanguageServer) -> None:
    own = "operations: {fuse: {params: {type: object}, prompt: {en: Put it there}}}\n"
    steps = "  - {use: fuse, with: {whatever: 1}}\n  - {use: mine, with: {x: 1}}\n"

    underlined = Page(editor, own + _HEAD + steps).underlined()

    assert underlined == []


def test_beside_operations_of_the_recipe_those_of_the_catalogue_are_known(
    editor: LanguageServer,
) -> None:
    own = "operations: {gild: {prompt: {en: Gild it}}}\n"
    steps = "  - {use: gild}\n  - {use: zoom, with: {what: face, |facter: 2}}\n"
    page = Page(editor, own + _HEAD + steps)

    assert [one[:2] for one in page.underlined()] == [(page.line, page.column)]


def test_an_operation_of_the_recipe_is_completed_too(editor: LanguageServer) -> None:
    page = Page(editor, f"operations:\n  gild:\n    |\n{_HEAD}  - use: gild\n")

    assert {"images", "params", "prompt", "local", "result"} <= page.offered().keys()


def test_a_template_may_stand_where_a_number_or_a_choice_is_wanted(editor: LanguageServer) -> None:
    with_ = (
        "{subject: x, height: '{{ h }}', blend: '{{ b }}', keep_scene: '{% if k %}true{% endif %}'}"
    )

    underlined = Page(editor, f"{_HEAD}  - use: fuse\n    with: {with_}\n").underlined()

    assert underlined == []


def test_a_first_line_that_names_the_schema_is_enough(editor: LanguageServer) -> None:
    text = f"# yaml-language-server: $schema={RECIPE}\n{_HEAD}  - use: fuze\n"
    editor.open("named.yml", text)

    underlined = [_place(one) for one in editor.diagnostics("named.yml")]

    assert [one[:2] for one in underlined] == [(6, 10)]


def test_in_what_wanflow_takes_nothing_is_underlined(editor: LanguageServer) -> None:
    taken = [file for file in (*_RECIPES, *_GOOD) if not _errors(file)]
    pages = {
        # The line that names a schema is for where these files lie.
        file.name: Page(editor, file.read_text(encoding="utf-8").replace("$schema=", ""))
        for file in taken
    }

    told = {name: page.underlined() for name, page in pages.items()}

    assert {file.name for file in _RECIPES} <= pages.keys()
    assert len(pages) > 130
    assert {name: said for name, said in told.items() if said} == {}


def _errors(file: Path) -> list[Problem]:
    loaded = read_recipe(
        file.read_bytes(),
        file=file.name,
        catalogue=catalogue(),
        provider="dashscope",
        region="beijing",
        folder=operations_beside(file),
    )
    return [problem for problem in loaded.problems if problem.severity == "error"]
