"""Runs to report on, with real photographs, as an executor would record them."""

import hashlib
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps
from sklearn.datasets import load_sample_image

from wanflow.model.measure import Measure
from wanflow.model.plan import Decision
from wanflow.model.run import OutputRecord, PictureRecord, RunRecord, StepRecord
from wanflow.model.values import Artifact, Fingerprint, JobKey, Note, RunId, Sha256, Size

RECIPE = """\
wanflow: 1
name: temple-garden
version: 1.2.0
steps:
  - id: evening
    use: relight
    prompt: Light the temple as on {{ mood }}, with {{ lamps }}
"""


def artifact(file: Path) -> Artifact:
    data = file.read_bytes()
    with Image.open(BytesIO(data)) as picture:
        width, height = picture.size
    return Artifact(
        sha256=Sha256(hashlib.sha256(data).hexdigest()),
        media_type="image/png",
        width_px=width,
        height_px=height,
        size_bytes=len(data),
    )


def picture(
    folder: Path,
    file: str,
    *,
    name: str,
    step: str | None = None,
    index: int | None = None,
    role: str | None = None,
    mended: tuple[Note, ...] = (),
) -> PictureRecord:
    found = artifact(folder / file)
    return PictureRecord(
        name=name,
        artifact=found,
        file=file,
        size=Size(width_px=found.width_px, height_px=found.height_px),
        role=role,
        step=JobKey(step) if step else None,
        index=index,
        mended=mended,
    )


def _photo(name: str) -> Image.Image:
    return Image.fromarray(load_sample_image(name))


def draw_pictures(folder: Path) -> None:
    """Put the pictures of the sample runs into a run's folder."""
    for file, data in _drawn().items():
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


@cache
def _drawn() -> dict[str, bytes]:
    china, flower = _photo("china.jpg"), _photo("flower.jpg")
    drawn = {"inputs/temple.png": china, "inputs/flower.png": flower}
    for at, strength in enumerate((0.55, 0.8, 0.4), 1):
        tint = Image.new("RGB", china.size, (255, 150 - 20 * at, 60))
        dusk = Image.blend(ImageEnhance.Brightness(china).enhance(strength), tint, 0.22)
        drawn[f"images/evening-{at}.png"] = dusk
    dusk = drawn["images/evening-1.png"]
    boxed = dusk.copy()
    pen = ImageDraw.Draw(boxed)
    for box in ((150, 60, 420, 330), (460, 200, 600, 380)):
        pen.rectangle(box, outline=(255, 60, 60), width=5)
    wide = ImageOps.fit(dusk, (1280, 720)).filter(ImageFilter.GaussianBlur(24))
    wide.paste(dusk.resize((1079, 720)), (100, 0))
    drawn |= {"images/boxed-1.png": boxed, "outputs/proof.png": boxed}
    drawn |= {"images/wide-1.png": wide, "outputs/poster.png": wide}
    return {file: _png(picture) for file, picture in drawn.items()}


def _png(picture: Image.Image) -> bytes:
    held = BytesIO()
    picture.save(held, "PNG", compress_level=1)
    return held.getvalue()


def _step(key: str, **changes: object) -> StepRecord:
    step = StepRecord(
        key=JobKey(key),
        operation="edit",
        summary="",
        state="done",
        decision=Decision(action="run", reason="first-time"),
        provider="dashscope@1",
        model="wan2.5-i2i-preview",
        fingerprint=Fingerprint(hashlib.sha256(key.encode()).hexdigest()),
        started_at="2026-11-23T10:15:30Z",
        seconds=41.2,
        cost_micro=200_000,
    )
    return replace(step, **changes)  # type: ignore[arg-type]


def branching_run(folder: Path) -> RunRecord:
    """Three steps, two of them on the picked picture of the first."""
    draw_pictures(folder)
    temple = picture(folder, "inputs/temple.png", name="temple")
    flower = picture(folder, "inputs/flower.png", name="flower")
    flat = Note(code="alpha-flattened", text="flattened its transparency on white")
    evenings = tuple(
        picture(folder, f"images/evening-{at}.png", name=f"evening-{at}", step="evening", index=at)
        for at in (1, 2, 3)
    )
    picked = replace(evenings[0], name="evening")
    evening = _step(
        "evening",
        operation="fuse",
        summary="Bring what several pictures show into one of them.",
        template="Put the flower of {{ flower }} into the garden of {{ temple }}, lit as on "
        "{{ mood }}{% if lamps %}, with {{ lamps }}{% endif %}.",
        prompt="Put the flower of image 1 into the garden of image 2, lit as on an autumn evening, "
        "with red paper lamps under the eaves.",
        arguments={"keep": ["temple", "sky"], "strength": 0.6},
        parameters={
            "n": 3,
            "seed": 12345,
            "prompt_extend": False,
            "negative_prompt": "blurry, people, text",
        },
        images=(
            replace(flower, role="subject", mended=(flat,)),
            replace(temple, role="scene"),
        ),
        pictures=evenings,
        cost_micro=600_000,
        decision=Decision(
            action="run",
            reason="prompt-changed",
            detail="'a spring day' to 'an autumn evening'",
        ),
        notes=(Note(code="watermark", text="the service put its own label bottom right"),),
    )
    boxed = _step(
        "boxed",
        operation="detect",
        summary="Draw a labelled box around every named thing.",
        template="Detect the {{ targets | join(' and the ') }} in the image, box each of them.",
        prompt="Detect the temple and the gate in the image, box each of them.",
        arguments={"targets": ["temple", "gate"]},
        parameters={"n": 1, "seed": 7},
        needs=(JobKey("evening"),),
        images=(picked,),
        pictures=(picture(folder, "images/boxed-1.png", name="boxed-1", step="boxed", index=1),),
    )
    wide = _step(
        "wide",
        operation="outpaint",
        summary="Show more of the scene than the picture holds.",
        prompt="Extend the scene to both sides, keep everything in it as it is.",
        template="Extend the scene to both sides, keep everything in it as it is.",
        arguments={"left": 0.5, "right": 0.5},
        parameters={"n": 1, "size": "1280*720"},
        needs=(JobKey("evening"),),
        images=(picked,),
        pictures=(picture(folder, "images/wide-1.png", name="wide-1", step="wide", index=1),),
        checks=(
            Measure(picture=1, check="size", value=0.0, unit="%"),
            Measure(picture=1, check="shift", value=8.0, unit="px", against="evening"),
            Measure(picture=1, check="zoom", value=-2.1, unit="%", against="evening"),
            Measure(
                picture=1, check="kept", value=97.4, unit="%", against="evening", note="mean 2.0"
            ),
            Measure(picture=1, check="text", value=None, note="finding text needs OpenCV"),
            Measure(picture=1, check="shift", value=9.5, unit="px", against="temple", first=True),
        ),
    )
    return RunRecord(
        run=RunId("temple-garden-20261123-101530-4f2a"),
        state="done",
        recipe="temple-garden",
        recipe_version="1.2.0",
        description="Evening light on the temple, a proof with boxes, and the garden in 16:9.",
        recipe_file="temple-garden.yaml",
        recipe_sha256=Sha256(hashlib.sha256(RECIPE.encode()).hexdigest()),
        recipe_source=RECIPE,
        provider="dashscope@1",
        wanflow_version="0.1.0",
        started_at="2026-11-23T10:15:30Z",
        ended_at="2026-11-23T10:18:42Z",
        seconds=192.4,
        inputs={
            "temple": "pictures/temple.png",
            "flower": "pictures/flower.png",
            "mood": "an autumn evening",
            "lamps": "red paper lamps under the eaves",
        },
        input_pictures=(temple, flower),
        steps=(evening, boxed, wide),
        outputs=(
            _output("poster", "wide", wide.pictures[0]),
            _output("proof", "boxed", boxed.pictures[0]),
        ),
        cost_micro=1_000_000,
        command="wanflow run temple-garden.yaml 'mood=an autumn evening'",
        digest=hashlib.sha256(b"plan").hexdigest(),
    )


def _output(name: str, step: str, made: PictureRecord) -> OutputRecord:
    return OutputRecord(
        name=name,
        file=f"outputs/{name}.png",
        step=JobKey(step),
        index=1,
        artifact=made.artifact,
    )


def failed_run(folder: Path) -> RunRecord:
    """The second step is refused, the third hangs on it."""
    run = branching_run(folder)
    evening, boxed, wide = run.steps
    refused = replace(
        boxed,
        state="failed",
        pictures=(),
        cost_micro=0,
        error_code="DataInspectionFailed",
        error="Input data may contain inappropriate content.",
        hint="change the prompt or the picture of step 'boxed'; a refusal costs nothing",
        decision=Decision(action="run", reason="unfinished"),
    )
    skipped = replace(
        wide,
        state="skipped",
        images=(),
        pictures=(),
        needs=(JobKey("boxed"),),
        fingerprint=None,
        started_at=None,
        seconds=0.0,
        cost_micro=0,
        decision=Decision(action="skip", reason="upstream-skipped", detail="boxed"),
    )
    outputs = tuple(replace(output, file=None, artifact=None) for output in run.outputs)
    return replace(
        run,
        state="failed",
        steps=(evening, refused, skipped),
        outputs=outputs,
        cost_micro=600_000,
    )


def reused_run(folder: Path) -> RunRecord:
    """Everything had been made before, by the engine of this machine."""
    run = branching_run(folder)
    steps = tuple(
        replace(
            step,
            state="reused",
            provider="local@1",
            model=None,
            cost_micro=0,
            seconds=0.0,
            started_at=None,
            reused_from="temple-garden-20261120-080000-1c3d",
            decision=Decision(action="reuse", reason="recorded"),
        )
        for step in run.steps
    )
    return replace(run, provider="local@1", steps=steps, cost_micro=0, seconds=0.31)


def running_run(folder: Path) -> RunRecord:
    """The first step is done, the second is being made, the third waits."""
    run = branching_run(folder)
    evening, boxed, wide = run.steps
    started = replace(boxed, state="running", pictures=(), seconds=0.0, cost_micro=0)
    waits = replace(wide, state="waiting", images=(), pictures=(), started_at=None, cost_micro=0)
    outputs = tuple(replace(output, file=None, artifact=None) for output in run.outputs)
    return replace(
        run, state="running", ended_at=None, steps=(evening, started, waits), outputs=outputs
    )


def chinese_run(folder: Path) -> RunRecord:
    """The same in Chinese: names, prompts and notes."""
    run = branching_run(folder)
    evening, boxed, wide = run.steps
    evening = replace(
        evening,
        summary="把几张图片中的内容融合到一张图片里。",
        language="zh",
        template="将{{ flower }}中的花放置到{{ temple }}的{{ spot }},{{ mood }}光线"
        "{% if lamps %},屋檐下挂着{{ lamps }}{% endif %}。",
        prompt="将图1中的花放置到图2的寺院庭园里,深秋傍晚光线,屋檐下挂着红色纸灯笼。",
        parameters={"n": 3, "seed": 12345, "negative_prompt": "模糊, 多余的手指"},
        decision=Decision(action="run", reason="prompt-changed", detail="「清晨」变为「深秋傍晚」"),
        notes=(Note(code="watermark", text="服务在右下角添加了「AI生成」标识"),),
    )
    boxed = replace(
        boxed,
        summary="为每个指定的物体绘制带标签的检测框。",
        language="zh",
        template="检测图中的{{ targets | join('和') }},绘制检测框并标上标签",
        prompt="检测图中的寺庙和大门,绘制检测框并标上标签",
        arguments={"targets": ["寺庙", "大门"]},
    )
    wide = replace(
        wide,
        summary="向外扩展画面,展示更多场景。",
        language="zh",
        template="",
        prompt="向左右两侧扩展画面,保持原有内容不变。",
    )
    return replace(
        run,
        recipe="寺院庭园",
        description="寺院的傍晚灯光,一张检测框校样,以及 16:9 的庭园全景。",
        recipe_file="寺院庭园.yaml",
        inputs={"temple": "图片/寺院.png", "mood": "深秋傍晚", "lamps": "红色纸灯笼"},
        steps=(evening, boxed, wide),
        command="wanflow run 寺院庭园.yaml mood=深秋傍晚",
    )
