from pathlib import Path
from types import MappingProxyType

import pytest
from PIL import Image

from tests.providers.builtin.falling import fall_over
from wanflow.errors import ImageError, StepError
from wanflow.execute.ports import Call, Provider
from wanflow.model.plan import Job
from wanflow.model.values import Fingerprint, JobKey, JsonValue
from wanflow.providers.builtin.provider import BuiltinProvider


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def job(algorithm: str | None, *, n: int = 1, **arguments: JsonValue) -> Job:
    return Job(
        key=JobKey("cut"),
        operation="crop",
        operation_version="1.0.0",
        provider="builtin@1",
        model=None,
        algorithm=algorithm,
        prompt="",
        template="",
        language="zh",
        arguments=MappingProxyType(arguments),
        parameters={},
        images=(),
        fingerprint=Fingerprint("0" * 64),
        n=n,
    )


def picture(folder: Path) -> Path:
    path = folder / "图.png"
    Image.new("RGB", (40, 20), (10, 20, 30)).save(path)
    return path


@pytest.mark.anyio
async def test_a_job_is_done_in_another_process(tmp_path: Path) -> None:
    provider: Provider = BuiltinProvider()
    region = (0.5, 0, 0.5, 1)
    call = Call(job=job("crop", region=region), pictures=(picture(tmp_path),), scratch=tmp_path)

    made = await provider.edit(call)

    assert provider.family == "builtin@1"
    assert made.files == (tmp_path / "1.png",)
    with Image.open(made.files[0]) as image:
        assert image.size == (20, 20)


@pytest.mark.anyio
async def test_arguments_within_arguments_reach_the_other_process(tmp_path: Path) -> None:
    at = MappingProxyType({"x": 0, "y": 0})
    base = picture(tmp_path)
    call = Call(job=job("overlay", at=at), pictures=(base, base), scratch=tmp_path)

    made = await BuiltinProvider().edit(call)

    assert made.files == (tmp_path / "1.png",)


@pytest.mark.anyio
async def test_several_pictures_of_one_job_are_copies_and_that_is_said(tmp_path: Path) -> None:
    call = Call(
        job=job("convert", n=3, format="jpeg"), pictures=(picture(tmp_path),), scratch=tmp_path
    )

    made = await BuiltinProvider().edit(call)

    assert [file.name for file in made.files] == ["1.jpg", "2.jpg", "3.jpg"]
    assert len({file.read_bytes() for file in made.files}) == 1
    assert [note.code for note in made.notes] == ["same_picture"]


@pytest.mark.anyio
async def test_what_a_worker_refuses_arrives_with_its_code_and_hint(tmp_path: Path) -> None:
    broken = tmp_path / "cut.png"
    broken.write_bytes(picture(tmp_path).read_bytes()[:40])
    call = Call(job=job("crop", aspect="1:1"), pictures=(broken,), scratch=tmp_path)

    with pytest.raises(ImageError, match=r"cut\.png is cut off") as caught:
        await BuiltinProvider().edit(call)

    assert caught.value.code == "image-truncated"
    assert caught.value.hint


@pytest.mark.anyio
@pytest.mark.parametrize("algorithm", [None, "sharpen"])
async def test_an_unknown_algorithm_is_refused_by_name(
    tmp_path: Path, algorithm: str | None
) -> None:
    call = Call(job=job(algorithm), pictures=(), scratch=tmp_path)

    with pytest.raises(StepError, match=f"no builtin algorithm '{algorithm}'"):
        await BuiltinProvider().edit(call)


@pytest.mark.anyio
async def test_a_worker_that_falls_over_ends_one_step_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Call(job=job("crop", aspect="1:1"), pictures=(picture(tmp_path),), scratch=tmp_path)

    with monkeypatch.context() as patched:
        patched.setattr("wanflow.providers.builtin.provider.work", fall_over)
        with pytest.raises(StepError, match="the process that ran crop ended") as caught:
            await BuiltinProvider().edit(call)
    made = await BuiltinProvider().edit(call)

    assert caught.value.code == "engine-crashed"
    assert made.files[0].is_file()
