import io
import json
import os
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.campaigning import CAMPAIGN, RECIPE, ROWS, drafted, folder_with
from tests.loading.rowing import told
from wanflow.cli.campaign_draft import CampaignDraft
from wanflow.cli.campaign_plan import MOST_PROBLEMS, check_campaign
from wanflow.cli.campaign_rows import (
    EVERY_ROW,
    Choice,
    campaign_rows,
    checked_rows,
    chosen_rows,
    combination_of,
)
from wanflow.cli.compose import Ask
from wanflow.cli.row_plans import RowPlanner
from wanflow.errors import InternalError, RecipeError, UsageError
from wanflow.loading import RowRange
from wanflow.model.campaign import Row
from wanflow.model.plan import FileImage, Plan


def keys(made: CampaignDraft, choice: Choice = EVERY_ROW) -> list[str]:
    return [row.key for row in campaign_rows(made, choice)]


def plans(made: CampaignDraft) -> dict[str, Plan]:
    return {row.key: plan for row, plan in RowPlanner(made, None).plans(campaign_rows(made))}


def fingerprints(made: CampaignDraft) -> set[tuple[str, ...]]:
    return {tuple(entry.job.fingerprint for entry in plan.jobs) for plan in plans(made).values()}


def everything(path: Path, **asked: object) -> list[str]:
    found, _ = check_campaign(
        Ask(recipe=path, texts=True, provider="dashscope", **asked),  # type: ignore[arg-type] # fields by name
        EVERY_ROW,
    )
    return told(found.all())


def test_a_row_knows_its_name_its_number_and_its_place(tmp_path: Path) -> None:
    path = folder_with(tmp_path, campaign="matrix: {mood: [warm, cold]}\n")

    rows = list(campaign_rows(drafted(path)))

    assert [row.key for row in rows[:3]] == ["A1-warm", "A1-cold", "A2-warm"]
    assert rows[2] == Row(
        key="A2-warm",
        number=2,
        values={"sku": "A2", "title": "大海", "count": 2},
        combination={"mood": "warm"},
        place=rows[2].place,
    )
    assert (rows[2].place.line, rows[2].place.column) == (3, 1)


def test_a_cell_with_braces_arrives_as_that_text(tmp_path: Path) -> None:
    made = drafted(folder_with(tmp_path))

    (one, two, *_) = plans(made)["A1"].jobs

    assert one.job.prompt == "星辰{{ 7*7 }} in image 1!"
    assert two.job.prompt == " A1 image 1"


@pytest.mark.parametrize("provider", ["dashscope", "local"])
@pytest.mark.parametrize(
    "campaign",
    [
        "",
        "matrix: {mood: [warm, cold], seed: [1, 2]}\n",
        "matrix: {size: [1280*720, '16:9'], n: [2]}\ninclude: [{mood: cold}]\n",
    ],
)
def test_rows_planned_together_have_the_plans_of_rows_planned_alone(
    campaign: str, provider: str, tmp_path: Path
) -> None:
    recipe = RECIPE.replace("use: edit", "use: restage") if provider == "local" else RECIPE
    rows = ROWS + "".join(f"B{at},title {at},{at % 3}\n" for at in range(12))
    path = folder_with(tmp_path, campaign=campaign, rows=rows, recipe=recipe)
    made = drafted(path, provider=provider)
    assert not [found for found in made.problems if found.severity == "error"]
    alone = RowPlanner(made, None)

    together = list(RowPlanner(made, None).plans(campaign_rows(made)))

    assert len(together) >= 15
    for row, plan in together:
        assert plan == alone.row_plan(row)


def test_a_language_that_follows_the_words_of_a_row_is_that_of_the_row(tmp_path: Path) -> None:
    recipe = """\
wanflow: 1
name: r
inputs: {photo: {type: image, default: photo.png}, title: {type: string, default: a}}
steps: [{use: outpaint, with: {left: 0.5}}]
outputs: {one: {from: outpaint, name: "{{ title }}"}}
"""
    rows = "sku,title\nA1,星辰大海\nA2,the sea\nA3,花瓶\nA4,the sky\nA5,a\nA6,b\n"
    made = drafted(folder_with(tmp_path, recipe=recipe, rows=rows), provider="local")
    alone = RowPlanner(made, None)

    together = list(RowPlanner(made, None).plans(campaign_rows(made)))

    assert [plan.jobs[0].job.language for _, plan in together[:4]] == ["zh", "en", "zh", "en"]
    assert all(plan == alone.row_plan(row) for row, plan in together)


def test_the_order_of_the_matrix_does_not_change_what_is_asked_for(tmp_path: Path) -> None:
    one = folder_with(tmp_path, campaign="matrix: {mood: [warm, cold], seed: [1, 2]}\n")
    first = fingerprints(drafted(one))
    other = folder_with(tmp_path, campaign="matrix: {seed: [2, 1], mood: [cold, warm]}\n")

    assert fingerprints(drafted(other)) == first
    assert len(first) == 12


def test_a_parameter_of_the_matrix_replaces_that_of_the_defaults(tmp_path: Path) -> None:
    recipe = RECIPE.replace("steps:", "defaults: {seed: 5, n: 1}\nsteps:")
    recipe = recipe.replace("id: two\n", "id: two\n    seed: 77\n")
    path = folder_with(tmp_path, campaign="matrix: {seed: [1, 2]}\n", recipe=recipe)

    found = plans(drafted(path))["A1-2"]

    assert [entry.job.seed for entry in found.jobs] == [2, 77, 2, 2]


def test_a_size_that_the_model_refuses_is_told_at_its_place_in_the_matrix(tmp_path: Path) -> None:
    path = folder_with(tmp_path, campaign="matrix: {n: [1], size: [1280*1280, 9000*9000]}\n")

    (found,) = [p for p in drafted(path).problems if p.severity == "error"]

    assert found.span is not None
    assert (found.code, found.span.line, found.span.column) == ("size-area", 6, 36)
    assert found.related[0][1] == "in the recipe"


def test_a_further_combination_that_is_wrong_is_told_there(tmp_path: Path) -> None:
    path = folder_with(tmp_path, campaign="include: [{size: 9000*9000}]\n")

    assert told(drafted(path).problems) == ["6:10: size-area"]


def test_rows_can_be_chosen_by_number_and_by_name(tmp_path: Path) -> None:
    made = drafted(folder_with(tmp_path, campaign="matrix: {mood: [warm, cold]}\n"))

    assert keys(made, Choice(rows=RowRange(first=2))) == [
        "A2-warm",
        "A2-cold",
        "A3-warm",
        "A3-cold",
    ]
    assert keys(made, chosen_rows(":1", ())) == ["A1-warm", "A1-cold"]
    assert keys(made, chosen_rows(None, ("A2",))) == ["A2-warm", "A2-cold"]
    assert keys(made, chosen_rows(None, ("A2-cold", "A1-cold"))) == ["A1-cold", "A2-cold"]


def test_a_name_that_no_row_has_is_told_with_the_nearest(tmp_path: Path) -> None:
    made = drafted(folder_with(tmp_path))

    with pytest.raises(UsageError) as near:
        keys(made, Choice(keys=("A22",)))
    with pytest.raises(UsageError) as far:
        keys(made, Choice(keys=("zebra",)))

    assert near.value.hint == "did you mean 'A2'?"
    assert far.value.hint == "the first rows are A1, A2, A3"


def test_a_sample_is_the_first_rows_or_some_by_chance(tmp_path: Path) -> None:
    rows = "sku,title\n" + "".join(f"A{at},t\n" for at in range(1, 101))
    first = drafted(folder_with(tmp_path, campaign="sample: 2\n", rows=rows))
    assert keys(first) == ["A1", "A2"]
    chance = drafted(folder_with(tmp_path, campaign="sample: {count: 5, seed: 3}\n", rows=rows))

    chosen = keys(chance)

    assert chosen == keys(chance)
    assert len(chosen) == 5
    assert chosen != ["A1", "A2", "A3", "A4", "A5"]
    half = keys(chance, Choice(rows=RowRange(last=50)))
    assert half == [key for key in chosen if int(key[1:]) <= 50]
    assert keys(chance, Choice(keys=("A77",))) == ["A77"]


def test_two_rows_of_one_name_are_told_with_both_places(tmp_path: Path) -> None:
    path = folder_with(tmp_path, rows="sku,title\nA1,x\nB,y\na1,z\n",
                       campaign="matrix: {mood: [warm, cold]}\n")  # fmt: skip

    (found,) = [entry for entry in checked_rows(drafted(path)) if not isinstance(entry, Row)]

    assert found.code == "duplicate-row"
    assert found.span is not None
    assert found.span.line == 4
    assert found.related[0][0].line == 2


def test_a_name_that_no_folder_can_have_is_told(tmp_path: Path) -> None:
    path = folder_with(tmp_path, rows="sku,title\na/b,x\n")

    assert everything(path) == ["2:1: bad-key"]


def test_a_key_that_cannot_be_rendered_with_a_row_is_told(tmp_path: Path) -> None:
    path = folder_with(tmp_path, campaign="", rows=None)
    text = CAMPAIGN.replace("rows.csv", "[{sku: a, title: x}, {title: y, sku: [1]}]")
    path.write_text(text, encoding="utf-8")

    assert everything(path) == ["4:28: template-value"]


def test_what_every_row_is_given_may_be_made_of_its_columns(tmp_path: Path) -> None:
    path = folder_with(
        tmp_path,
        campaign="inputs: {title: '{{ row.name }}/{{ row.sku }}', count: '{{ row.many }}'}\n",
        rows="sku,name,many\nA1,cup,2\n",
    )

    plan = plans(drafted(path))["A1"]

    assert plan.inputs["title"] == "cup/A1"
    assert plan.inputs["count"] == 2


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("{title: '{{ row.nme }}'}", ["2:1: undefined"]),
        ("{title: '{{ row.name }}', count: '{{ row.name }}'}", ["2:1: wrong-input"]),
        ("{title: '{{ name }}'}", ["6:21: unknown-name"]),
    ],
)
def test_what_is_wrong_with_a_template_over_columns_is_told(
    inputs: str, expected: list[str], tmp_path: Path
) -> None:
    path = folder_with(tmp_path, campaign=f"inputs: {inputs}\n", rows="sku,name\nA1,cup\n")

    assert [line for line in everything(path) if "unused" not in line] == expected


def test_words_of_the_command_line_go_before_the_campaign(tmp_path: Path) -> None:
    path = folder_with(tmp_path, campaign="inputs: {mood: warm}\n")

    made = drafted(path, inputs={"mood": "cold"})

    assert plans(made)["A1"].inputs["mood"] == "cold"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"mood": "x"}, ["given-twice"]),
        ({"moods": "x"}, ["unknown-input"]),
        ({"title": "x"}, ["2:4: given-twice"]),
    ],
)
def test_words_that_cannot_be_are_told(
    words: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    path = folder_with(tmp_path, campaign="matrix: {mood: [warm]}\n")

    found = everything(path, inputs=words)

    assert found == expected


def test_pictures_are_rows_by_themselves(tmp_path: Path) -> None:
    path = folder_with(tmp_path, rows=None)
    (tmp_path / "p").mkdir()
    for name, side in (("cup-2.png", 500), ("cup-10.png", 600)):
        Image.new("RGB", (side, side)).save(tmp_path / "p" / name)
    text = CAMPAIGN.replace("rows.csv", "p/*.png").replace(
        'key: "{{ row.sku }}"', "inputs: {title: t}"
    )
    path.write_text(text, encoding="utf-8")
    recipe = RECIPE.replace("row.sku", "row.stem").replace(", default: photo.png", "")
    (tmp_path / "poster.yaml").write_text(recipe, encoding="utf-8")

    found = plans(drafted(path))

    assert list(found) == ["cup-2", "cup-10"]
    image = found["cup-2"].jobs[0].job.images[0]
    assert isinstance(image, FileImage)
    assert Path(image.path).name == "cup-2.png"
    assert image.artifact.width_px == 500


def test_it_must_be_clear_what_pictures_are_for(tmp_path: Path) -> None:
    path = folder_with(tmp_path, rows=None)
    two = RECIPE.replace(
        "default: photo.png}", "default: photo.png}\n  more: {type: image, default: photo.png}"
    )
    (tmp_path / "poster.yaml").write_text(two.replace("[one]", "[one, more]"), encoding="utf-8")
    text = CAMPAIGN.replace("rows.csv", "'*.png'").replace('key: "{{ row.sku }}"', "")

    path.write_text(text + "inputs: {title: t}\n", encoding="utf-8")
    assert "which-picture" in everything(path)[-1]
    path.write_text(
        text + "inputs: {title: t, photo: photo.png, more: photo.png}\n", encoding="utf-8"
    )
    assert "which-picture" in everything(path)[-1]
    path.write_text(text + "inputs: {title: t, photo: '{{ row.path }}'}\n", encoding="utf-8")
    assert "which-picture" not in " ".join(everything(path))


def test_paths_of_pictures_are_relative_to_where_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = folder_with(tmp_path, rows=None)
    Image.new("RGB", (400, 400)).save(tmp_path / "data" / "a.png")
    Image.new("RGB", (500, 500)).save(tmp_path / "b.png")
    (tmp_path / "data" / "rows.csv").write_text("sku,title,photo\nA1,x,a.png\nA2,y,\n", "utf-8")
    path.write_text(CAMPAIGN.replace("rows.csv", "data/rows.csv"), encoding="utf-8")

    found = plans(drafted(path))

    first = [plan.jobs[0].job.images[0] for plan in found.values()]
    widths = [image.artifact.width_px for image in first if isinstance(image, FileImage)]
    assert widths == [400, 640]
    path.write_text(
        CAMPAIGN.replace("rows.csv", "[{sku: A, title: x}]") + "matrix: {photo: [b.png]}\n", "utf-8"
    )
    assert plans(drafted(path))["A-b.png"].jobs[0].job.images[0].size.width_px == 500  # type: ignore[union-attr] # it is a file
    path.write_text(
        CAMPAIGN.replace("rows.csv", "[{sku: A, title: x}]") + "inputs: {photo: b.png}\n", "utf-8"
    )
    assert plans(drafted(path))["A"].jobs[0].job.images[0].size.width_px == 500  # type: ignore[union-attr] # it is a file


@pytest.mark.parametrize(
    ("photo", "expected"),
    [("none.png", "2:1: image-missing"), ("../x/photo.png", "2:1: image-outside")],
)
def test_a_picture_that_a_row_cannot_have_is_told_at_the_row(
    photo: str, expected: str, tmp_path: Path
) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    folder_with(tmp_path / "x")
    path = folder_with(tmp_path / "y", rows=f"sku,title,photo\nA1,x,{photo}\n")

    assert everything(path) == [expected]


def test_a_template_that_fails_with_one_row_is_told_at_that_row(tmp_path: Path) -> None:
    path = folder_with(tmp_path, rows=None)
    rows = "[{sku: a, title: x}, {sku: b, title: y}, {sku: c, title: z}, {title: w, name: d}]"
    text = CAMPAIGN.replace("rows.csv", rows).replace("{{ row.sku }}", "{{ row.title }}")
    path.write_text(text, encoding="utf-8")

    found, _ = check_campaign(Ask(recipe=path, texts=True, provider="dashscope"), EVERY_ROW)
    errors = [p for p in found.all() if p.severity == "error"]

    assert {p.code for p in errors} == {"undefined"}
    assert {p.span.column for p in errors if p.span} == {68}
    assert errors[0].message.startswith("row 'w': ")
    assert errors[0].related[0][1] == "here in the recipe"


def test_a_prompt_that_is_too_long_in_one_row_is_a_warning(tmp_path: Path) -> None:
    recipe = RECIPE.replace("maxLength: 40", "maxLength: 5000")
    long = "x" * 2100
    path = folder_with(
        tmp_path, recipe=recipe, rows=f"sku,title\nA1,a\nA2,b\nA3,{long}\nA4,{long}\n"
    )

    assert everything(path) == ["4:1: prompt-too-long"]


def test_a_name_of_a_result_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    recipe = RECIPE.replace("poster-{{ row.sku }}", "poster-{{ title }}")
    rows = "sku,title\nA1,a\nA2,b\nA3,a/b\n"

    assert everything(folder_with(tmp_path, recipe=recipe, rows=rows)) == ["4:1: bad-output-name"]


def test_many_mistakes_are_counted_and_the_first_ones_listed(tmp_path: Path) -> None:
    rows = "sku,title\n" + "".join(f"A{at},\n" for at in range(150))
    found, _ = check_campaign(
        Ask(recipe=folder_with(tmp_path, rows=rows), texts=True, provider="dashscope"), EVERY_ROW
    )

    assert found.errors == 150
    assert len(found.all()) == MOST_PROBLEMS + 1
    assert found.all()[-1].message == "50 more are not listed"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("recipe: poster.yaml", "recipe: postr.yaml"), ["3:9: unknown-recipe"]),
        (("recipe: poster.yaml", "recipe: missing/r.yaml"), ["3:9: unknown-recipe"]),
        (("recipe: poster.yaml", ""), ["1:1: missing-key"]),
        (("rows.csv", "row.csv"), ["4:7: unreadable-rows"]),
        (("rows.csv", "none/xyz.csv"), ["4:7: unreadable-rows"]),
        (("rows.csv", "../rows.csv"), ["4:7: rows-outside"]),
        (("rows.csv", "."), ["4:7: unknown-format"]),
        (("rows.csv", "./\nformat: csv"), ["4:7: unreadable-rows"]),
        (("row.sku", "rw.sku"), ["5:10: unknown-name"]),
    ],
)
def test_files_that_a_campaign_names_and_are_not_there_are_told(
    change: tuple[str, str], expected: list[str], tmp_path: Path
) -> None:
    path = folder_with(tmp_path)
    path.write_text(CAMPAIGN.replace(*change), encoding="utf-8")

    assert everything(path) == expected


def test_rows_outside_are_taken_from_a_folder_that_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = folder_with(tmp_path / "in", rows=None)
    path.write_text(CAMPAIGN.replace("rows.csv", "../rows.csv"), encoding="utf-8")
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")

    assert everything(path, allowed=(tmp_path,)) == []


def test_what_is_wrong_with_the_recipe_is_told_in_the_recipe(tmp_path: Path) -> None:
    path = folder_with(tmp_path, recipe=RECIPE.replace("use: crop", "use: crp"))

    (found,) = drafted(path).problems

    assert found.span is not None
    assert found.span.file.endswith("poster.yaml")


def test_rows_come_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class _Stdin:
        buffer = io.BytesIO(ROWS.encode())

    monkeypatch.setattr("sys.stdin", _Stdin())
    path = folder_with(tmp_path, rows=None)
    path.write_text(CAMPAIGN.replace("rows.csv", "'-'\nformat: csv"), encoding="utf-8")
    made = drafted(path)

    assert keys(made) == keys(made) == ["A1", "A2", "A3"]
    assert made.rows_folder == Path.cwd()


def test_the_first_wrong_row_ends_the_stream_of_who_only_takes_sound_ones(tmp_path: Path) -> None:
    made = drafted(folder_with(tmp_path, rows="sku,title\nA1,x\nA2,\n"))
    rows = campaign_rows(made)

    assert next(rows).key == "A1"
    with pytest.raises(RecipeError):
        next(rows)


def test_a_plan_that_cannot_be_made_is_an_error_of_its_row(tmp_path: Path) -> None:
    made = drafted(folder_with(tmp_path, rows="sku,title,photo\nA1,x,none.png\n"))

    with pytest.raises(RecipeError):
        list(RowPlanner(made, None).plans(campaign_rows(made)))


def test_a_row_of_another_campaign_is_a_mistake_of_the_program(tmp_path: Path) -> None:
    made = drafted(folder_with(tmp_path, campaign="matrix: {mood: [warm]}\n"))
    (row, *_) = campaign_rows(made)
    equal = Row(key="A1", number=1, values={}, combination={"mood": "warm"}, place=row.place)
    other = Row(key="A1", number=1, values={}, combination={"mood": "hot"}, place=row.place)

    assert combination_of(made, equal) is made.combinations[0]
    with pytest.raises(InternalError):
        combination_of(made, other)


def test_a_campaign_that_is_not_sound_has_no_rows(tmp_path: Path) -> None:
    path = folder_with(tmp_path)
    os.remove(tmp_path / "poster.yaml")  # noqa: PTH107 # the shortest
    made = drafted(path)

    with pytest.raises(InternalError):
        list(checked_rows(made))
    with pytest.raises(InternalError):
        RowPlanner(made, None)
    with pytest.raises(InternalError):
        _ = made.sound


def test_a_template_that_goes_through_a_row_uses_every_column(tmp_path: Path) -> None:
    words = (
        "{{ title }}{% for name, cell in row | items %} {{ name }}{% endfor %} {{ photo }}{{ end }}"
    )
    recipe = RECIPE.replace("{{ title }} in {{ photo }}{{ end }}", words)
    path = folder_with(tmp_path, recipe=recipe, rows="sku,title,extra\nA1,a,b\nA2,c,d\n")

    assert everything(path) == []
    assert plans(drafted(path))["A2"].jobs[0].job.prompt == "c sku title extra image 1!"


def test_a_column_that_only_some_rows_have_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    recipe = RECIPE.replace("mood == 'warm'", "row.extra is defined")
    rows: list[dict[str, str]] = [
        {"sku": name, "title": "a", **({"extra": "x"} if name in "AC" else {})} for name in "ABCD"
    ]
    path = folder_with(tmp_path, recipe=recipe, rows=None)
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    path.write_text(CAMPAIGN.replace("rows.csv", "rows.jsonl"), encoding="utf-8")
    made = drafted(path)
    alone = RowPlanner(made, None)

    together = list(RowPlanner(made, None).plans(campaign_rows(made)))

    assert [len(plan.skipped) for _, plan in together] == [0, 1, 0, 1]
    assert all(plan == alone.row_plan(row) for row, plan in together)


def test_more_combinations_than_are_kept_have_their_plans(tmp_path: Path) -> None:
    many = ", ".join(map(str, range(140)))
    path = folder_with(tmp_path, campaign=f"matrix: {{count: [{many}]}}\n", rows="sku,title\nA,a\n")
    made = drafted(path)

    found = [plan.inputs["count"] for _, plan in RowPlanner(made, None).plans(campaign_rows(made))]

    assert found == list(range(140))
