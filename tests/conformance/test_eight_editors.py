"""All eight editors, by the official SDK and by our own client, at one emulator over HTTP."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import dashscope
import httpx
import pytest
from dashscope.aigc import image_generation
from PIL import Image

from tests.conformance.conftest import opened, point_sdk_at
from tests.conformance.served import Served, served
from tests.providers.dashscope.counter import file_image, job
from wanflow.emulator.models import Model, find_model, known_models
from wanflow.errors import UndecidedError
from wanflow.execute.ports import Call, Made
from wanflow.imaging.probe import probe
from wanflow.loading import catalogue
from wanflow.model.card import ModelCard
from wanflow.model.plan import Job
from wanflow.providers.dashscope.key import ApiKey
from wanflow.providers.dashscope.provider import DashScopeProvider
from wanflow.providers.dashscope.regions import service_at
from wanflow.providers.dashscope.settings import Settings
from wanflow.store.ledger import SqliteLedger

ImageSynthesis: Any = dashscope.ImageSynthesis
ImageGeneration: Any = image_generation.ImageGeneration
MultiModalConversation: Any = dashscope.MultiModalConversation

# The emulator's tasks are done at once: whoever expects that need not wait to look.
CARDS = {name: replace(card, latency_typical_s=0.1) for name, card in catalogue().models.items()}
OUTSIDE = "https://example.com/a.png"
WANX = "wanx2.1-imageedit"
TASKS = ["wan2.6-image", "wan2.7-image", "wan2.7-image-pro"]
AT_ONCE = ["qwen-image-edit", "qwen-image-edit-plus", "qwen-image-edit-max"]

pytestmark = [
    # The SDK leaves its pooled connections to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dashscope.*"),
]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PNG that every editor takes as it is."""
    path = tmp_path_factory.mktemp("large") / "大.png"
    Image.new("RGB", (800, 600), (30, 90, 160)).save(path)
    return path


def messages(*images: str) -> list[dict[str, Any]]:
    content = [*({"image": image} for image in images), {"text": "edit"}]
    return [{"role": "user", "content": content}]


def sizes(urls: list[str]) -> list[tuple[int, int]]:
    answers = [httpx.get(url, trust_env=False) for url in urls]
    return [opened(answer.content)[1] for answer in answers]


def content(answer: Any) -> list[dict[str, str]]:  # noqa: ANN401 - the SDK's own class
    return [part for one in answer.output["choices"] for part in one["message"]["content"]]


def test_there_are_eight_cards_and_the_emulator_serves_each() -> None:
    assert len(CARDS) == 8
    assert {model.name for model in known_models()} == CARDS.keys()


@pytest.mark.parametrize(
    ("function", "parameters", "size"),
    [
        ("stylization_all", {"strength": 0.3}, (800, 600)),
        ("stylization_local", {}, (800, 600)),
        ("description_edit", {"strength": 1}, (800, 600)),
        ("remove_watermark", {}, (800, 600)),
        ("expand", {"left_scale": 1.5, "top_scale": 1.25}, (1200, 750)),
        ("super_resolution", {"upscale_factor": 2}, (1600, 1200)),
        ("colorization", {}, (800, 600)),
        ("doodle", {"is_sketch": True}, (800, 600)),
        ("control_cartoon_feature", {}, (800, 600)),
    ],
)
@pytest.mark.usefixtures("sdk")
def test_the_sdk_reaches_every_function_of_the_older_editor(
    large: Path, function: str, parameters: dict[str, Any], size: tuple[int, int]
) -> None:
    answer = ImageSynthesis.call(
        model=WANX, function=function, prompt="x", base_image_url=f"file://{large}", n=1,
        **parameters,
    )  # fmt: skip

    assert answer.output.task_status == "SUCCEEDED", answer
    assert sizes([result.url for result in answer.output.results]) == [size]


@pytest.mark.usefixtures("sdk")
def test_the_sdk_sends_the_older_editor_a_mask(large: Path) -> None:
    with_mask: dict[str, Any] = {
        "model": WANX,
        "function": "description_edit_with_mask",
        "prompt": "x",
        "base_image_url": OUTSIDE,
        "n": 1,
    }

    good = ImageSynthesis.call(**with_mask, mask_image_url=f"file://{large}")
    without = ImageSynthesis.async_call(**with_mask)

    assert good.output.task_status == "SUCCEEDED"
    assert (without.status_code, without.code) == (400, "InvalidParameter")


@pytest.mark.parametrize("model", TASKS)
@pytest.mark.usefixtures("sdk")
def test_the_sdk_gets_the_newer_wan_editors_at_once_and_as_a_task(model: str) -> None:
    at_once = ImageGeneration.call(model=model, messages=messages(OUTSIDE), n=2, size="1K")
    task = ImageGeneration.async_call(model=model, messages=messages(OUTSIDE, OUTSIDE), n=2)
    done = ImageGeneration.wait(task)

    assert at_once.usage["image_count"] == 2
    assert [part["type"] for part in content(at_once)] == ["image", "image"]
    assert done.output["task_status"] == "SUCCEEDED"
    assert len(sizes([part["image"] for part in content(done)])) == 2


@pytest.mark.parametrize("model", AT_ONCE)
@pytest.mark.usefixtures("sdk")
def test_the_sdk_gets_the_qwen_editors_at_once(model: str) -> None:
    n = int(str(CARDS[model].parameters["n"]["maximum"]))

    answer = MultiModalConversation.call(
        model=model, messages=messages(OUTSIDE, OUTSIDE), n=n, negative_prompt="x", seed=3
    )

    assert answer.usage["image_count"] == n
    assert [list(part) for part in content(answer)] == [["image"]] * n


def wanted(model: str, **changes: object) -> Job:
    """Make a job as the planner makes it for that model."""
    parameters: dict[str, object] = {"n": 2 if model != "qwen-image-edit" else 1}
    if "prompt_extend" in CARDS[model].parameters:
        parameters["prompt_extend"] = False
    if model == WANX:
        parameters |= {"function": "expand", "right_scale": 1.5}
    made = job(model, model=model, prompt=f"把图1交给 {model}", n=parameters["n"])
    return replace(made, parameters=parameters, **changes)  # type: ignore[arg-type] # names of fields


def edited(emulator: Served, folder: Path, made: Job, *pictures: Path) -> Made:
    """Do one edit with our own client over a socket."""

    async def edit() -> Made:
        settings = Settings(service=service_at(base_url=emulator.base_url), purse="run")
        images = tuple(file_image(picture) for picture in pictures)
        call = Call(job=replace(made, images=images), pictures=pictures, scratch=folder)
        provider = DashScopeProvider(
            settings,
            ApiKey("sk-conformance"),
            ledger=SqliteLedger(folder / "journal.sqlite"),
            cards=CARDS,
            look=probe,
        )
        async with provider:
            return await provider.edit(call)

    return anyio.run(edit)


@pytest.mark.parametrize("model", CARDS)
def test_our_client_brings_home_what_each_editor_makes(
    quick: Served, tmp_path: Path, large: Path, model: str
) -> None:
    made = edited(quick, tmp_path, wanted(model), large)

    asked_for = 1 if model == "qwen-image-edit" else 2
    assert len(made.files) == made.billed_images == asked_for
    assert (made.task_id is not None) == CARDS[model].has_tasks
    if model == WANX:
        assert [probe(file).width_px for file in made.files] == [1200, 1200]


def test_our_client_sends_the_older_editor_a_mask(sdk: Served, tmp_path: Path, large: Path) -> None:
    mask = tmp_path / "mask.png"
    Image.new("L", (800, 600), 255).save(mask)
    own = job("masked", model=WANX, prompt="只在白色处")
    function = "description_edit_with_mask"

    made = edited(sdk, tmp_path, replace(own, parameters={"function": function}), large, mask)
    answer = ImageSynthesis.async_call(
        model=WANX, function=function, prompt=own.prompt, n=1,
        base_image_url=_data_uri(large), mask_image_url=_data_uri(mask),
    )  # fmt: skip

    entries = {entry["task_id"]: entry["request_sha256"] for entry in sdk.entries("accepted")}
    assert entries[str(made.task_id)] == entries[answer.output.task_id]


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("wan2.5-i2i-preview", {"n": 2, "seed": 7, "prompt_extend": False, "size": "1024*1024"}),
        (WANX, {"n": 1, "function": "expand", "left_scale": 1.5, "bottom_scale": 2}),
        (WANX, {"n": 3, "function": "super_resolution", "upscale_factor": 3, "watermark": True}),
    ],
)
def test_our_requests_equal_those_of_the_sdk(
    sdk: Served, tmp_path: Path, model: str, parameters: Mapping[str, Any]
) -> None:
    picture = tmp_path / "p.png"
    Image.new("RGB", (640, 640), (9, 9, 9)).save(picture)
    own = replace(job("same", model=model, prompt="同一个请求"), n=parameters["n"])
    edited(sdk, tmp_path, replace(own, parameters=parameters), picture)
    (ours,) = [e for e in sdk.entries("accepted") if e["prompt"] == own.prompt][-1:]
    encoded = _data_uri(picture)

    where = {"base_image_url": encoded} if model == WANX else {"images": [encoded]}
    answer = ImageSynthesis.async_call(model=model, prompt=own.prompt, **where, **parameters)

    (theirs,) = [e for e in sdk.entries("accepted") if e["task_id"] == answer.output.task_id]
    assert theirs["request_sha256"] == ours["request_sha256"]
    assert theirs["task_id"] != ours["task_id"]


def _data_uri(picture: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"


@pytest.mark.parametrize("model", AT_ONCE)
def test_an_answer_without_a_task_that_is_lost_stays_undecided_where_the_sdk_buys_twice(
    tmp_path: Path, large: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    faults = "drop-after-accept#1,drop-after-accept#2"
    options = ("--latency", "fixed:0", "--limits", "none", "--faults", faults)
    with served(tmp_path / "ledger.jsonl", *options) as emulator:
        with pytest.raises(UndecidedError) as undecided:
            edited(emulator, tmp_path, wanted(model), large)
        bought_by_us = len(emulator.entries("accepted"))
        point_sdk_at(emulator, monkeypatch)
        MultiModalConversation.call(model=model, messages=messages(OUTSIDE), n=1)

        bought_by_both = len(emulator.entries("accepted"))

    assert undecided.value.code == "unresolved"
    assert bought_by_us == 1
    assert bought_by_both == 3


@pytest.mark.parametrize("name", CARDS)
def test_a_card_agrees_with_what_the_emulator_read_of_the_same_pages(name: str) -> None:
    card, theirs = CARDS[name], find_model(name)

    assert theirs is not None
    assert _of_card(card) == _of_emulator(theirs, card)


def _of_card(card: ModelCard) -> dict[str, object]:
    kinds = {kind.removeprefix("image/").upper() for kind in card.images.media_types}
    n, size, images = card.parameters["n"], card.size, card.images
    price = card.price_in("beijing")
    return {
        "pictures": (images.count_min, images.count_max + (card.mask is not None)),
        "formats": kinds,
        "sides": None if images.advised else (images.side_min_px, images.side_max_px),
        "megabytes": images.max_bytes // 1_000_000,
        "prompt": (card.prompt_max_chars, card.negative_prompt_max_chars or 0),
        "n": (n["maximum"], n["server_default"]),
        "extends": card.parameters.get("prompt_extend", {}).get("server_default"),
        "ratio": images.ratio_max,
        "size": size and (size.area_min_px, size.ratio_max, size.side_min_px, size.side_max_px),
        "default": size and (size.default_area_px, dict(size.tiers)),
        "without pictures": size.tiers_without_pictures if size else (),
        "price": price.amount_micro / 1_000_000 if price else None,
        "running": card.running_at_once,
        "task": card.has_tasks,
        "rate": round(card.submissions_per_s * 60),
    }


def _of_emulator(theirs: Model, card: ModelCard) -> dict[str, object]:
    limits = (
        theirs.size_area_least_px,
        theirs.size_ratio_most or (4 if theirs.size_side_most_px else None),
        theirs.size_side_least_px,
        theirs.size_side_most_px,
    )
    return {
        "pictures": (theirs.images_least, theirs.images_most),
        "formats": set(theirs.formats),
        "sides": None if card.images.advised else (theirs.side_least_px, theirs.side_most_px),
        # They count a megabyte as 1024 * 1024 bytes, a card as a million: no page says which.
        "megabytes": theirs.bytes_most // (1024 * 1024),
        "prompt": (theirs.prompt_most, theirs.negative_prompt_most),
        "n": (theirs.n_most, theirs.n_default),
        "extends": theirs.prompt_extend_default,
        "ratio": theirs.ratio_most,
        "size": limits if theirs.size_area_most_px else None,
        "default": (theirs.default_area_px, dict(theirs.size_names)) if card.size else None,
        "without pictures": theirs.sizes_without_images,
        "price": theirs.price_cny,
        "running": theirs.running_most,
        "task": theirs.task_path is not None,
        "rate": round(theirs.submit_count / theirs.submit_per_s * 60),
    }
