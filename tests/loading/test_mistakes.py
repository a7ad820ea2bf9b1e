"""Every mistake that a person is told about, as a pair of small recipes.

`mistakes/NAME.bad.yaml` has the mistake, `mistakes/NAME.good.yaml` is the same without it.
"""

import re
from pathlib import Path

import pytest

from wanflow.loading import read_recipe
from wanflow.loading.read import Loaded
from wanflow.model.catalogue import Catalogue

_FOLDER = Path(__file__).parent / "mistakes"
_MEANT = re.compile(r"did you mean '(.*)'\?")

# The mistake, and all that is said about it, as line:column: code.
EXPECTED: dict[str, list[str]] = {
    "alternative-mapping": ["6:41: wrong-parameter"],
    "alternative-parameter": ["6:37: wrong-parameter"],
    "backslash": ["6:19: yaml-syntax"],
    "boolean": ["6:20: wrong-type"],
    "campaign": ["3:1: unknown-key", "4:1: unknown-key"],
    "case-of-outputs": ["6:27: duplicate-name"],
    "circular": ["6:14: circular-steps"],
    "colon-in-text": ["6:15: yaml-syntax"],
    "device-name": ["5:9: device-name"],
    "device-output": ["6:11: device-name"],
    "duplicate-in-templates": ["5:9: duplicate-name"],
    "duplicate-input": ["3:10: duplicate-name"],
    "duplicate-key": ["6:5: duplicate-key"],
    "duplicate-step": ["7:9: duplicate-name"],
    "expect-changed": ["6:23: nothing-to-measure"],
    "expect-count": ["6:21: nothing-to-measure"],
    "expect-grid": ["6:21: nothing-to-measure"],
    "expect-kept": ["6:20: wrong-form"],
    "expect-ocr": ["6:20: unknown-value"],
    "expect-shift": ["6:21: wrong-form"],
    "figure-without-number": ["6:13: wrong-form"],
    "fit-word": ["6:10: unknown-value"],
    "function-name": ["8:44: unknown-function"],
    "function-parameter": ["8:65: unknown-parameter"],
    "ignored-parameter": ["7:5: ignored-parameter"],
    "images-as-text": ["6:13: wrong-type"],
    "indentation": ["6:4: yaml-syntax"],
    "index-of-an-input": ["6:14: unknown-picture"],
    "index-without-quotes": ["8:14: yaml-syntax"],
    "input-pattern": ["3:44: unknown-key"],
    "input-type": ["3:17: unknown-value"],
    "input-without-type": ["3:10: missing-key"],
    "insecure-url": ["5:14: unknown-scheme"],
    "long-chain": ["8:10: long-chain"],
    "long-negative-prompt": ["6:522: negative-prompt-too-long"],
    "long-prompt": ["6:2013: prompt-too-long"],
    "mask": ["6:5: unknown-parameter"],
    "mask-as-picture": ["12:12: mask-as-picture"],
    "merge-key": ["5:5: merge-key"],
    "missing-name": ["1:1: missing-key"],
    "missing-parameter": ["5:5: missing-parameter"],
    "n-range": ["6:8: out-of-range"],
    "name-with-blank": ["3:10: bad-name", "3:10: unused-input"],
    "neither-name-nor-path": ["6:14: unknown-image"],
    "no-function": ["6:12: operation-not-served"],
    "no-image": ["4:10: too-few-images"],
    "no-negative-prompt": ["7:5: unknown-parameter"],
    "no-prompt": ["5:10: no-prompt"],
    "no-size": ["7:5: unknown-parameter"],
    "no-steps": ["1:1: missing-key", "3:10: unused-input"],
    "no-value": ["6:21: empty-value"],
    "not-a-picture": ["6:21: not-a-picture"],
    "not-rewritten": ["7:5: unknown-parameter"],
    "num-images": ["6:5: unknown-parameter"],
    "one-picture-only": ["7:8: out-of-range"],
    "open-list": ["3:9: yaml-syntax"],
    "open-quote": ["6:13: yaml-syntax"],
    "operation-key": ["6:5: unknown-key"],
    "operation-kind": ["6:11: not-allowed"],
    "operation-pattern": ["7:35: operation-params"],
    "operation-ref": ["7:14: operation-params"],
    "operation-schema": ["7:41: operation-params"],
    "operations-folder": ["4:13: unreadable-operations"],
    "other-recipe": ["5:10: not-in-this-version"],
    "output-beyond-n": ["6:26: unknown-picture"],
    "output-of-all": ["7:19: output-of-many"],
    "output-of-an-input": ["5:10: unused-step", "6:19: unknown-step"],
    "own-picture": ["6:14: circular-steps"],
    "own-without-function": ["10:12: operation-not-served"],
    "painted-input": ["7:5: painted-input"],
    "parameter-beside-with": ["6:5: unknown-parameter"],
    "parameter-range": ["6:18: wrong-parameter"],
    "parameters-together": ["6:18: wrong-parameter"],
    "percent-at-start": ["7:22: yaml-syntax"],
    "pick-ask": ["7:11: not-in-this-version"],
    "pick-beyond-n": ["7:11: pick-beyond-n"],
    "picture-beyond-n": ["8:14: unknown-picture"],
    "quoted-number": ["6:11: wrong-type"],
    "repeated-parameter": ["6:34: wrong-parameter"],
    "reserved-name": ["3:10: reserved-name"],
    "retry": ["6:5: not-in-this-version"],
    "second-document": ["6:1: several-documents"],
    "seed-range": ["6:11: out-of-range"],
    "shape-not-asked": ["6:12: shape-not-asked"],
    "size-area": ["6:11: size-area"],
    "size-as-ratio": ["6:11: size-ratio"],
    "size-default": ["4:18: size-area"],
    "size-form": ["6:11: wrong-form"],
    "size-name": ["6:11: unknown-size"],
    "size-name-for-no-picture": ["7:11: unknown-size"],
    "size-ratio": ["6:11: size-ratio"],
    "size-sides": ["7:11: size-sides"],
    "step-as-text": ["5:5: wrong-type"],
    "step-key-under-with": ["6:12: unknown-parameter"],
    "step-without-use": ["5:5: missing-key"],
    "strength": ["6:5: unknown-parameter"],
    "tab": ["6:1: yaml-syntax"],
    "tag": ["5:10: yaml-tag"],
    "template-alone": ["6:13: template-without-quotes"],
    "template-at-start": ["6:13: template-without-quotes"],
    "template-for-a-list": ["6:21: wrong-parameter"],
    "timeout-form": ["6:14: wrong-form"],
    "too-few-images": ["5:10: too-few-images"],
    "too-many-for-the-model": ["6:10: too-many-images"],
    "too-many-images": ["6:13: too-many-images"],
    "too-many-implied": ["6:10: too-many-images"],
    "unknown-figure": ["6:14: unknown-figure"],
    "unknown-figure-english": ["8:7: unknown-figure"],
    "unknown-figure-own-form": ["7:25: unknown-figure"],
    "unknown-image": ["8:14: unknown-image"],
    "unknown-model": ["6:12: unknown-model"],
    "unknown-operation": ["5:10: unknown-operation"],
    "unknown-output": ["6:19: unknown-step"],
    "unknown-parameter": ["6:12: unknown-parameter"],
    "unknown-role": ["6:14: unknown-role"],
    "unknown-rule": ["3:47: unknown-rule"],
    "unknown-step-key": ["6:5: unknown-parameter"],
    "unmentioned-image": ["6:13: unmentioned-image"],
    "unpicked-images": ["6:8: unpicked-images"],
    "unused-input": ["3:24: unused-input"],
    "unused-operation": ["4:14: unused-operation"],
    "unused-step": ["6:9: unused-step"],
    "unused-var": ["4:8: unused-var"],
    "url-with-user": ["5:14: unknown-scheme"],
    "use-before-definition": ["6:14: use-before-definition"],
    "watermark-in-chain": ["6:16: watermark-in-chain"],
    "whole-number": ["6:11: wrong-type"],
    "wrong-default": ["3:68: wrong-default"],
    "wrong-key": ["6:1: unknown-key"],
    "wrong-version": ["1:10: wrong-version"],
}


def read(name: str, catalogue: Catalogue, *, data: bytes | None = None) -> Loaded:
    data = (_FOLDER / name).read_bytes() if data is None else data
    return read_recipe(data, file=name, catalogue=catalogue, provider="dashscope", region="beijing")


def test_every_example_is_in_the_table() -> None:
    bad = {file.name.removesuffix(".bad.yaml") for file in _FOLDER.glob("*.bad.yaml")}
    good = {file.name.removesuffix(".good.yaml") for file in _FOLDER.glob("*.good.yaml")}

    assert bad == good == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_mistake_is_told_at_its_place(name: str, catalogue: Catalogue) -> None:
    loaded = read(f"{name}.bad.yaml", catalogue)

    told = [f"{p.span.line}:{p.span.column}: {p.code}" for p in loaded.problems if p.span]
    assert told == EXPECTED[name]
    assert (loaded.recipe is None) == any(p.severity == "error" for p in loaded.problems)


@pytest.mark.parametrize("name", EXPECTED)
def test_without_the_mistake_nothing_is_said(name: str, catalogue: Catalogue) -> None:
    loaded = read(f"{name}.good.yaml", catalogue)

    assert loaded.problems == ()
    assert loaded.recipe is not None


@pytest.mark.parametrize("name", EXPECTED)
def test_messages_are_written_alike(name: str, catalogue: Catalogue) -> None:
    loaded = read(f"{name}.bad.yaml", catalogue)

    for problem in loaded.problems:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", problem.code)
        assert not problem.message.endswith(".")
        assert (
            problem.message[0].islower()
            or not problem.message[0].isalpha()
            or (problem.message.startswith(("YAML", "Windows")))
        )
        assert "the file the file" not in problem.message
        assert problem.message not in (problem.hint or "")


def _with_the_hints(name: str, catalogue: Catalogue) -> tuple[bytes, int]:
    """Do what each hint that names a word says, from the end of the file to its beginning."""
    source = (_FOLDER / f"{name}.bad.yaml").read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    done = 0
    for problem in reversed(read(f"{name}.bad.yaml", catalogue).problems):
        meant = _MEANT.fullmatch(problem.hint or "")
        if meant is None or problem.span is None:
            continue
        line = lines[problem.span.line - 1]
        at = problem.span.column - 1
        word = re.compile(r"[\w.-]+").match(line, at)
        assert word is not None
        lines[problem.span.line - 1] = line[:at] + meant[1] + line[word.end() :]
        done += 1
    return "".join(lines).encode(), done


@pytest.mark.parametrize("name", EXPECTED)
def test_the_word_that_a_hint_names_mends_the_mistake(name: str, catalogue: Catalogue) -> None:
    before = read(f"{name}.bad.yaml", catalogue).problems

    mended, done = _with_the_hints(name, catalogue)
    after = read(f"{name}.bad.yaml", catalogue, data=mended).problems

    assert len(after) <= len(before) - done
