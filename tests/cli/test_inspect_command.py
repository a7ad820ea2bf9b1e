"""`wanflow inspect`: what a picture says of itself, and what its run says of it."""

import json
import shutil
import zlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.running import ROOT, run_files, wanflow
from tests.imaging.telling import (
    HOSTILE,
    SERVICE_LABEL,
    facts,
    from_service,
    picture,
    with_chunk,
    with_text,
)
from wanflow.cli.compose import Ask, draft
from wanflow.contract import schema
from wanflow.imaging.metadata.label import labelled
from wanflow.model.provenance import Facts, MetadataMode

FORM = jsonschema.Draft202012Validator(json.loads(schema("inspection")))
CHAIN = """
wanflow: 1
name: chain
version: 1.0.0
inputs:
  photos: {type: images}
  back: {type: image, default: back.png}
  turn: {type: integer, default: 90}
steps:
  - {id: parts, use: grid, images: ['photos[*]']}
  - {id: aside, use: rotate, images: [parts], with: {degrees: "{{ turn }}"}}
  - {id: whole, use: overlay, images: [parts, back], with: {opacity: 0.5}}
  - {id: large, use: upscale, images: [whole], with: {factor: 2}}
  - {id: seal, use: overlay, images: [large, marks/seal.png]}
outputs: {poster: seal, turned: aside}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the chain has been run once."""
    cwd = tmp_path_factory.mktemp("project")
    (cwd / "marks").mkdir()
    for name, form in (("one.png", "PNG"), ("two.jpg", "JPEG"), ("back.png", "PNG")):
        (cwd / name).write_bytes(picture(form))
    (cwd / "back.png").write_bytes(with_text(picture("PNG"), b"Comment", "another"))
    (cwd / "marks/seal.png").write_bytes(from_service("PNG"))
    (cwd / "chain.yaml").write_text(CHAIN, encoding="utf-8")
    done = wanflow("run", "chain.yaml", "photos=one.png", "photos=two.jpg", cwd=cwd)
    assert done.returncode == 0, done.stderr
    return cwd


def seen(path: Path | str, *, cwd: Path, words: tuple[str, ...] = ()) -> dict[str, Any]:
    done = wanflow("inspect", str(path), "--json", *words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    FORM.validate(value)
    assert isinstance(value, dict)
    return value


def poster(project: Path) -> Path:
    (file,) = run_files(project, "outputs/poster.png")
    return file


def alone(folder: Path, data: bytes) -> Path:
    (folder / "lone.png").write_bytes(data)
    return folder / "lone.png"


def full(**changes: object) -> Facts:
    return facts(operation="edit", **changes)


def test_a_result_leads_back_to_its_inputs(project: Path) -> None:
    found = seen(poster(project), cwd=project)

    run = found["run"]
    assert run["match"] == "written"
    assert [step["step"] for step in run["chain"]] == ["parts", "whole", "large", "seal"]
    names = [(one["name"], one["file"]) for one in run["inputs"]]
    assert names == [
        ("photos", "inputs/photos.png"),
        ("photos", "inputs/photos-2.jpg"),
        ("back", "inputs/back.png"),
        ("marks/seal.png", "inputs/seal.png"),
    ]
    assert found["unchanged"] is True
    assert [one["text"] for one in found["labels"]] == [SERVICE_LABEL]  # that of the seal
    assert found["record"]["run"] == run["run"]


def test_a_stored_picture_is_found_by_its_digest_wherever_it_lies(
    project: Path, tmp_path: Path
) -> None:
    (image,) = run_files(project, "images/large-1.png")
    copy = shutil.copy(image, tmp_path / "somewhere.png")

    found = seen(copy, cwd=tmp_path, words=("--workspace", str(project / ".wanflow")))

    assert found["record"] is None
    assert (found["run"]["match"], found["run"]["step"]) == ("stored", "large")


def test_a_picture_that_a_run_was_given_is_told_as_such(project: Path) -> None:
    (image,) = run_files(project, "inputs/back.png")

    found = seen(image, cwd=project)

    assert (found["run"]["match"], found["run"]["chain"]) == ("input", [])


def test_a_result_that_was_changed_names_its_run_and_no_more(project: Path, tmp_path: Path) -> None:
    (turned,) = run_files(project, "outputs/turned.png")
    changed = alone(tmp_path, with_text(turned.read_bytes(), b"Comment", "mine"))

    found = seen(changed, cwd=project)
    text = wanflow("inspect", str(changed), cwd=project).stdout

    assert found["run"]["match"] == "named"
    assert found["unchanged"] is False
    assert "its bytes are others than the run wrote" in text
    assert seen(turned, cwd=project)["unchanged"] is True


def test_without_a_run_a_picture_says_what_it_has(tmp_path: Path) -> None:
    lone = alone(tmp_path, labelled(from_service("PNG"), facts(), "label"))

    found = seen(lone, cwd=tmp_path)
    text = wanflow("inspect", "lone.png", cwd=tmp_path).stdout

    assert (found["run"], found["record"]["recipe"]) == (None, "poster@1.2.0")
    assert [one["text"] for one in found["labels"]] == [SERVICE_LABEL]
    assert "no run of this picture was found here" in text
    assert "recipe poster@1.2.0, step 'placed' (fuse), picture 1" in text
    assert "compositeWithTrainedAlgorithmicMedia (IPTC digital source type)" in text
    assert SERVICE_LABEL in text
    assert not (tmp_path / ".wanflow").exists()


def test_texts_of_other_programs_are_shown_and_cannot_command_the_terminal(
    tmp_path: Path,
) -> None:
    data = with_chunk(picture("PNG"), b"tEXt", b"parameters\0a cat\x1b[2J\nSteps: 20")
    data = with_chunk(data, b"iTXt", "workflow\0\0\0\0\0{}\u202e".encode())
    data = with_chunk(data, b"zTXt", b"prompt\0\0" + zlib.compress(b"x" * 5000))
    data = with_chunk(data, b"zTXt", b"broken\0\0?")
    lone = alone(tmp_path, with_chunk(data, b"caBX", b"jumb"))

    text = wanflow("inspect", str(lone), cwd=tmp_path).stdout
    found = seen(lone, cwd=tmp_path)

    assert "parameters [tEXt]  a cat\\x1b[2J\\x0aSteps: 20" in text
    assert "workflow [iTXt]  {}\\u{202e}" in text
    assert "prompt [zTXt, 5000 characters]  xxx" in text
    assert "broken [zTXt]  cannot be unpacked" in text
    assert "its signature was not checked" in text
    assert {one["keyword"] for one in found["texts"]} == {
        "parameters",
        "workflow",
        "prompt",
        "broken",
    }


@pytest.mark.parametrize("text", HOSTILE[:3] + HOSTILE[5:8], ids=range(6))
def test_a_hostile_record_stays_text(text: str, tmp_path: Path) -> None:
    lone = alone(tmp_path, labelled(picture("PNG"), facts(prompt=text, run=text), "full"))

    done = wanflow("inspect", str(lone), cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert set(done.stdout) & set("\0\x01\x1b\u202e\u2066\r") == set()
    assert seen(lone, cwd=tmp_path)["record"]["prompt"] == text


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("gone.png", None, "there is no picture"),
        ("cut.png", from_service("PNG")[:300], "is cut off"),
        ("text.png", b"hello", "not-an-image"),
    ],
)
def test_what_is_no_whole_picture_is_refused(
    name: str, data: bytes | None, words: str, tmp_path: Path
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)

    done = wanflow("inspect", name, cwd=tmp_path)

    assert done.returncode == 2
    assert words in done.stderr or "PNG, JPEG, BMP and WEBP" in done.stderr


def test_a_picture_with_nothing_in_it_is_told_in_two_lines(tmp_path: Path) -> None:
    (tmp_path / "plain.bmp").write_bytes(picture("BMP"))

    done = wanflow("inspect", "plain.bmp", cwd=tmp_path)

    assert done.stdout.splitlines()[0].startswith("plain.bmp: BMP, 40*30 pixels,")
    assert len(done.stdout.splitlines()) == 4


def test_a_workspace_that_cannot_be_searched_is_no_obstacle(tmp_path: Path) -> None:
    lone = alone(tmp_path, labelled(picture("PNG"), facts(), "label"))
    (tmp_path / ".wanflow").mkdir()
    (tmp_path / ".wanflow/README.txt").write_text("not one", encoding="utf-8")

    found = seen(lone, cwd=tmp_path)

    assert found["run"] is None
    assert found["remarks"][0].startswith("the workspace")


def test_a_record_of_another_version_is_told(tmp_path: Path) -> None:
    lone = alone(tmp_path, with_text(picture("PNG"), b"wanflow", '{"v":9}'))

    done = wanflow("inspect", str(lone), cwd=tmp_path)

    assert "note: its wanflow record is damaged, or of another version" in done.stdout


def test_a_report_that_is_none_is_passed_over(project: Path, tmp_path: Path) -> None:
    lone = alone(tmp_path, poster(project).read_bytes())
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")

    assert seen(lone, cwd=tmp_path)["run"] is None


def test_the_recipe_of_a_run_comes_back_with_its_pictures_and_runs(
    project: Path, tmp_path: Path
) -> None:
    again = project / "again"

    wrote = wanflow("inspect", str(poster(project)), "--recipe", "again", cwd=project)
    plan = wanflow("plan", "recipe.yaml", "--inputs", "inputs.json", "--check", cwd=again)
    shutil.copytree(again, tmp_path / "moved")
    done = wanflow("run", "recipe.yaml", "--inputs", "inputs.json", cwd=tmp_path / "moved")

    assert wrote.returncode == 0, wrote.stderr
    assert "with 4 pictures" in wrote.stdout
    assert "checked: every step asks for exactly what it asked for in that run" in wrote.stdout
    assert "then: cd again && wanflow run recipe.yaml --inputs inputs.json" in wrote.stdout
    assert (again / "recipe.yaml").read_text(encoding="utf-8") == CHAIN
    assert plan.returncode == 0, plan.stdout  # nothing would run
    assert done.returncode == 0, done.stderr
    for name in ("seal-1.png", "aside-1.png"):
        (before,) = run_files(project, f"images/{name}")
        (after,) = run_files(tmp_path / "moved", f"images/{name}")
        assert after.read_bytes() == before.read_bytes()


def test_a_folder_that_is_not_empty_is_not_written_to(project: Path) -> None:
    done = wanflow("inspect", str(poster(project)), "--recipe", "marks", cwd=project)

    assert done.returncode == 2
    assert "'marks' is there already" in done.stderr


def test_a_recipe_and_json_are_not_given_together(project: Path) -> None:
    done = wanflow("inspect", str(poster(project)), "--recipe", "x", "--json", cwd=project)

    assert done.returncode == 2
    assert "--recipe and --json do not go together" in done.stderr


def test_pictures_that_are_gone_are_named(project: Path, tmp_path: Path) -> None:
    (run,) = project.glob("runs/chain-*")
    copy = Path(shutil.copytree(run, tmp_path / "run"))
    shutil.rmtree(copy / "inputs")

    done = wanflow("inspect", "run/outputs/poster.png", "--recipe", "again", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "missing: the picture 'back'" in done.stdout
    assert "it does not run as it is" in done.stdout


def test_pictures_are_taken_from_the_workspace_where_the_run_has_lost_them(
    project: Path, tmp_path: Path
) -> None:
    (run,) = project.glob("runs/chain-*")
    copy = Path(shutil.copytree(run, tmp_path / "run"))
    shutil.rmtree(copy / "inputs")
    workspace = ("--workspace", str(project / ".wanflow"))

    done = wanflow(
        "inspect", "run/outputs/poster.png", "--recipe", "again", *workspace, cwd=tmp_path
    )

    assert "missing" not in done.stdout
    assert "checked: every step asks for exactly" in done.stdout


def test_a_recipe_that_was_changed_in_the_report_is_not_given_back(
    project: Path, tmp_path: Path
) -> None:
    (run,) = project.glob("runs/chain-*")
    copy = Path(shutil.copytree(run, tmp_path / "run"))
    report = json.loads((copy / "report.json").read_text(encoding="utf-8"))
    report["recipe_source"] += "# changed\n"
    (copy / "report.json").write_text(json.dumps(report), encoding="utf-8")
    words = ("inspect", "run/outputs/poster.png", "--recipe")

    kept = wanflow(*words, "again", cwd=tmp_path)
    (copy / "recipe.yaml").unlink()
    lost = wanflow(*words, "more", cwd=tmp_path)

    assert (tmp_path / "again/recipe.yaml").read_text(encoding="utf-8") == CHAIN
    assert kept.returncode == 0
    assert lost.returncode == 2
    assert "is no longer what was run" in lost.stderr


def test_pictures_from_outside_the_recipes_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "seal.png").write_bytes(picture("PNG"))
    text = CHAIN.replace("marks/seal.png", "../seal.png").replace("{type: images}", "{type: image}")
    text = text.replace("'photos[*]'", "photos")
    (tmp_path / "below/chain.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "below/back.png").write_bytes(picture("PNG"))
    words = ("chain.yaml", "photos=back.png", "--allow-dir", "..")
    assert wanflow("run", *words, cwd=tmp_path / "below").returncode == 0
    file = poster(tmp_path / "below")

    done = wanflow("inspect", str(file), "--recipe", "again", cwd=tmp_path / "below")

    assert "missing: the recipe takes '../seal.png' from outside its folder" in done.stdout


def test_a_recipe_whose_operations_lay_beside_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(picture("PNG"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/larger.yaml").write_text(
        "wanflow: 1\noperation: larger\nversion: 1.0.0\nsummary: Larger\n"
        "images: {min: 1, max: 1}\nprompt: {en: 'Enlarge {{ fig.picture }}'}\nlocal: upscale\n"
        "result: {size: upscaled}\nsource_type: {local: composite}\n",
        encoding="utf-8",
    )
    text = (
        "wanflow: 1\nname: own\nversion: 1.0.0\noperations: ./mine\ninputs: [photo]\n"
        "steps: [{use: larger}]\noutputs: {big: larger}\n"
    )
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    ran = wanflow("run", "own.yaml", "photo=photo.png", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    (file,) = run_files(tmp_path, "outputs/big.png")

    done = wanflow("inspect", str(file), "--recipe", "again", cwd=tmp_path)
    shutil.copytree(tmp_path / "mine", tmp_path / "again/mine")
    plan = wanflow(
        "plan", "recipe.yaml", "--inputs", "inputs.json", "--check", cwd=tmp_path / "again"
    )

    assert seen(file, cwd=tmp_path)["source_type"] == "composite"
    assert "copy the folder of operation files that lay beside the recipe" in done.stdout
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_a_run_with_other_takes_is_not_called_the_same(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(picture("PNG"))
    text = CHAIN.partition("inputs:")[0] + (
        "inputs: {photo: {type: image, default: photo.png}}\n"
        "steps: [{use: upscale, images: [photo]}]\noutputs: {big: upscale}\n"
    )
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    assert wanflow("run", "one.yaml", "--take", "upscale=2", cwd=tmp_path).returncode == 0
    (file,) = run_files(tmp_path, "outputs/big.png")

    done = wanflow("inspect", str(file), "--recipe", "again", cwd=tmp_path)

    assert "not quite the same: upscale would be asked for otherwise" in done.stdout
    assert "wanflow run one.yaml --take upscale=2" in done.stdout


def test_the_last_step_comes_back_from_a_file_that_holds_the_words(tmp_path: Path) -> None:
    prompt = '把图1放到图2 {{ not a template }} {% nor this %} {{{ "quoted" \\ end'
    told = full(prompt=prompt, parameters={"n": 1, "negative_prompt": "{# dark #}"}, arguments={})
    lone = alone(tmp_path, labelled(picture("PNG"), told, "full"))

    wrote = wanflow("inspect", str(lone), "--recipe", "again", cwd=tmp_path)
    words = ("again/recipe.yaml", "picture1=lone.png", "picture2=lone.png")
    plan = wanflow("plan", *words, "--provider", "dashscope", cwd=tmp_path)
    made = draft(
        Ask(
            recipe=tmp_path / "again/recipe.yaml",
            inputs={"picture1": str(lone), "picture2": str(lone)},
            provider="dashscope",
        )
    )

    assert "the last step alone, from what the file says" in wrote.stdout
    assert f"picture1={'d' * 64}" in wrote.stdout
    assert plan.returncode == 0, plan.stderr
    assert made.prepared is not None
    (job,) = made.prepared.jobs
    assert (job.operation, job.prompt) == ("edit", prompt)
    assert job.parameters["negative_prompt"] == "{# dark #}"


@pytest.mark.parametrize(
    ("told", "mode", "words"),
    [
        (facts(), "label", "says which recipe made it, and not with what words"),
        (facts(operation="mine"), "full", "by the operation 'mine', which is not in the catalogue"),
        (None, "full", "does not say what made it"),
    ],
)
def test_a_file_that_tells_too_little_gives_no_recipe(
    told: Facts | None, mode: MetadataMode, words: str, tmp_path: Path
) -> None:
    data = labelled(picture("PNG"), told, mode) if told else picture("PNG")
    lone = alone(tmp_path, data)

    done = wanflow("inspect", str(lone), "--recipe", "again", cwd=tmp_path)

    assert done.returncode == 2
    assert words in done.stderr
    assert "--workspace" in done.stderr
    assert not (tmp_path / "again").exists()


def test_exact_pixel_work_comes_back_without_a_prompt(tmp_path: Path) -> None:
    told = facts(
        operation="crop", provider="builtin", prompt="", model=None, seed=None,
        inputs=("d" * 64,), arguments={"aspect": "1:1"},
    )  # fmt: skip
    lone = alone(tmp_path, labelled(picture("PNG"), told, "full"))

    wanflow("inspect", str(lone), "--recipe", "again", cwd=tmp_path)
    done = wanflow("run", "again/recipe.yaml", "picture1=lone.png", cwd=tmp_path)

    assert done.returncode == 0, done.stderr


def test_the_command_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")

    assert "## inspect" in text
