import json
from collections.abc import Callable

import jsonschema
import pytest

from wanflow import contract
from wanflow.cli.program import exit_code_of
from wanflow.messages import explanations
from wanflow.report.columns import width_of

Explain = Callable[..., tuple[int, str, str]]


@pytest.fixture
def explain(capsys: pytest.CaptureFixture[str]) -> Explain:
    def run(*words: str) -> tuple[int, str, str]:
        code = exit_code_of(["explain", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_code_is_explained_in_both_languages_with_its_example(explain: Explain) -> None:
    code, out, err = explain("size-area")

    assert (code, err) == (0, "")
    assert out.startswith("size-area (error)\n\n  The size has more or fewer pixels")
    assert "\n  Cause: " in out
    assert "\n  办法:" in out
    assert "\nWrong:\n\n    wanflow: 1\n" in out
    assert "\nRight:\n\n    wanflow: 1\n" in out


def test_a_code_without_an_example_is_explained(explain: Explain) -> None:
    _, out, _ = explain("datainspectionfailed")

    assert out.startswith("DataInspectionFailed (error)\n")
    assert "Wrong:" not in out


@pytest.mark.parametrize(
    ("code", "hint"),
    [("size-aera", "did you mean 'size-area'?"), ("qqqqqq", "see all with: wanflow explain")],
)
def test_a_typo_gets_the_nearest_code(explain: Explain, code: str, hint: str) -> None:
    done = explain(code)

    assert done == (2, "", f"wanflow: there is no code '{code}'\nhint: {hint}\n")


def test_the_list_names_every_code_under_its_theme(explain: Explain) -> None:
    _, out, _ = explain()

    lines = out.splitlines()
    assert lines[0] == "The file and its YAML / 文件与 YAML"
    assert {line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "} == set(
        explanations()
    )
    assert "  long-chain (warning)" in lines
    assert max(map(width_of, lines)) <= 80


@pytest.mark.parametrize("words", [(), ("size-area",), ("undefined",)])
def test_json_is_held_to_its_schema(explain: Explain, words: tuple[str, ...]) -> None:
    _, out, _ = explain(*words, "--json")

    told = json.loads(out)
    jsonschema.validate(told, json.loads(contract.schema("explanations")))
    assert len(told["explanations"]) == (1 if words else len(explanations()))
