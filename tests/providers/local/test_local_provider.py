import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import anyio
import pytest
from PIL import Image

from tests.providers.local.photographs import PICTURES, NewCall, Photo
from wanflow.errors import ImageError, StepError
from wanflow.execute.ports import Provider
from wanflow.model.values import JsonValue, Size
from wanflow.providers.local import files, worker
from wanflow.providers.local import provider as provider_module
from wanflow.providers.local.provider import LocalProvider


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_it_fits_the_port_and_names_its_version() -> None:
    provider: Provider = LocalProvider()

    assert provider.family == "local@2"


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_worker_makes_a_png_in_the_scratch_folder(new_call: NewCall) -> None:
    call = new_call("add_text", "coffee", text="早安")

    made = await LocalProvider(cores=1).edit(call)

    assert [file.parent for file in made.files] == [call.scratch]
    with Image.open(made.files[0], formats=["PNG"]) as image:
        assert (image.size, image.mode) == ((600, 400), "RGB")
    assert made.notes == ()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_refusal_in_the_worker_arrives_as_itself(new_call: NewCall) -> None:
    call = new_call("add_text", "coffee", text="早安😀")

    with pytest.raises(StepError, match=r"'😀' \(U\+1F600") as refusal:
        await LocalProvider().edit(call)

    assert refusal.value.code == "missing-glyph"
    assert "U+1F600" in (refusal.value.hint or "")


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_damaged_picture_is_named_by_its_file(new_call: NewCall, tmp_path: Path) -> None:
    damaged = tmp_path / "猫.png"
    damaged.write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")

    with pytest.raises(ImageError, match=r"猫\.png") as refusal:
        await LocalProvider().edit(new_call("detect", str(damaged), targets=["face"]))

    assert refusal.value.code == "image-unreadable"


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_operation_without_an_algorithm_names_who_can_do_it(new_call: NewCall) -> None:
    with pytest.raises(StepError, match="edit needs an image model") as refusal:
        await LocalProvider().edit(new_call(None, "coffee"))

    assert refusal.value.code == "needs-a-model"
    assert "--provider dashscope" in (refusal.value.hint or "")


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_algorithm_that_is_not_there_is_answered_with_those_that_are(
    new_call: NewCall,
) -> None:
    with pytest.raises(StepError, match="'levitate'") as refusal:
        await LocalProvider().edit(new_call("levitate", "coffee"))

    assert refusal.value.code == "unknown-algorithm"
    assert [name for name in worker.ALGORITHMS if name not in (refusal.value.hint or "")] == []


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_without_opencv_the_way_to_install_it_is_told(
    new_call: NewCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)

    with pytest.raises(StepError, match="cv2") as refusal:
        await LocalProvider().edit(new_call("detect", "coffee", targets=["face"]))

    assert refusal.value.code == "engine-not-installed"
    assert refusal.value.hint == "python -m pip install 'wanflow[local]'"


def test_an_opencv_that_does_not_load_is_told_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    worker._prepare.cache_clear()
    order = worker.Order(
        algorithm="detect", arguments={}, pictures=(), scratch=tmp_path, seeds=(0,)
    )

    with pytest.raises(StepError, match="cannot start") as refusal:
        worker.work(order)

    assert refusal.value.code == "engine-not-installed"


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_worker_that_dies_fails_its_step_only(
    new_call: NewCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_module, "Order", lambda **_: None)
    monkeypatch.setattr(provider_module, "work", _die)

    with pytest.raises(StepError, match="ended unexpectedly") as refusal:
        await LocalProvider().edit(new_call("detect", "coffee", targets=["face"]))

    assert refusal.value.code == "engine-crashed"


def _die(_: object) -> None:
    os._exit(3)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_one_picture_stands_as_often_as_asked_for_and_says_so(new_call: NewCall) -> None:
    made = await LocalProvider().edit(new_call("add_text", "coffee", n=3, text="A"))

    assert len(set(made.files)) == 3
    assert len({sha256(file) for file in made.files}) == 1
    assert [note.code for note in made.notes] == ["same_picture"]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_seeded_operation_counts_its_seed_up(
    new_call: NewCall, photo: Photo, tmp_path: Path
) -> None:
    provider = LocalProvider(cores=1)
    files.write(photo("coffee", 150), tmp_path / "small.png")
    small = str(tmp_path / "small.png")

    two = await provider.edit(new_call("outpaint", small, n=2, seed=4, seeded=True, left=0.2))
    second = await provider.edit(new_call("outpaint", small, seed=5, seeded=True, left=0.2))

    assert sha256(two.files[0]) != sha256(two.files[1])
    assert sha256(two.files[1]) == sha256(second.files[0])


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("algorithm", "pictures", "arguments"),
    [
        ("fuse", ("coffee", "rocket"), {"subject": "cup", "at": {"x": 0.8, "y": 0.9}}),
        ("enlarge", ("coffee",), {"subject": "cup", "scale": 1.2}),
        ("segment", ("astronaut",), {"targets": ["face", "subject"]}),
        ("compose", ("rocket", f"{PICTURES}/logo.png"), {"title": "星辰大海"}),
        ("inpaint", ("rocket", f"{PICTURES}/rocket-mask.png"), {}),
        ("storyboard", ("chelsea",), {"panels": ["看书", "撑伞"]}),
    ],
)
async def test_two_worker_processes_give_equal_bytes(
    new_call: NewCall,
    algorithm: str,
    pictures: tuple[str, ...],
    arguments: Mapping[str, JsonValue],
) -> None:
    calls = [new_call(algorithm, *pictures, also=arguments) for _ in range(2)]
    digests: list[str] = []

    async def run(provider: LocalProvider, at: int) -> None:
        digests.append(sha256((await provider.edit(calls[at])).files[0]))

    async with anyio.create_task_group() as group:
        for at in range(2):
            group.start_soon(run, LocalProvider(cores=1), at)

    assert len(set(digests)) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_cancelled_edit_returns_at_once_and_leaves_the_provider_usable(
    new_call: NewCall,
) -> None:
    provider = LocalProvider(cores=1)

    with anyio.move_on_after(0.05) as scope:
        await provider.edit(new_call("outpaint", "astronaut", aspect="4:1"))
    made = await provider.edit(new_call("add_text", "coffee", text="A"))

    assert scope.cancelled_caught
    assert len(made.files) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_arguments_of_any_mapping_reach_the_worker(new_call: NewCall) -> None:
    subtitle: JsonValue = MappingProxyType({"text": "二", "color": "red"})
    frozen = await LocalProvider().edit(
        new_call("add_text", "coffee", text="一", subtitle=subtitle)
    )
    plain = await LocalProvider().edit(
        new_call("add_text", "coffee", text="一", subtitle={"text": "二", "color": "red"})
    )

    assert sha256(frozen.files[0]) == sha256(plain.files[0])


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("algorithm", "arguments"),
    [
        ("add_text", {"text": "A"}),
        ("detect", {"targets": ["face"]}),
        ("outpaint", {"left": 0.1}),
        ("remove_text", {}),
        ("upscale", {"factor": 3}),
        ("enlarge", {"subject": "rocket"}),
        ("segment", {"targets": ["subject"]}),
        ("restage", {}),
        ("storyboard", {"panels": ["a", "b"]}),
    ],
)
async def test_a_wished_size_is_met_exactly(
    new_call: NewCall,
    photo: Photo,
    tmp_path: Path,
    algorithm: str,
    arguments: Mapping[str, JsonValue],
) -> None:
    files.write(photo("rocket", 200), tmp_path / "small.png")
    size = Size(width_px=300, height_px=201)
    call = new_call(algorithm, str(tmp_path / "small.png"), size=size, also=arguments)

    made = await LocalProvider().edit(call)

    with Image.open(made.files[0]) as image:
        assert image.size == (300, 201)
    assert "resampled" in [note.code for note in made.notes]


def test_the_parent_imports_neither_numpy_nor_opencv() -> None:
    code = (
        "import sys, wanflow.providers.local.provider;"
        "print([name for name in ('numpy', 'cv2', 'PIL') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment()
    )

    assert done.stdout.strip() == "[]"


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}


def test_what_is_drawn_is_drawn_at_the_wished_size(photo: Photo, tmp_path: Path) -> None:
    files.write(photo("coffee", 150), tmp_path / "small.png")
    order = worker.Order(
        algorithm="add_text",
        arguments={"text": "早安", "color": "#FF00FF", "size": "xl"},
        pictures=(tmp_path / "small.png",),
        scratch=tmp_path,
        seeds=(0,),
        size=Size(width_px=600, height_px=400),
    )

    names, notes = worker.work(order)

    result = files.read(tmp_path / names[0])
    assert result.shape == (400, 600, 3)
    assert (result == (255, 0, 255)).all(axis=2).sum() > 1000
    assert [note.code for note in notes] == ["resampled", "no_new_detail"]


def test_what_is_removed_is_removed_before_the_size_changes(photo: Photo, tmp_path: Path) -> None:
    files.write(photo("rocket", 150), tmp_path / "small.png")
    order = worker.Order(
        algorithm="remove_text",
        arguments={},
        pictures=(tmp_path / "small.png",),
        scratch=tmp_path,
        seeds=(0,),
        size=Size(width_px=50, height_px=50),
    )

    names, notes = worker.work(order)

    assert files.read(tmp_path / names[0]).shape == (50, 50, 3)
    assert [note.code for note in notes] == ["not_found: text", "resampled"]
