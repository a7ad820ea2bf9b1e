"""Every code that any part of the program can say is explained, and nothing else is."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from wanflow.loading import catalogue, read_recipe
from wanflow.messages import Explanation, Text, explanations

ROOT = Path(__file__).parent.parent.parent
MISTAKES = ROOT / "tests" / "loading" / "mistakes"
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
# What raises or holds a code: as the first argument of a call, or as `code=` or `reason=`.
RAISED = {"StepError", "LostError", "PausedError", "UndecidedError", "ImageError", "RefusedError"}
HOLDERS = {"Problem", "TemplateProblem", "Finding", "Unreadable", "Skipped"}
# Words with a dash that are no codes, and where they come from.
NO_CODES = {
    *("cn-beijing", "ap-southeast-1", "us-east-1", "cn-hongkong", "eu-central-1"),  # regions
    *("ap-northeast-1", "retry-after", "content-encoding", "content-length"),  # headers
    *("x-oss-content-type", "x-oss-forbid-overwrite", "x-oss-object-acl"),  # fields of an upload
    *("image-generation", "image2image-function", "multimodal-generation"),  # paths of the service
    *("goes-on", "not-started", "only-a", "only-b"),  # states
    *(
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "o-w",
        "wanflow-5d2f0c9be1a74f6f8a33c1d0",
    ),  # encodings, modes
    *("ours-off", "latin-1"),  # a setting, an encoding
}


def modules() -> Iterator[Path]:
    for module in sorted((ROOT / "wanflow").rglob("*.py")):
        if "emulator" not in module.parts:  # it speaks for the service, not for us
            yield module


@cache
def nodes() -> tuple[ast.AST, ...]:
    trees = (ast.parse(module.read_text(encoding="utf-8")) for module in modules())
    return tuple(node for tree in trees for node in ast.walk(tree))


def texts_in(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def raised_codes() -> Iterator[str]:
    """List codes without a dash too, where it is certain that they are some."""
    for node in nodes():
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name = node.func.id
        if name in RAISED and node.args and isinstance(node.args[0], ast.Constant | ast.BoolOp):
            yield from texts_in(node.args[0])
        for keyword in node.keywords if name in RAISED | HOLDERS else ():
            said = isinstance(keyword.value, ast.Constant)
            if said and keyword.arg in ("code", "reason"):
                yield from texts_in(keyword.value)


def tables() -> Iterator[str]:
    """List the codes of the service, the reasons of a plan, and what stands in for no code."""
    for node in nodes():
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if (
            isinstance(target, ast.Name)
            and target.id == "CODES"
            and isinstance(node, ast.AnnAssign)
        ):
            for key in node.value.keys if isinstance(node.value, ast.Dict) else ():
                yield from texts_in(key or node)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id == "Reason":
                yield from texts_in(node.value)
            if node.targets[0].id == "code" and isinstance(node.value, ast.BoolOp):
                yield from texts_in(node.value)


def patterns() -> list[re.Pattern[str]]:
    """List what f-strings make codes of: `unused-{kind}` is any word behind that."""
    found = []
    for node in nodes():
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(part.value)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
                else "[a-z]+(?:-[a-z]+)*"
                for part in node.values
            ]
            said = "".join(
                str(part.value) for part in node.values if isinstance(part, ast.Constant)
            )
            if re.fullmatch(r"[a-z]+(-[a-z]+)*-|(-[a-z]+)+", said):
                found.append(re.compile("".join(parts)))
    return found


def emitted() -> set[str]:
    words = (text for node in nodes() if isinstance(node, ast.Constant) for text in texts_in(node))
    kebab = {word for word in words if KEBAB.fullmatch(word)} - NO_CODES
    return kebab | set(raised_codes()) | set(tables())


def test_every_code_that_is_said_is_explained() -> None:
    assert emitted() - explanations().keys() == set()


def test_no_explanation_is_of_a_code_that_nobody_says() -> None:
    said, made = emitted(), patterns()

    unsaid = {code for code in explanations() if code not in said}

    assert {code for code in unsaid if not any(p.fullmatch(code) for p in made)} == set()


def test_every_word_with_a_dash_that_is_no_code_is_still_there() -> None:
    words = {text for node in nodes() for text in texts_in(node)}

    assert words >= NO_CODES


def test_codes_that_are_put_together_are_explained() -> None:
    made = {"unused-input", "unused-var", "unused-operation", "prompt-too-long"}

    assert made | {"negative-prompt-too-long"} <= explanations().keys()


def texts_of(one: Explanation) -> tuple[Text, ...]:
    return (one.theme, one.meaning, one.cause, one.cure)


@pytest.mark.parametrize("code", explanations())
def test_an_explanation_is_whole_in_both_languages(code: str) -> None:
    one = explanations()[code]

    for text in texts_of(one)[1:]:
        assert re.match(r"[A-Z`]", text.en)
        assert text.en.endswith((".", "'"))
        assert not re.search(r"[\u4e00-\u9fff]", text.en.replace("图1", "").replace("图3", ""))
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert text.zh.endswith(("。", "'"))


def examples() -> dict[str, str]:
    return {one.example.name: one.code for one in explanations().values() if one.example}


@pytest.mark.parametrize("name", examples())
def test_an_example_shows_its_code_and_the_way_out(name: str) -> None:
    one = explanations()[examples()[name]]
    assert one.example is not None

    bad = read_recipe(one.example.bad.encode(), file="bad.yaml", catalogue=catalogue())
    good = read_recipe(one.example.good.encode(), file="good.yaml", catalogue=catalogue())

    assert (one.code, one.severity) in {(p.code, p.severity) for p in bad.problems}
    assert one.code not in {p.code for p in good.problems}


def warned() -> set[str]:
    """List the codes that are given together with the severity of a warning."""
    found = set()
    for node in nodes():
        keywords = node.keywords if isinstance(node, ast.Call) else []
        severities = [list(texts_in(k.value)) for k in keywords if k.arg == "severity"]
        if ["warning"] in severities and isinstance(node, ast.Call):
            found |= {text for text in texts_in(node) if text in explanations()}
    return found


def test_a_code_has_one_severity() -> None:
    warnings = {code for code, one in explanations().items() if one.severity == "warning"}
    made = {code for code in warnings if any(p.fullmatch(code) for p in patterns())}

    assert warned() | made == warnings


def test_what_is_written_from_the_explanations_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "docs/write_messages.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
