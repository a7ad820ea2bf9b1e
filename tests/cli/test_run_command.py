"""`wanflow run`, `plan`, `report`: a recipe becomes pictures and a report, again for nothing."""

import json
import shutil
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest
from PIL import Image

from tests.cli.running import ROOT, environment, run_files, wanflow
from wanflow import contract

RECIPE = """\
wanflow: 1
name: card
inputs: {photo: {type: image, default: 照片.png}, title: {type: string, default: 你好}}
steps:
  - {id: square, use: crop, with: {aspect: "1:1"}}
  - {id: small, use: resize, images: [square], with: {longest: 100}}
  - {id: turned, use: rotate, images: [square], with: {degrees: 90}}
  - {id: both, use: grid, images: [small, turned], with: {columns: 2}}
outputs: {poster: {from: both, name: "海报-{{ title }}"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    picture = Image.linear_gradient("L").resize((400, 300)).convert("RGB")
    picture.save(tmp_path / "照片.png")
    (tmp_path / "card.yaml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def digests(folder: Path, run: int) -> list[str]:
    directory = sorted(folder.glob("runs/*"))[run]
    return [sha256(file.read_bytes()).hexdigest() for file in sorted(directory.glob("images/*"))]


def test_a_run_leaves_pictures_outputs_a_lock_and_three_reports(folder: Path) -> None:
    done = wanflow("run", "card.yaml", cwd=folder)

    assert done.returncode == 0, done.stderr
    names = [file.name for file in run_files(folder, "images/*")]
    assert names == ["both-1.png", "small-1.png", "square-1.png", "turned-1.png"]
    assert [file.name for file in run_files(folder, "outputs/*")] == ["海报-你好.png"]
    assert [file.name for file in run_files(folder, "inputs/*")] == ["photo.png"]
    assert [file.suffix for file in run_files(folder, "report.*")] == [".html", ".json", ".md"]
    assert run_files(folder, "recipe.yaml")[0].read_text(encoding="utf-8") == RECIPE
    assert "wanflow_lock: 1" in (folder / "card.lock.yaml").read_text(encoding="utf-8")


def test_the_same_again_executes_nothing_and_leaves_the_same_bytes(folder: Path) -> None:
    wanflow("run", "card.yaml", cwd=folder)
    lock = (folder / "card.lock.yaml").read_bytes()

    again = wanflow("run", "card.yaml", "--json", cwd=folder)

    assert [step["state"] for step in json.loads(again.stdout)["steps"]] == ["reused"] * 4
    assert digests(folder, 0) == digests(folder, 1)
    assert (folder / "card.lock.yaml").read_bytes() == lock


def test_a_change_runs_that_step_and_what_hangs_on_it_and_the_plan_says_so(folder: Path) -> None:
    wanflow("run", "card.yaml", cwd=folder)
    (folder / "card.yaml").write_text(RECIPE.replace("longest: 100", "longest: 120"), "utf-8")

    plan = wanflow("plan", "card.yaml", "--json", cwd=folder)
    told = wanflow("plan", "card.yaml", cwd=folder)
    done = wanflow("run", "card.yaml", "--json", cwd=folder)

    steps = {
        step["step"]: (step["action"], step["reason"]) for step in json.loads(plan.stdout)["steps"]
    }
    assert steps == {
        "square": ("reuse", "recorded"),
        "small": ("run", "arguments-changed"),
        "turned": ("reuse", "recorded"),
        "both": ("run", "upstream-changed"),
    }
    assert "longest '100' to '120'" in told.stdout
    states = [step["state"] for step in json.loads(done.stdout)["steps"]]
    assert states == ["reused", "done", "reused", "done"]


def test_a_plan_writes_nothing(folder: Path) -> None:
    before = sorted(folder.rglob("*"))

    done = wanflow("plan", "card.yaml", cwd=folder)

    assert done.returncode == 0
    assert sorted(folder.rglob("*")) == before


def test_plan_check_tells_by_its_exit_code(folder: Path) -> None:
    before = wanflow("plan", "--check", "card.yaml", cwd=folder)
    wanflow("run", "card.yaml", cwd=folder)
    after = wanflow("plan", "--check", "card.yaml", cwd=folder)

    assert (before.returncode, after.returncode) == (10, 0)


@pytest.mark.parametrize(
    ("command", "schema"), [("plan", "plan"), ("run", "report"), ("check", "problems")]
)
def test_json_is_held_to_its_schema(folder: Path, command: str, schema: str) -> None:
    done = wanflow(command, "card.yaml", "--json", cwd=folder)

    jsonschema.validate(json.loads(done.stdout), json.loads(contract.schema(schema)))


def test_selected_steps_are_made_with_what_they_need(folder: Path) -> None:
    done = wanflow("run", "card.yaml", "--only", "small", "--json", cwd=folder)

    states = {step["key"]: step["state"] for step in json.loads(done.stdout)["steps"]}
    assert states == {"square": "done", "small": "done", "turned": "skipped", "both": "skipped"}
    assert not (folder / "card.lock.yaml").exists()


def test_a_step_that_is_not_there_gets_the_nearest_name(folder: Path) -> None:
    done = wanflow("run", "card.yaml", "--only", "samll", cwd=folder)

    assert done.returncode == 2
    assert "did you mean 'small'?" in done.stderr


def test_another_take_is_made_beside_the_first(folder: Path) -> None:
    wanflow("run", "card.yaml", cwd=folder)

    done = wanflow("run", "card.yaml", "--take", "turned=2", "--json", cwd=folder)

    steps = {step["key"]: step for step in json.loads(done.stdout)["steps"]}
    assert steps["turned"]["decision"]["reason"] == "take-changed"
    assert steps["small"]["state"] == "reused"


def test_frozen_gives_the_same_for_nothing_or_refuses(folder: Path) -> None:
    without = wanflow("run", "card.yaml", "--frozen", cwd=folder)
    wanflow("run", "card.yaml", cwd=folder)
    same = wanflow("run", "card.yaml", "--frozen", cwd=folder)
    other = wanflow("run", "card.yaml", "--frozen", "title=再见", cwd=folder)
    (folder / "card.yaml").write_text(RECIPE.replace("90", "180"), encoding="utf-8")
    changed = wanflow("run", "card.yaml", "--frozen", cwd=folder)

    assert (without.returncode, same.returncode) == (2, 0), same.stderr
    assert "needs the lock" in without.stderr
    assert "inputs: title" in other.stderr
    assert "step 'turned' would run" in changed.stderr


def test_a_damaged_picture_of_the_workspace_is_made_again(folder: Path) -> None:
    wanflow("run", "card.yaml", cwd=folder)
    small = run_files(folder, "images/small-1.png")[0]
    name = sha256(small.read_bytes()).hexdigest()
    (stored,) = folder.glob(f".wanflow/objects/*/{name}*")
    stored.chmod(0o644)
    stored.write_bytes(b"something else")

    done = wanflow("run", "card.yaml", "--json", cwd=folder)

    steps = {step["key"]: step for step in json.loads(done.stdout)["steps"]}
    assert steps["small"]["decision"]["reason"] == "objects-missing"
    assert (steps["both"]["state"], done.returncode) == ("done", 0)


def test_a_step_that_fails_leaves_a_report_and_a_way_on(folder: Path) -> None:
    text = RECIPE.replace('{aspect: "1:1"}}', '{aspect: "1:1"}, expect: {ratio: "16:9"}}')
    (folder / "card.yaml").write_text(text, encoding="utf-8")

    done = wanflow("run", "card.yaml", cwd=folder)

    assert done.returncode == 1
    assert "expected ratio 16:9 of picture 1, it has 300*300" in done.stdout
    assert "wanflow run card.yaml" in done.stdout
    assert len(run_files(folder, "report.html")) == 1


def test_a_picture_of_a_failed_expectation_is_not_made_twice(folder: Path) -> None:
    text = RECIPE.replace('{aspect: "1:1"}}', '{aspect: "1:1"}, expect: {ratio: "16:9"}}')
    (folder / "card.yaml").write_text(text, encoding="utf-8")
    wanflow("run", "card.yaml", cwd=folder)
    (folder / "card.yaml").write_text(text.replace("16:9", "1:1"), encoding="utf-8")

    done = wanflow("run", "card.yaml", "--json", cwd=folder)

    steps = {step["key"]: step["state"] for step in json.loads(done.stdout)["steps"]}
    assert (done.returncode, steps["square"]) == (0, "reused")


def test_the_report_of_a_run_is_written_again(folder: Path) -> None:
    wanflow("run", "card.yaml", cwd=folder)
    page = run_files(folder, "report.html")[0]
    before = page.read_text(encoding="utf-8")
    page.unlink()

    for name in ("last", "card-2", str(page.parent)):
        done = wanflow("report", name, cwd=folder)
        assert done.returncode == 0, done.stderr

    assert page.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "nothing"), "no run"),
        (("run", "crad.yaml"), "did you mean 'card.yaml'?"),
        (("run", "."), "is a folder"),
        (("run", "card.yaml", "photo=missing.png"), "there is no picture"),
        (("run", "card.yaml", "titel=x"), "did you mean 'title'?"),
        (("run", "card.yaml", "title"), "not of the form name=value"),
        (("run", "card.yaml", "--provider", "lokal"), "did you mean 'local'?"),
        (("rnu", "card.yaml"), "did you mean 'run'?"),
        (("run", "card.yaml", "--take", "small=0"), "write --take STEP=2"),
        (("run", "card.yaml", "--inputs", "none.yaml"), "cannot be read"),
        (("schema", "recip"), "did you mean 'recipe'?"),
        (("ops", "outpant"), "did you mean 'outpaint'?"),
        (("models", "wan2.5"), "did you mean 'wan2.5-i2i-preview'?"),
        (("new", "card.yaml"), "exists already"),
        (("new", "card"), "wanflow new card.yaml"),
    ],
)
def test_a_wrong_word_gets_a_clear_answer_and_changes_nothing(
    folder: Path, words: tuple[str, ...], said: str
) -> None:
    wanflow("run", "card.yaml", cwd=folder) if words[0] == "report" else None
    before = sorted(folder.glob("runs/*"))

    done = wanflow(*words, cwd=folder)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(folder.glob("runs/*")) == before


def test_inputs_come_from_a_file_and_words_win(folder: Path) -> None:
    (folder / "inputs.yaml").write_text("title: 早\nphoto: 照片.png\n", encoding="utf-8")

    wanflow("run", "card.yaml", "--inputs", "inputs.yaml", cwd=folder)
    wanflow("run", "card.yaml", "--inputs", "inputs.yaml", "title=晚", cwd=folder)

    names = {file.name for file in run_files(folder, "outputs/*")}
    assert names == {"海报-早.png", "海报-晚.png"}


def test_a_picture_outside_of_the_recipes_folder_needs_leave(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "card.yaml").write_text(RECIPE.replace("照片.png", "../照片.png"), encoding="utf-8")

    refused = wanflow("check", "inner/card.yaml", cwd=folder)
    allowed = wanflow("check", "inner/card.yaml", "--allow-dir", ".", cwd=folder)
    own_word = wanflow("check", "inner/card.yaml", "photo=照片.png", cwd=folder)

    assert (refused.returncode, allowed.returncode, own_word.returncode) == (2, 0, 0)
    assert "lies outside of the recipe's folder" in refused.stderr


def test_settings_come_from_the_nearest_file_and_the_environment(folder: Path) -> None:
    (folder / "wanflow.toml").write_text('out = "results"\nworkspace = "kept"\n', encoding="utf-8")

    done = wanflow("run", "card.yaml", "-q", cwd=folder)

    assert done.returncode == 0
    assert done.stdout.strip().startswith("results/card-")
    assert (folder / "kept").is_dir()


@pytest.mark.parametrize("text", ["nonsense = 1", "out = 3", "= broken"])
def test_settings_that_are_wrong_are_named(folder: Path, text: str) -> None:
    (folder / "wanflow.toml").write_text(text, encoding="utf-8")

    done = wanflow("check", "card.yaml", cwd=folder)

    assert done.returncode == 2
    assert "wanflow.toml" in done.stderr


def test_the_first_recipe_runs_as_it_was_written(tmp_path: Path) -> None:
    new = wanflow("new", "my recipe.yaml", cwd=tmp_path)
    checked = wanflow("check", "my recipe.yaml", cwd=tmp_path)

    assert (new.returncode, checked.returncode) == (0, 0)
    assert "name: my-recipe" in (tmp_path / "my recipe.yaml").read_text(encoding="utf-8")


SLOW = ("run", "fuse-detect-outpaint.yaml")


def recipes(folder: Path) -> Path:
    shutil.copytree(ROOT / "recipes", folder / "recipes")
    return folder / "recipes"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_ends_in_order_and_goes_on_where_it_was(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    cwd = recipes(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "wanflow", *SLOW],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "placed: running" in line:
            break
    process.send_signal(number)
    out, err = process.communicate(timeout=30)

    assert process.returncode == code
    assert "Traceback" not in out + err
    assert "wanflow run fuse-detect-outpaint.yaml" in out
    assert json.loads(run_files(cwd, "report.json")[0].read_text("utf-8"))["state"] == "interrupted"
    again = wanflow(*SLOW, cwd=cwd)
    assert again.returncode == 0, again.stderr
    assert len(run_files(cwd, "report.html")) == 1  # the same run went on


def test_a_second_process_at_the_same_run_is_told_who_holds_it(tmp_path: Path) -> None:
    cwd = recipes(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "wanflow", *SLOW], cwd=cwd, env=environment(), stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 20
    while not run_files(cwd, "recipe.yaml") and time.monotonic() < deadline:
        time.sleep(0.02)
    beside = wanflow(*SLOW, cwd=cwd)
    own = wanflow(*SLOW, "--new", cwd=cwd)
    process.communicate(timeout=60)

    assert (beside.returncode, own.returncode, process.returncode) == (5, 0, 0)
    assert f"is held by process {process.pid}" in beside.stderr
    assert "--new" in beside.stderr
