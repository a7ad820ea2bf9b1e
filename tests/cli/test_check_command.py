import json
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from wanflow import contract
from wanflow.cli.mending import difference, write
from wanflow.cli.program import exit_code_of
from wanflow.errors import UsageError

_TYPO = """\
# 我的配方
wanflow: 1
name: shot
inputs: [photo]   # 照片 😀
steps:
  - uses: outpiant
    size: 1280x720 # wide
"""
_MENDED = _TYPO.replace("uses: outpiant", "use: outpaint").replace("1280x720", "1280*720")
_WARNED = """\
wanflow: 1
name: shot
inputs: [photo, spare]
steps:
  - use: outpaint
    images: [photo]
    n: 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    code: int
    out: str
    err: str


Check = Callable[..., Done]


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Check:
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Done:
        code = exit_code_of(["check", *words])
        said = capsys.readouterr()
        return Done(code=code, out=said.out, err=said.err)

    return run


def recipe(text: str, name: str = "r.yaml") -> Path:
    Path(name).write_text(text, encoding="utf-8", newline="")
    return Path(name)


def test_text_goes_to_stderr_and_says_what_can_be_mended(check: Check) -> None:
    recipe(_TYPO)

    done = check("r.yaml")

    assert (done.code, done.out) == (2, "")
    assert "r.yaml:6:5: unknown-parameter" in done.err
    assert "2 problems can be mended with: wanflow check --fix" in done.err


def test_json_is_the_same_by_both_options(check: Check) -> None:
    recipe(_TYPO)

    first, second = check("r.yaml", "--json"), check("r.yaml", "--format", "json")

    assert first == second
    told = json.loads(first.out)
    jsonschema.validate(told, json.loads(contract.schema("problems")))
    assert told["problems"][1]["fix"] == [
        {"place": {"file": "r.yaml", "line": 6, "column": 5}, "old": "uses", "new": "use"}
    ]


def test_two_forms_at_once_are_refused(check: Check) -> None:
    recipe(_TYPO)

    assert check("r.yaml", "--json", "--format", "sarif").code == 2


def test_annotations_go_to_stdout(check: Check) -> None:
    recipe(_WARNED)

    done = check("r.yaml", "--format", "github")

    assert done.code == 0
    assert done.out.startswith("::warning file=r.yaml,line=3,col=17,title=unused-input::")


def test_a_sound_recipe_gives_no_annotation(check: Check) -> None:
    recipe(_MENDED)

    done = check("r.yaml", "--format", "github")

    assert (done.code, done.out, done.err) == (0, "", done.err)
    assert done.err.endswith("the recipe is sound\n")


def test_sarif_is_one_document(check: Check) -> None:
    recipe(_TYPO)

    done = check("r.yaml", "--format", "sarif")

    found = json.loads(done.out)["runs"][0]["results"]
    assert [one["ruleId"] for one in found] == ["missing-key", "unknown-parameter", "wrong-form"]
    assert found[1]["fixes"]


def test_ignored_warnings_are_not_told(check: Check) -> None:
    recipe(_WARNED)

    done = check("r.yaml", "--ignore", "unused-input,unpicked-images")

    assert (done.code, done.out, done.err) == (0, "", "r.yaml: " + done.err[8:])
    assert "unused-input" not in done.err


def test_only_selected_codes_are_told_and_the_exit_code_is_of_all(check: Check) -> None:
    recipe(_TYPO)

    done = check("r.yaml", "--select", "wrong-form")

    assert done.code == 2
    assert "unknown-parameter" not in done.err
    assert "r.yaml:7:11: wrong-form" in done.err
    assert "and 2 errors that --select leaves out" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--ignore", "size-aera"), "did you mean 'size-area'?"),
        (("--select", "xyzzy"), "see all with: wanflow explain"),
        (("--ignore", "size-area"), "an error cannot be ignored"),
    ],
)
def test_codes_that_mean_nothing_here_are_refused(
    check: Check, words: tuple[str, ...], said: str
) -> None:
    recipe(_WARNED)

    done = check("r.yaml", *words)

    assert done.code == 2
    assert said in done.err


def test_a_comment_in_the_file_silences_a_warning(check: Check) -> None:
    recipe(_WARNED.replace("n: 2", "n: 2 # wanflow: ignore[unpicked-images]"))

    done = check("r.yaml")

    assert done.code == 0
    assert "unpicked-images" not in done.err
    assert "1 warning" in done.err


def test_fix_mends_the_file_and_nothing_else(check: Check) -> None:
    file = recipe(_TYPO)

    done = check("r.yaml", "--fix")

    assert file.read_text(encoding="utf-8") == _MENDED
    assert (done.code, done.out) == (0, "the recipe is sound\n")
    assert done.err.startswith("r.yaml: mended 3 problems\n")


def test_fixing_twice_changes_nothing_more(check: Check) -> None:
    file = recipe(_TYPO)
    check("r.yaml", "--fix")
    before = file.stat()

    done = check("r.yaml", "--fix")

    assert "mended" not in done.err
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert file.stat().st_ino == before.st_ino


def test_marks_line_ends_and_mode_stay(check: Check) -> None:
    file = Path("r.yaml")
    file.write_bytes(b"\xef\xbb\xbf" + _TYPO.replace("\n", "\r\n").encode().rstrip())
    file.chmod(0o640)

    check("r.yaml", "--fix")

    assert file.read_bytes() == b"\xef\xbb\xbf" + _MENDED.replace("\n", "\r\n").encode().rstrip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert list(Path.cwd().iterdir()) == [file.resolve()]


def test_a_link_stays_a_link(check: Check) -> None:
    file = recipe(_TYPO, "real.yaml")
    Path("link.yaml").symlink_to(file)

    check("link.yaml", "--fix")

    assert Path("link.yaml").is_symlink()
    assert file.read_text(encoding="utf-8") == _MENDED


def test_diff_shows_a_patch_and_writes_nothing(check: Check) -> None:
    file = recipe(_TYPO.rstrip("\n"))

    done = check("r.yaml", "--diff")

    assert file.read_text(encoding="utf-8") == _TYPO.rstrip("\n")
    assert done.code == 2
    assert done.out.startswith("--- a/r.yaml\n+++ b/r.yaml\n@@ ")
    assert "-  - uses: outpiant\n" in done.out
    assert done.out.endswith("+    size: 1280*720 # wide\n\\ No newline at end of file\n")


def test_the_diff_of_a_sound_recipe_is_empty(check: Check) -> None:
    recipe(_MENDED)

    done = check("r.yaml", "--diff")

    assert (done.code, done.out) == (0, "")


def test_a_mistake_that_hides_others_is_mended_first(check: Check) -> None:
    file = recipe(
        "name: a\ninputs: [photo]\nsteps:\n  - {id: x, use: outpaint, n: 2}\n"
        "  - use: outpiant\n    images: [x[2]]\n    prompt: {{ phto }} it's night\n"
    )

    done = check("r.yaml", "--fix")

    assert (done.code, done.out) == (0, "the recipe is sound\n")
    assert file.read_text(encoding="utf-8") == (
        "wanflow: 1\nname: a\ninputs: [photo]\nsteps:\n  - {id: x, use: outpaint, n: 2}\n"
        "  - use: outpaint\n    images: [\"x[2]\"]\n    prompt: '{{ photo }} it''s night'\n"
    )


def test_only_what_is_selected_is_mended(check: Check) -> None:
    file = recipe(_TYPO)

    check("r.yaml", "--fix", "--select", "wrong-form")

    assert file.read_text(encoding="utf-8") == _TYPO.replace("1280x720", "1280*720")


def test_a_name_in_a_template_is_mended_where_it_stands(check: Check) -> None:
    file = recipe(
        "wanflow: 1\nname: a\ninputs: {cat: image, mood: string}\nsteps:\n"
        "  - use: outpaint\n    images: [cat]\n"
        '    prompt: "图\\u56fe {{ moood }}\\n{{ mood | uper }}"\n'
    )

    check("r.yaml", "--fix")

    assert "{{ mood }}\\n{{ mood | uper }}" in file.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_said(check: Check) -> None:
    file = recipe(_TYPO, "a" * 245 + ".yaml")  # there is no room for the name of a file beside it

    done = check(str(file), "--fix")

    assert done.code == 2
    assert "cannot be written: File name too long" in done.err
    assert file.read_text(encoding="utf-8") == _TYPO


def test_two_keys_that_mean_the_same_are_not_made_one(check: Check) -> None:
    file = recipe(_MENDED + "    num_images: 2\n    batch_size: 3\n    pick: 1\n")

    check("r.yaml", "--fix")

    text = file.read_text(encoding="utf-8")
    assert text.count("\n    n: ") == 1
    assert "batch_size: 3" in text


def test_a_recipe_has_to_be_named(check: Check) -> None:
    done = check("photo=a.png")

    assert done.code == 2
    assert "name at least one recipe" in done.err


def test_a_file_that_somebody_changed_meanwhile_is_left_alone(check: Check) -> None:
    file = recipe(_TYPO)

    with pytest.raises(UsageError, match="was changed while it was checked"):
        write(file, b"new", instead_of=b"something else")

    assert file.read_text(encoding="utf-8") == _TYPO
    assert check("r.yaml").code == 2


def test_what_would_make_two_keys_one_is_left_when_nothing_else_is_to_be_mended(
    check: Check,
) -> None:
    file = recipe(_MENDED + "    imagse: [photo]\n    imges: [photo]\n")

    check("r.yaml", "--fix")

    text = file.read_text(encoding="utf-8")
    assert "    images: [photo]\n    imges: [photo]\n" in text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\nc\n", "a\nx\nc\n"),
        ("a\nb", "x\nb"),
        ("a\nb", "a\nx"),
        ("a\r\nb\r\n", "x\r\nb\r\n"),
        ("\ufeffa\nb\n", "\ufeffx\na\nb\n"),
        ("图\n", "图2\n"),
    ],
)
def test_a_patch_makes_the_one_of_the_other(before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(before, encoding="utf-8", newline="")

    patch = difference(before.encode(), after.encode(), file="r.yaml")
    (tmp_path / "p").write_text(patch, encoding="utf-8", newline="")
    subprocess.run(["git", "apply", "--whitespace=nowarn", "p"], cwd=tmp_path, check=True)

    assert file.read_bytes() == after.encode()
