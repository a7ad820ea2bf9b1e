"""The Python interface does what the commands do, with values."""

from pathlib import Path

import pytest
from PIL import Image

import wanflow
from wanflow.errors import UsageError
from wanflow.model.events import Event, JobSettled

RECIPE = """\
wanflow: 1
name: card
inputs: {photo: image, degrees: {type: integer, default: 90}}
steps:
  - {id: turned, use: rotate, with: {degrees: "{{ degrees }}"}}
outputs: {poster: turned}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (40, 20), "red").save("照片.png")
    Path("card.yaml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def test_a_run_gives_its_pictures_its_report_and_shows_them_in_a_notebook() -> None:
    events: list[Event] = []

    result = wanflow.run("card.yaml", {"photo": Path("照片.png")}, on_event=events.append)

    assert result.ok
    with Image.open(result.outputs["poster"]) as made:
        assert made.size == (20, 40)
    assert result.pictures["turned"][0].is_file()
    assert result.report.is_file()
    assert "<img" in result._repr_html_()
    assert isinstance(events[-1], JobSettled)


def test_a_plan_follows_what_has_been_made() -> None:
    inputs = {"photo": "照片.png"}
    before = wanflow.plan("card.yaml", inputs)
    wanflow.run("card.yaml", inputs, out="results", workspace="kept")
    after = wanflow.plan("card.yaml", inputs, workspace="kept")

    assert [entry.decision.action for entry in before.jobs] == ["run"]
    assert [entry.decision.action for entry in after.jobs] == ["reuse"]
    assert Path("results").is_dir()


@pytest.mark.anyio
async def test_a_run_inside_an_event_loop() -> None:
    result = await wanflow.arun("card.yaml", {"photo": "照片.png", "degrees": 180})

    assert result.ok
    assert result.record.steps[0].arguments == {"degrees": 180}


def test_a_recipe_is_read_without_its_inputs() -> None:
    recipe = wanflow.load("card.yaml")

    assert [step.use for step in recipe.steps] == ["rotate"]


def test_mistakes_come_as_values_or_as_one_error() -> None:
    Path("card.yaml").write_text(RECIPE.replace("rotate", "rotat"), encoding="utf-8")

    problems = wanflow.check("card.yaml", {"photo": "照片.png"})
    with pytest.raises(wanflow.RecipeError) as caught:
        wanflow.run("card.yaml", {"photo": "照片.png"})

    assert [problem.code for problem in problems] == ["unknown-operation"]
    assert caught.value.problems == problems


def test_a_missing_file_and_an_unknown_name_are_said() -> None:
    with pytest.raises(UsageError, match="there is no file"):
        wanflow.load("none.yaml")
    with pytest.raises(AttributeError, match="no attribute 'rnu'"):
        wanflow.rnu  # noqa: B018 # that is the point
    assert "arun" in dir(wanflow)
