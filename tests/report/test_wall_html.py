import base64
import hashlib
import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.report.campaign_runs import REFUSED, Shop, campaign, record_of
from tests.report.random_campaigns import campaigns
from tests.report.random_records import HOSTILE_TEXTS
from tests.report.unpacked import Outline, data_of
from wanflow.imaging.thumbnail import thumbnail
from wanflow.model.campaign import Budget, CampaignRecord, RowRecord, RowState
from wanflow.model.measure import Measure
from wanflow.model.values import RunId, Sha256
from wanflow.report.visible import visible
from wanflow.report.wall import campaign_html
from wanflow.report.wall.data import rows_data
from wanflow.report.wall.rows import figures_of, final_of
from wanflow.report.wall.thumbs import MOST_INLINE_ROWS, Thumbs, grade
from wanflow.report.wall.words import ROW_STATES, WALL

MIB = 2**20


def fullest(path: Path, *, longest_px: int, max_bytes: int | None = None) -> bytes:
    """Make the largest copy that is allowed, which nothing can pack any smaller."""
    assert path.is_file()
    assert longest_px
    assert max_bytes
    return os.urandom(max_bytes)


def rows_of(record: CampaignRecord) -> tuple[RowRecord, ...]:
    return tuple(record.rows)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[CampaignRecord, Path]:
    """500 rows with four pictures each, no two alike."""
    folder = tmp_path_factory.mktemp("large")
    record = campaign(folder, Shop(rows=500, distinct=24))
    return _distinct(record), folder


def _distinct(record: CampaignRecord) -> CampaignRecord:
    # Each picture of each row gets a digest of its own, as pictures of a service have.
    def own(row: RowRecord) -> RowRecord:
        def named(at: int, sha256: str) -> Sha256:
            return Sha256(hashlib.sha256(f"{row.key}{at}{sha256}".encode()).hexdigest())

        steps = tuple(
            replace(step, pictures=tuple(
                replace(one, artifact=replace(
                    one.artifact, sha256=named(at, step.key + one.artifact.sha256)))
                for at, one in enumerate(step.pictures)))
            for step in row.steps
        )  # fmt: skip
        return replace(row, steps=steps)

    return replace(record, rows=tuple(own(row) for row in record.rows))


def test_500_rows_with_the_largest_copies_stay_below_6_mib(
    large: tuple[CampaignRecord, Path],
) -> None:
    record, folder = large

    page = campaign_html(record, folder, thumbnail=fullest)

    inline = [tag for tag in Outline(page).of("img") if (tag["src"] or "").startswith("data:")]
    shown = sum(final_of(row) is not None for row in record.rows)
    assert len(inline) == shown >= 480
    assert len(page.encode()) <= 6 * MIB


def test_more_than_500_rows_have_copies_as_files_and_0_6_mib_a_thousand(tmp_path: Path) -> None:
    record = _distinct(campaign(tmp_path, Shop(rows=1000)))

    page = campaign_html(record, tmp_path, thumbnail=fullest)

    links = re.findall(r'href="(report/thumbs/[0-9a-f]{20}-320-160\.webp)"', page)
    assert len(page.encode()) <= 0.6 * MIB
    assert "data:image" not in page
    assert len(set(links)) == sum(final_of(row) is not None for row in record.rows)
    assert all((tmp_path / link).is_file() for link in links)


def test_every_row_is_there_with_its_state_words_and_final_picture(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=50))

    page = campaign_html(record, tmp_path)

    outline = Outline(page)
    tiles = outline.classed("tile")
    pictured = [row for row in record.rows if final_of(row)]
    assert [tag["id"] for tag in tiles] == [f"r{at}" for at in range(50)]
    assert Counter((tag["class"] or "").split()[1] for tag in tiles) == record.states
    assert len(outline.of("img")) == len(pictured)
    for row in record.rows:
        assert row.key in outline.text
        assert all(step.prompt in outline.text for step in row.steps[-1:])


def test_the_head_says_states_money_and_problems(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=100))

    text = " ".join(Outline(campaign_html(record, tmp_path)).text.split())

    bought = sum(step.billed_images for row in record.rows for step in row.steps)
    cost = sum(step.cost_micro for row in record.rows for step in row.steps)
    assert sum(record.states.values()) == 100
    for state, count in record.states.items():
        assert f"{count} {ROW_STATES[state].en}" in text
    for said in (
        f"Bought {bought} pictures, ¥{cost / 1e6:.2f}",
        f"Budget left ¥{400 - cost / 1e6:.2f}",
        "Failed at no cost 4 rows",
        f"2 rows {REFUSED} Input data may contain inappropriate content. cost nothing",
        "Perhaps billed: 6 pictures such as CO-0015 16:9",
        "98 of 100 rows" if record.state == "done" else "96 of 100 rows",
        "wanflow run campaigns/spring.yaml --max-cost 400",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"budget": Budget(images=9), "billed_images": 4}, "Budget left 5 pictures"),
        ({"budget": Budget()}, "Per finished row"),
        ({"billed_images": 1, "cost_micro": 200_000}, "Bought 1 picture, ¥0.20"),
        ({"billed_images": 0, "cost_micro": 0}, "Bought nothing"),
        ({"reused_images": 1}, "Reused 1 picture"),
        ({"state": "interrupted"}, "was interrupted"),
        ({"state": "unfinished"}, "is not finished"),
        ({"provider": "local@3"}, "Rendered on this machine"),
        ({"state": "done"}, "Run it again"),
    ],
)
def test_the_head_follows_the_record(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    record = campaign(tmp_path, Shop(rows=6))

    page = campaign_html(replace(record, **changes), tmp_path)  # type: ignore[arg-type] # fields

    assert said in " ".join(Outline(page).text.split())


def test_a_problem_that_cost_money_says_how_much(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=8))
    rows = list(rows_of(record))
    failed = rows[7].steps[1]
    rows[7] = replace(rows[7], steps=(rows[7].steps[0], replace(failed, cost_micro=600_000)))
    rows[6] = replace(rows[6], state="failed", steps=())

    text = " ".join(Outline(campaign_html(record_of(rows), tmp_path)).text.split())

    assert f"1 row {REFUSED} Input data may contain inappropriate content. billed ¥0.60" in text
    assert "1 row failed no words were given cost nothing" in text
    assert "Failed at no cost 1 row" in text


def test_writing_again_makes_only_the_copies_of_new_pictures(tmp_path: Path) -> None:
    made: list[Path] = []

    def counted(path: Path, *, longest_px: int, max_bytes: int | None = None) -> bytes:
        made.append(path)
        return thumbnail(path, longest_px=longest_px, max_bytes=max_bytes)

    record = campaign(tmp_path, Shop(rows=30))
    first = campaign_html(record, tmp_path, thumbnail=counted)
    before = len(made)
    again = campaign_html(record, tmp_path, thumbnail=counted)
    unchanged = len(made) - before
    new = campaign(tmp_path, Shop(rows=31, distinct=125))

    campaign_html(replace(new, rows=(*rows_of(record), rows_of(new)[30])), tmp_path,
                  thumbnail=counted)  # fmt: skip

    assert before > 0
    assert (first, unchanged) == (again, 0)
    assert len(made) == before + 1
    assert not [
        file for file in (tmp_path / "report" / "thumbs").iterdir() if file.suffix != ".webp"
    ]


def test_a_picture_that_cannot_be_shown_says_why(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=4, distinct=100))
    rows = list(rows_of(record))
    files = [row.outputs[0].file for row in rows]
    assert files[0]
    assert files[1]
    (tmp_path / files[0]).unlink()
    (tmp_path / files[1]).write_bytes(b"no picture")

    def elsewhere(row: RowRecord, file: str | None) -> RowRecord:
        scene = row.steps[1]
        pictures = (replace(scene.pictures[0], file=file), *scene.pictures[1:])
        return replace(row, steps=(row.steps[0], replace(scene, pictures=pictures)))

    rows[2] = elsewhere(rows[2], "../../etc/passwd")
    rows[3] = elsewhere(rows[3], None)

    page = campaign_html(replace(record, rows=rows), tmp_path)

    lacks = [row["pictures"][row["final"][1]]["lack"] for row in data_of(page)["rows"]]
    text = Outline(page).text
    assert lacks == ["missing", "unreadable", "outside", "not_kept"]
    assert f"The file {files[0]} is missing." in text
    assert "cannot be read as a picture" in text
    assert "lies outside the folder" in text
    assert "../" not in re.sub('data:image[^"]*', "", page).replace("../../etc/passwd", "")


def test_the_digest_of_a_picture_never_becomes_a_path(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=1))
    row = rows_of(record)[0]
    scene = row.steps[1]
    forged = replace(scene.pictures[0].artifact, sha256=Sha256("../../../forged"))
    pictures = (replace(scene.pictures[0], artifact=forged), *scene.pictures[1:])
    row = replace(row, steps=(row.steps[0], replace(scene, pictures=pictures)))

    page = campaign_html(replace(record, rows=(row,)), tmp_path)

    assert "lies outside the folder" in page
    assert not list(tmp_path.parent.rglob("forged*"))


def test_the_policy_allows_this_script_and_style_and_nothing_else(tmp_path: Path) -> None:
    page = campaign_html(campaign(tmp_path, Shop(rows=2)), tmp_path)

    def hashed(tag: str) -> str:
        text = page.split(f"<{tag}>", 1)[1].split(f"</{tag}>", 1)[0]
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    policies = [
        tag["content"]
        for tag in Outline(page).of("meta")
        if tag.get("http-equiv") == "Content-Security-Policy"
    ]
    style, script = f"'sha256-{hashed('style')}'", f"'sha256-{hashed('script')}'"
    assert [(policy or "").split("; ") for policy in policies] == [
        [
            "default-src 'none'",
            "img-src 'self' file: data:",
            f"style-src {style}",
            f"script-src {script}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    ]


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
def test_hostile_text_stays_text(tmp_path: Path, hostile: str) -> None:
    record = campaign(tmp_path, Shop(rows=8))
    harmless = Outline(campaign_html(record, tmp_path))
    rows = [
        replace(row, key=f"{hostile}{at}", values=dict.fromkeys(row.values, hostile),
                steps=tuple(replace(step, prompt=hostile, template=hostile, error=hostile,
                                    hint=hostile, error_code=hostile, task_id=hostile)
                            for step in row.steps))
        for at, row in enumerate(record.rows)
    ]  # fmt: skip

    page = campaign_html(
        replace(record, rows=rows, campaign=hostile, description=hostile, command=hostile,
                run=RunId(hostile), campaign_source=hostile, recipe_file=hostile),
        tmp_path,
    )  # fmt: skip

    outline = Outline(page)
    tags = Counter(name for name, _ in outline.tags)
    assert tags == Counter(name for name, _ in harmless.tags)
    assert visible(hostile).split("\n")[0] in outline.text
    assert data_of(page)["rows"][3]["key"] == visible(f"{hostile}3")
    page.encode()


def test_a_key_with_hidden_characters_is_shown_with_them_and_kept_as_it_is(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=1))
    row = replace(rows_of(record)[0], key="a\u202eb")

    data = data_of(campaign_html(replace(record, rows=(row,)), tmp_path))

    assert (data["rows"][0]["key"], data["rows"][0]["raw"]) == ("a[U+202E]b", "a\u202eb")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None,
          max_examples=60)  # fmt: skip
@given(record=campaigns())
def test_any_record_makes_a_page(tmp_path: Path, record: CampaignRecord) -> None:
    page = campaign_html(record, tmp_path)

    data = data_of(page)
    rows = rows_of(record)
    assert len(Outline(page).classed("tile")) == len(rows) == len(data["rows"])
    for row, known in zip(rows, data["rows"], strict=True):
        assert known.get("raw", known.get("key", "")) == row.key
        for step, shown in zip(row.steps, known.get("steps", []), strict=True):
            assert "".join(shown.get("prompt", [])) == visible(step.prompt)


def test_words_that_came_from_values_stand_at_odd_places(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=1))

    row = next(iter(rows_data(record, lambda _: None, small=False)))

    steps = row["steps"]
    assert isinstance(steps, list)
    scene = steps[1]
    assert isinstance(scene, dict)
    assert scene["prompt"] == [
        "Put the ",
        "astronaut",
        " into ",
        "a summer storm",
        ", in natural light",
    ]
    assert scene["template"] == [
        "Put the ", "{{ row.product }}", " into ", "{{ row.scene }}", ", in natural light",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "made"),
    [("done", "scene"), ("waiting", "scene"), ("failed", "cut"), ("not-started", None)],
)
def test_a_row_is_judged_by_its_result_or_by_the_last_that_was_made(
    tmp_path: Path, state: RowState, made: str | None
) -> None:
    row = rows_of(campaign(tmp_path, Shop(rows=1, state_of=lambda _: state)))[0]

    final = final_of(row)

    assert (final.step.key if final else None) == made
    assert final is None or final.picture.index == 1


def test_the_named_result_stands_before_a_later_step(tmp_path: Path) -> None:
    row = rows_of(campaign(tmp_path, Shop(rows=1)))[0]
    output = replace(row.outputs[0], step=row.steps[0].key, index=1)

    final = final_of(replace(row, outputs=(output,)))
    gone = final_of(replace(row, outputs=(replace(output, index=7),)))

    assert final is not None
    assert final.step.key == "cut"
    assert gone is not None
    assert gone.step.key == "scene"


def test_a_row_has_the_worst_numbers_of_its_pictures(tmp_path: Path) -> None:
    row = rows_of(campaign(tmp_path, Shop(rows=1)))[0]
    measured = (
        Measure(picture=1, check="shift", value=-8.0, unit="px"),
        Measure(picture=2, check="shift", value=3.0, unit="px"),
        Measure(picture=1, check="kept", value=97.0, unit="%"),
        Measure(picture=2, check="kept", value=88.5, unit="%"),
        Measure(picture=3, check="kept", value=None, unit="%", note="too small"),
    )

    figures = figures_of(replace(row, steps=(replace(row.steps[0], checks=measured),)))

    assert (figures.drift_px, figures.kept_percent, figures.odd) == (8.0, 88.5, True)


@given(rows=st.integers(min_value=0, max_value=20_000))
def test_copies_fit_the_page_whatever_the_number_of_rows(rows: int) -> None:
    made = grade(rows)

    assert made.longest_px >= 320
    if rows <= MOST_INLINE_ROWS:
        assert rows * made.max_bytes * 4 / 3 < 5.2 * MIB


def test_few_rows_have_larger_copies_than_many() -> None:
    sizes = [(grade(rows).longest_px, grade(rows).max_bytes) for rows in (12, 60, 250, 500)]

    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0][0] == 640
    assert sizes[-1] == (320, 7_800)


def test_a_copy_is_found_by_the_digest_and_the_size(tmp_path: Path) -> None:
    thumbs = Thumbs(tmp_path, grade(500))

    assert thumbs.link(Sha256("a" * 64)) == f"report/thumbs/{'a' * 20}-320-78.webp"


def test_a_campaign_speaks_the_language_of_its_prompts(tmp_path: Path) -> None:
    chinese = campaign_html(campaign(tmp_path, Shop(rows=3, chinese=True)), tmp_path)
    none = replace(campaign(tmp_path, Shop(rows=2, state_of=lambda _: "not-started")),
                   description="三种画幅")  # fmt: skip
    english = replace(none, description="three formats")

    pages = (chinese, campaign_html(none, tmp_path), campaign_html(english, tmp_path))
    said = [Outline(page).of("html")[0]["lang"] for page in pages]

    assert said == ["zh-CN", "zh-CN", "en"]
    assert "猫咪抱枕" in Outline(chinese).text or "宇航员徽章" in Outline(chinese).text


def test_a_campaign_without_rows_says_so(tmp_path: Path) -> None:
    page = campaign_html(record_of([]), tmp_path)

    assert WALL["no_rows"].en in Outline(page).text


def test_both_languages_say_the_same_with_the_same_gaps() -> None:
    gaps = {
        key: [set(re.findall(r"\{(\w+)\}", text)) for text in pair] for key, pair in WALL.items()
    }

    assert [key for key, (one, other) in gaps.items() if one != other] == []
