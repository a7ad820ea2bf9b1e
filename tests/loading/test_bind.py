import pytest

from wanflow.loading import bind_inputs, input_pairs, read_recipe
from wanflow.model.catalogue import Catalogue
from wanflow.model.recipe import Recipe
from wanflow.model.values import JsonValue


@pytest.fixture(scope="module")
def recipe(catalogue: Catalogue) -> Recipe:
    loaded = read_recipe(
        b"""
wanflow: 1
name: poster
inputs:
  photo: {type: image, description: The picture to extend.}
  more: {type: images, default: [], maxItems: 2}
  title: {type: string, default: hello, maxLength: 5}
  mood: {type: string, enum: [warm, cold], default: warm}
  count: {type: integer, minimum: 1, default: 2}
  share: {type: number, default: 0.5}
  bright: {type: boolean, default: false}
  names: {type: list, default: [a]}
steps:
  - use: outpaint
    images: [photo]
    when: more and title and mood and count and share and bright and names
""",
        file="r.yaml",
        catalogue=catalogue,
    )
    assert loaded.recipe is not None, loaded.problems
    return loaded.recipe


def test_what_is_not_given_has_its_default(recipe: Recipe) -> None:
    values, problems = bind_inputs(recipe, {"photo": "cat.jpg"}, texts=True)

    assert problems == ()
    assert values == {
        "photo": "cat.jpg",
        "more": [],
        "title": "hello",
        "mood": "warm",
        "count": 2,
        "share": 0.5,
        "bright": False,
        "names": ["a"],
    }


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("title", "007", "007"),
        ("title", "no", "no"),
        ("photo", "12", "12"),
        ("count", "3", 3),
        ("count", " 3 ", 3),
        ("count", "3.0", 3),
        ("share", "1", 1),
        ("share", ".25", 0.25),
        ("bright", "true", True),
        ("names", "x", ["x"]),
        ("names", "[x, 1, 'y, z']", ["x", 1, "y, z"]),
        ("names", ["x", "y"], ["x", "y"]),
        ("names", "[x", ["[x"]),
        ("names", "[a: b: c]", ["[a: b: c]"]),
        ("more", "a.png", ["a.png"]),
        ("more", "[a.png, 2]", ["a.png", "2"]),
        ("more", ["a.png", "b.png"], ["a.png", "b.png"]),
    ],
)
def test_a_text_becomes_what_the_input_wants(
    recipe: Recipe, name: str, text: JsonValue, value: JsonValue
) -> None:
    values, problems = bind_inputs(recipe, {"photo": "cat.jpg", name: text}, texts=True)

    assert problems == ()
    assert values[name] == value
    assert type(values[name]) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("count", "many", "the input 'count' must be a whole number; here is text"),
        ("count", "", "the input 'count' must be a whole number; here is text"),
        ("count", "1.5", "the input 'count' must be a whole number; here is a number"),
        ("count", "0", "the input 'count' must be at least 1; here is 0"),
        ("count", ["1", "2"], "the input 'count' must be a whole number; here is a list"),
        ("bright", "yes", "the input 'bright' must be true or false; here is text"),
        ("title", "too long", "the input 'title' may have at most 5 characters; here are 8"),
        ("mood", "wram", "the input 'mood' cannot be 'wram'"),
        ("photo", "", "the input 'photo' is empty"),
        ("photo", ["a", "b"], "the input 'photo' must be text; here is a list"),
        ("share", ".nan", "the input 'share' must be a number; here is text"),
        ("more", ["a", "b", "c"], "the input 'more' may have at most 2 items; here are 3"),
    ],
)
def test_a_text_that_does_not_fit_is_told(
    recipe: Recipe, name: str, text: JsonValue, message: str
) -> None:
    values, problems = bind_inputs(recipe, {"photo": "cat.jpg", name: text}, texts=True)

    assert [(problem.code, problem.message) for problem in problems] == [("wrong-input", message)]
    assert name not in values


def test_values_of_a_program_are_taken_as_they_are(recipe: Recipe) -> None:
    given: dict[str, JsonValue] = {"photo": "cat.jpg", "count": 3, "names": [1, {"a": 2}]}

    values, problems = bind_inputs(recipe, given, texts=False)

    assert problems == ()
    assert (values["count"], values["names"]) == (3, [1, {"a": 2}])


def test_a_program_must_give_the_right_type(recipe: Recipe) -> None:
    _, problems = bind_inputs(recipe, {"photo": "cat.jpg", "count": "3", "more": [1]}, texts=False)

    assert [problem.message for problem in problems] == [
        "the input 'more': item 1 must be text; here is a whole number",
        "the input 'count' must be a whole number; here is text",
    ]
    assert problems[1].hint == "write 3 without quotes"


def test_a_missing_input_is_told_with_what_to_type(recipe: Recipe) -> None:
    _, problems = bind_inputs(recipe, {}, texts=True)

    assert [(one.code, one.message, one.hint) for one in problems] == [
        (
            "missing-input",
            "the input 'photo' is missing (The picture to extend.)",
            "add photo=PATH",
        )
    ]


def test_an_unknown_input_is_told_with_the_nearest(recipe: Recipe) -> None:
    _, problems = bind_inputs(recipe, {"phtoo": "a", "photo": "b", "zzz": "c"}, texts=True)

    assert next((one.code, one.hint) for one in problems) == (
        "unknown-input",
        "did you mean 'photo'?",
    )
    assert problems[1].hint is not None
    assert problems[1].hint.startswith("it has 'photo', 'more'")


def test_examples_of_what_to_type_fit_the_input(catalogue: Catalogue) -> None:
    loaded = read_recipe(
        b"wanflow: 1\nname: a\ninputs: {a: {type: string, enum: [x y, z]}, "
        b"b: {type: integer, enum: [4]}, c: list, d: boolean, e: images, f: number}\n"
        b"steps: [{use: outpaint, images: [p.png], when: a and b and c and d and e and f}]",
        file="r.yaml",
        catalogue=catalogue,
    )
    assert loaded.recipe is not None

    _, problems = bind_inputs(loaded.recipe, {}, texts=True)

    assert [one.hint for one in problems] == [
        "add a='x y'",
        "add b=4",
        "add c='[a, b]'",
        "add d=true",
        "add e=PATH",
        "add f=0.5",
    ]


def test_a_recipe_without_inputs_says_so(catalogue: Catalogue) -> None:
    loaded = read_recipe(
        b"wanflow: 1\nname: a\nsteps: [{use: outpaint, images: [p.png]}]",
        file="r.yaml",
        catalogue=catalogue,
    )
    assert loaded.recipe is not None

    _, problems = bind_inputs(loaded.recipe, {"x": "1"}, texts=True)

    assert [one.hint for one in problems] == ["it takes no inputs"]


def _read(path: str) -> str:
    if path == "gone.txt":
        raise FileNotFoundError(2, "No such file or directory")
    if path == "odd":
        raise OSError("the device is odd")
    if path == "latin.txt":
        return b"\xff".decode()
    return f"text of {path}"


def test_words_are_read_as_names_and_values() -> None:
    values, problems = input_pairs(
        ["photo=cat.jpg", "note=@note.txt", "x=a=b", "more=1", "more=2", "e="], read=_read
    )

    assert problems == ()
    assert values == {
        "photo": "cat.jpg",
        "note": "text of note.txt",
        "x": "a=b",
        "more": ["1", "2"],
        "e": "",
    }


def test_words_that_cannot_be_read_are_told() -> None:
    values, problems = input_pairs(
        ["photo", "=x", "a=@gone.txt", "b=@latin.txt", "c=@odd"], read=_read
    )

    assert values == {}
    assert [(one.code, one.message) for one in problems] == [
        ("bad-word", "'photo' is not of the form name=value"),
        ("bad-word", "'=x' is not of the form name=value"),
        (
            "unreadable-file",
            "the file 'gone.txt' for 'a' cannot be read: No such file or directory",
        ),
        ("unreadable-file", "the file 'latin.txt' for 'b' cannot be read: it is not UTF-8 text"),
        ("unreadable-file", "the file 'odd' for 'c' cannot be read: the device is odd"),
    ]
