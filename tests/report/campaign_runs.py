"""Campaigns to report on: rows of products with real photographs, as an executor records them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

from wanflow.model.campaign import Budget, CampaignRecord, RowRecord, RowState
from wanflow.model.measure import Measure
from wanflow.model.plan import Decision
from wanflow.model.run import OutputRecord, PictureRecord, StepRecord, StepState
from wanflow.model.values import Artifact, Fingerprint, JobKey, Note, RunId, Sha256, Size

PHOTOS = Path(__file__).parents[2] / "recipes" / "pictures"
NAMES = ("astronaut", "chelsea", "coffee", "rocket")
FORMATS = ("1:1", "4:3", "16:9")
SIDES = {"1:1": (384, 384), "4:3": (448, 336), "16:9": (480, 270)}
SCENES_EN = ("a quiet spring morning", "late autumn light", "the first snow", "a summer storm")
SCENES_ZH = ("清晨的庭院", "深秋的街角", "初雪后的窗前", "夏日雨后的屋檐下")
MADE = {
    "astronaut": "宇航员徽章",
    "chelsea": "猫咪抱枕",
    "coffee": "手冲咖啡杯",
    "rocket": "火箭模型",
}
REFUSED = "DataInspectionFailed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What a campaign is made of. `distinct` is how many pictures differ; others repeat them."""

    rows: int
    distinct: int = 24
    chinese: bool = False
    local: bool = False
    state_of: Callable[[int], RowState] | None = None


def mixed(at: int) -> RowState:
    """Give rows every state that there is, most of them done."""
    odd: Mapping[int, RowState] = {
        7: "failed", 13: "waiting", 21: "reused", 29: "reused", 32: "failed", 38: "unfinished",
        44: "undecided", 47: "running", 49: "not-started",
    }  # fmt: skip
    return odd.get(at % 50, "done")


def campaign(folder: Path, shop: Shop) -> CampaignRecord:
    """Put the pictures of a campaign into a folder and record it."""
    state_of = shop.state_of or mixed
    states = [state_of(at) for at in range(shop.rows)]
    maker = _Maker(folder, shop)
    rows = tuple(maker.row(at, state) for at, state in enumerate(states))
    return record_of(rows, chinese=shop.chinese, local=shop.local)


def record_of(
    rows: Iterable[RowRecord], *, chinese: bool = False, local: bool = False
) -> CampaignRecord:
    """Record a campaign of these rows."""
    kept = tuple(rows)
    steps = [step for row in kept for step in row.steps]
    cost = sum(step.cost_micro for step in steps)
    running = any(row.state in {"running", "not-started"} for row in kept)
    failed = any(row.state == "failed" for row in kept)
    return CampaignRecord(
        run=RunId("spring-catalogue-20261123-211530-9c1e"),
        state="running" if running else "failed" if failed else "done",
        campaign="春季商品图" if chinese else "spring-catalogue",
        campaign_version="2.1.0",
        description=(
            "把每件商品放进应季的场景,三种画幅"
            if chinese
            else "Every product in a scene of the season, in three formats"
        ),
        campaign_file="campaigns/spring.yaml",
        campaign_source="wanflow: 1\nkind: campaign\nname: spring-catalogue\nrows: products.csv\n",
        recipe="product-scene",
        recipe_version="1.4.0",
        recipe_file="product-scene.yaml",
        recipe_source="wanflow: 1\nname: product-scene\nsteps:\n  - id: cut\n    use: cutout\n",
        recipe_sha256=Sha256("5" * 64),
        provider="local@1" if local else "dashscope@1",
        wanflow_version="0.1.0",
        started_at="2026-11-23T21:15:30Z",
        ended_at=None if running else "2026-11-24T03:02:11Z",
        seconds=20801.0,
        columns=("sku", "product", "scene"),
        matrix={"format": FORMATS},
        rows=kept,
        states=Counter(row.state for row in kept),
        budget=Budget(cost_micro=400_000_000, currency="CNY"),
        cost_micro=0 if local else cost,
        billed_images=0 if local else sum(step.billed_images for step in steps),
        at_risk_images=sum(step.at_risk_images for step in steps),
        reused_images=sum(len(step.pictures) for step in steps if step.state == "reused"),
        command="wanflow run campaigns/spring.yaml --max-cost 400",
        service=None if local else "dashscope.aliyuncs.com",
    )


class _Maker:
    def __init__(self, folder: Path, shop: Shop) -> None:
        self._folder = folder
        self._shop = shop
        self._known: dict[str, Artifact] = {}

    def row(self, at: int, state: RowState) -> RowRecord:
        number, form = at // len(FORMATS) + 1, FORMATS[at % len(FORMATS)]
        name = NAMES[(number - 1) % len(NAMES)]
        scenes = SCENES_ZH if self._shop.chinese else SCENES_EN
        scene = scenes[(number * 7 + number // 5) % len(scenes)]
        product = MADE[name] if self._shop.chinese else name
        values = {"sku": f"{name[:2].upper()}-{number:04}", "product": product, "scene": scene}
        photo = self._picture(f"inputs/{name}.jpg", self._photo(name), name="photo")
        begun = state != "not-started"
        steps = (self._steps(at, state, values, photo, form=form)) if begun else ()
        made = steps[-1].pictures if steps and state in {"done", "reused"} else ()
        poster = OutputRecord(
            name="poster",
            file=made[0].file if made else None,
            step=JobKey("scene"),
            index=1,
            artifact=made[0].artifact if made else None,
        )
        return RowRecord(
            key=f"{values['sku']} {form}",
            number=number,
            state=state,
            values=values,
            combination={"format": form},
            inputs={**values, "format": form, "strength": 0.6},
            input_pictures=(photo,) if begun else (),
            steps=steps,
            outputs=(poster,),
        )

    def _steps(
        self,
        at: int,
        state: RowState,
        values: Mapping[str, str],
        photo: PictureRecord,
        *,
        form: str,
    ) -> tuple[StepRecord, StepRecord]:
        reused = state == "reused"
        cut_pictures = (
            ()
            if state == "running"
            else (self._made(at, "cut", 1, name=photo.file or "", form=form),)
        )
        cut = self._step(
            at, "cut", operation="extract", state="running" if state == "running" else
            "reused" if reused else "done", images=(photo,), pictures=cut_pictures,
            prompt=f"Cut out the {values['product']}", template="Cut out the {{ row.product }}",
        )  # fmt: skip
        of_row: Mapping[RowState, StepState] = {
            "done": "done", "reused": "reused", "failed": "failed", "waiting": "done",
            "unfinished": "unfinished", "undecided": "undecided", "running": "waiting",
        }  # fmt: skip
        made = state in {"done", "reused", "waiting"}
        count = 3 if made else 0
        template = "把{{ row.product }}放在{{ row.scene }},光线自然,其他内容不变"
        if not self._shop.chinese:
            template = "Put the {{ row.product }} into {{ row.scene }}, in natural light"
        scene = self._step(
            at, "scene", operation="restage", state=of_row[state], images=cut_pictures,
            pictures=tuple(self._made(at, "scene", index, name=photo.file or "", form=form)
                           for index in range(1, count + 1)),
            template=template,
            prompt=template.replace("{{ row.product }}", values["product"]).replace(
                "{{ row.scene }}", values["scene"]),
        )  # fmt: skip
        return cut, replace(scene, **_ending(at, state))  # type: ignore[arg-type] # fields of a step

    def _step(self, at: int, key: str, **fields: object) -> StepRecord:
        pictures = fields["pictures"]
        assert isinstance(pictures, tuple)
        free = self._shop.local or fields["state"] != "done"
        step = StepRecord(
            key=JobKey(key),
            operation="edit",
            summary="",
            state="done",
            decision=Decision(action="run", reason="first-time"),
            provider="dashscope@1",
            model=None if self._shop.local else "wan2.5-i2i-preview",
            language="zh" if self._shop.chinese else "en",
            parameters={"n": len(pictures), "seed": 1000 + at, "size": "1280*1280"},
            fingerprint=Fingerprint(hashlib.sha256(f"{key}{at}".encode()).hexdigest()),
            started_at="2026-11-23T21:20:04Z",
            seconds=20 + at * 7 % 41,
            cost_micro=0 if free else 200_000 * len(pictures),
            billed_images=0 if free else len(pictures),
            task_id=hashlib.md5(f"{key}{at}".encode(), usedforsecurity=False).hexdigest(),
            checks=_measures(at, len(pictures)),
        )
        return replace(step, **fields)  # type: ignore[arg-type] # fields of a step

    def _made(self, at: int, step: str, index: int, *, name: str, form: str) -> PictureRecord:
        variant = (at * 4 + index) % self._shop.distinct
        file = f"images/{Path(name).stem}-{form.replace(':', 'x')}-{step}-{variant}.jpg"
        data = _drawn(Path(name).stem, form, step, variant)
        return self._picture(file, data, name=f"{step}-{index}", step=step, index=index)

    def _photo(self, name: str) -> bytes:
        return (PHOTOS / f"{name}.jpg").read_bytes()

    def _picture(
        self,
        file: str,
        data: bytes,
        *,
        name: str,
        step: str | None = None,
        index: int | None = None,
    ) -> PictureRecord:
        if file not in self._known:
            target = self._folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            with Image.open(BytesIO(data)) as image:
                width, height = image.size
            self._known[file] = Artifact(
                sha256=Sha256(hashlib.sha256(data).hexdigest()),
                media_type="image/jpeg",
                width_px=width,
                height_px=height,
                size_bytes=len(data),
            )
        found = self._known[file]
        return PictureRecord(
            name=name,
            artifact=found,
            file=file,
            size=Size(width_px=found.width_px, height_px=found.height_px),
            step=JobKey(step) if step else None,
            index=index,
        )


def _ending(at: int, state: RowState) -> Mapping[str, object]:
    if state == "failed" and at % 2:
        return {
            "error_code": REFUSED,
            "error": "Input data may contain inappropriate content.",
            "hint": "change the words or the picture of this row; nothing was billed",
        }
    if state == "failed":
        return {"error_code": "InternalError.Timeout", "error": "no result within 300 s"}
    if state == "unfinished":
        return {"error_code": "Throttling", "error": "Requests rate limit exceeded",
                "hint": "run the same command again: it goes on from here"}  # fmt: skip
    if state == "undecided":
        return {"error_code": "no-answer", "error": "the service gave no answer to a paid request",
                "at_risk_images": 3}  # fmt: skip
    if state == "waiting":
        return {"picked": 1, "notes": (Note(code="pick", text="waits for a pick"),)}
    return {}


def _measures(at: int, pictures: int) -> tuple[Measure, ...]:
    drift = float(at * 13 % 9)
    measures = [
        Measure(picture=number, check="shift", value=drift / number, unit="px", against="photo")
        for number in range(1, pictures + 1)
    ]
    measures += [
        Measure(picture=number, check="kept", value=99.0 - at * 17 % 23, unit="%", against="photo")
        for number in range(1, pictures + 1)
    ]
    if at % 41 == 5 and pictures:
        measures.append(Measure(picture=1, check="identical", value=100.0, unit="%"))
    return tuple(measures)


@cache
def _drawn(name: str, form: str, step: str, variant: int) -> bytes:
    photo = Image.open(PHOTOS / f"{name}.jpg").convert("RGB")
    width, height = SIDES[form]
    centre = (0.35 + variant % 5 * 0.075, 0.4 + variant % 3 * 0.1)
    fitted = ImageOps.fit(photo, (width, height), centering=centre)
    if step == "scene":
        tint = Image.new(
            "RGB", fitted.size, (255 - variant * 37 % 160, 150, 60 + variant * 53 % 180)
        )
        fitted = Image.blend(fitted, tint, 0.12 + variant % 4 * 0.05)
        fitted = ImageEnhance.Contrast(fitted).enhance(0.85 + variant % 6 * 0.08)
    else:
        fitted = ImageEnhance.Color(fitted).enhance(0.3 + variant % 4 * 0.1)
    out = BytesIO()
    fitted.save(out, "JPEG", quality=88)
    return out.getvalue()
