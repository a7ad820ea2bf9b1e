import pytest

from tests.loading.rowing import told
from wanflow.loading import against_recipe, is_campaign, read_campaign, read_recipe
from wanflow.loading import catalogue as built_in
from wanflow.loading.campaign.read import LoadedCampaign
from wanflow.loading.campaign.view import combinations
from wanflow.model.campaign import Budget, Campaign, RowSource, Sample

RECIPE = """
wanflow: 1
name: poster
inputs:
  photo: {type: image, default: a.png}
  title: {type: string, maxLength: 5}
  mood: {type: string, enum: [warm, cold], default: warm}
  count: {type: integer, default: 1}
steps:
  - {use: edit, images: [photo], prompt: "{{ title }} {{ mood }} {{ count }}, image 1"}
"""
HEAD = "wanflow: 1\ncampaign: spring\nrecipe: poster.yaml\n"


def loaded(text: str, *, recipe: str = RECIPE) -> LoadedCampaign:
    made = read_recipe(
        recipe.encode(), file="poster.yaml", catalogue=built_in(), provider="dashscope"
    )
    assert made.recipe is not None, made.problems
    assert made.document is not None
    read = read_campaign(text.encode(), file="c.yaml")
    return against_recipe(read, made.recipe, made.document, catalogue=built_in())


def campaign(text: str) -> Campaign:
    made = loaded(text)
    assert made.campaign is not None, made.problems
    return made.campaign


def test_the_whole_of_a_campaign_is_read() -> None:
    made = campaign(
        HEAD + "version: 1.10\ndescription: Two seasons.\nrows: rows.csv\nencoding: gb18030\n"
        "delimiter: ';'\nkey: '{{ row.sku }}'\ninputs: {title: 007}\n"
        "matrix: {mood: [warm, cold], size: [1280*720], seed: [1, 2]}\n"
        "exclude: [{mood: warm, seed: 2}]\ninclude: [{seed: 9}]\n"
        "budget: {images: 500, cost: 99.5 CNY}\nsample: {count: 3, seed: 7}\n"
    )

    assert made == Campaign(
        name="spring",
        version="1.10",
        description="Two seasons.",
        recipe="poster.yaml",
        rows=RowSource(form="csv", pattern="rows.csv", encoding="gb18030", delimiter=";"),
        key="{{ row.sku }}",
        inputs={"title": "007"},
        matrix={"mood": ("warm", "cold"), "size": ("1280*720",), "seed": (1, 2)},
        exclude=({"mood": "warm", "seed": 2},),
        include=({"seed": 9},),
        budget=Budget(images=500, cost_micro=99_500_000, currency="CNY"),
        sample=Sample(count=3, seed=7),
    )


@pytest.mark.parametrize(
    ("rows", "form"),
    [("a.csv", "csv"), ("a.TSV", "tsv"), ("a.tab", "tsv"), ("a.jsonl", "jsonl"),
     ("a.ndjson", "jsonl"), ("a.yaml", "yaml"), ("a.yml", "yaml"), ("a.json", "yaml"),
     ("'p/*.png'", "glob"), ("'p/a?.png'", "glob"), ("'-'\nformat: jsonl", "jsonl"),
     ("a.txt\nformat: tsv", "tsv"), ("[{title: x}]", "list")],
)  # fmt: skip
def test_the_form_of_rows_follows_from_their_name(rows: str, form: str) -> None:
    assert campaign(f"{HEAD}rows: {rows}\n").rows.form == form


def test_a_sample_may_be_a_number_and_a_budget_one_of_two() -> None:
    made = campaign(HEAD + "rows: a.csv\nsample: 5\nbudget: {images: 3}\n")

    assert made.sample == Sample(count=5)
    assert made.budget == Budget(images=3)


def test_rows_in_place_have_text_where_no_input_wants_something_else() -> None:
    made = campaign(HEAD + "rows:\n- {title: 123, sku: 007, count: 4}\n")

    assert made.rows.given == ({"title": "123", "sku": "007", "count": 4},)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rows: a.csv\nmatrix: {mod: [warm]}", ["5:10: unknown-matrix-key"]),
        ("rows: a.csv\nmatrix: {zzzzz: [1]}", ["5:10: unknown-matrix-key"]),
        ("rows: a.csv\nmatrix: {mood: [hot]}", ["5:17: wrong-input"]),
        ("rows: a.csv\nmatrix: {size: [12]}", ["5:17: wrong-form"]),
        ("rows: a.csv\nmatrix: {seed: [1, 1]}", ["5:20: repeated-item"]),
        ("rows: a.csv\nmatrix: {seed: 1}", ["5:16: wrong-type"]),
        ("rows: a.csv\nexclude: [{seed: 1}]", ["5:12: unknown-matrix-key"]),
        (
            "rows: a.csv\nmatrix: {seed: [1]}\nexclude: [{seeds: 1}, {seed: 2}]",
            ["6:12: unknown-matrix-key", "6:23: exclude-without-effect"],
        ),
        ("rows: a.csv\nmatrix: {seed: [1]}\nexclude: [{seed: 1}]", ["6:10: no-combinations"]),
        (
            "rows: a.csv\nmatrix: {seed: [1]}\ninclude: [{seed: 1}]",
            ["6:11: include-without-effect"],
        ),
        ("rows: a.csv\ninclude: [{sed: 1}]", ["5:12: unknown-matrix-key"]),
        ("rows: a.csv\ninputs: {title: a}\ninclude: [{title: b}]", ["6:12: given-twice"]),
        ("rows: a.csv\ninputs: {titel: a}", ["5:10: unknown-input"]),
        ("rows: a.csv\ninputs: {zzzzz: a}", ["5:10: unknown-input"]),
        ("rows: a.csv\ninputs: {title: abcdef}", ["5:17: wrong-input"]),
        ("rows: a.csv\ninputs: {mood: a}\nmatrix: {mood: [warm]}", ["5:10: given-twice"]),
        (
            "rows: a.csv\nmatrix: {title: [a], mood: [warm]}\ninclude: [{mood: cold}]",
            ["6:11: incomplete-combination"],
        ),
        ("rows: a.csv\nbudget: {cost: 3 USD}", ["5:16: budget-currency"]),
        ("rows: a.csv\nbudget: {cost: 3}", ["5:16: wrong-form"]),
        ("rows: a.csv\nsize: 16:9", ["5:1: unknown-key"]),
        ("rows: a.csv\nzzzz: 1", ["5:1: unknown-key"]),
        ("rows: a.csv\nbudget: {imges: 3}", ["5:10: unknown-key"]),
        ("rows: a.txt", ["4:7: unknown-format"]),
        ("rows: '-'", ["4:7: unknown-format"]),
        ("rows: a.jsonl\ndelimiter: ','", ["5:1: not-allowed"]),
        ("rows: [{title: a}]\nencoding: big5", ["5:1: not-allowed"]),
        ("rows: 3", ["4:7: unknown-format"]),
        ("rows: a.csv\nmatrix: {seed: [1]}\nexclude: [3]", ["6:11: wrong-type"]),
        (
            "rows: a.csv\nmatrix:\n  seed: [" + ", ".join(map(str, range(999))) + "]\n"
            "  count: [" + ", ".join(map(str, range(999))) + "]",
            ["6:3: too-many-combinations"],
        ),
    ],
)
def test_what_is_wrong_with_a_campaign_is_told_at_its_place(text: str, expected: list[str]) -> None:
    assert told(loaded(f"{HEAD}{text}\n").problems) == expected


def test_a_parameter_that_every_step_says_itself_changes_nothing() -> None:
    recipe = RECIPE.replace("use: edit,", "use: edit, seed: 3,")

    (found,) = loaded(HEAD + "rows: a.csv\nmatrix: {seed: [1, 2]}\n", recipe=recipe).problems

    assert (found.code, found.severity) == ("matrix-without-effect", "warning")


def test_an_input_that_is_a_template_is_looked_at_row_by_row() -> None:
    made = campaign(HEAD + "rows: a.csv\ninputs: {title: '{{ row.name_of_the_product }}'}\n")

    assert made.inputs == {"title": "{{ row.name_of_the_product }}"}


def test_a_recipe_without_inputs_is_told_so() -> None:
    recipe = 'wanflow: 1\nname: r\nsteps:\n- {use: edit, images: [a.png], prompt: "image 1"}\n'

    (found,) = loaded(HEAD + "rows: a.csv\ninputs: {a: 1}\n", recipe=recipe).problems

    assert found.hint == "it takes no inputs"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("campaign: [", ["1:12: yaml-syntax"]),
        ("wanflow: 2\ncampaign: c\nrecipe: r\nrows: a.csv\n", ["1:10: wrong-version"]),
        ("campaign: c\n", ["1:1: missing-key"]),
        ("wanflow: 1\ncampaign: c\nrecipe: r\nrows: a.csv\nsample: 9.9.9e9\n", ["5:9: wrong-type"]),
        ("wanflow: 1\ncampaign: c\nrecipe: r\nrows: a.csv\nsample: .inf\n", ["5:9: not-a-number"]),
    ],
)
def test_a_file_is_told_what_is_wrong_without_its_recipe(text: str, expected: list[str]) -> None:
    assert told(read_campaign(text.encode(), file="c.yaml").problems)[:1] == expected


def test_a_campaign_is_told_from_a_recipe_by_its_key() -> None:
    assert is_campaign(b"{campaign: c}", file="c.yaml")
    assert not is_campaign(b"inputs: {campaign: string}", file="c.yaml")
    assert not is_campaign(b"name: x", file="c.yaml")
    assert not is_campaign(b"campaign: [", file="c.yaml")


def test_combinations_change_the_last_key_first_and_are_made_once() -> None:
    made = combinations(
        {"a": (1, 2), "b": (1, 2)}, ({"a": 2, "b": 1},), ({"a": 3}, {"a": 1, "b": 1})
    )

    assert made == ({"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 2}, {"a": 3})
    assert combinations({}, (), ()) == ({},)
