"""Builders and hypothesis strategies that several rooms' tests share."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import strategies as st

from wanflow.model.concrete import Concrete, ConcreteStep
from wanflow.model.operation import Operation
from wanflow.model.plan import FileImage, JobImage, SourceImage
from wanflow.model.recipe import Step
from wanflow.model.values import Artifact, JobKey, JsonValue, Pointer, Sha256, Size, StepId

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def artifact(name: str = "a", *, width_px: int = 640, height_px: int = 480) -> Artifact:
    """Describe a PNG whose digest is made of its name."""
    digest = name.encode().hex().ljust(64, "0")[:64]
    return Artifact(
        sha256=Sha256(digest),
        media_type="image/png",
        width_px=width_px,
        height_px=height_px,
        size_bytes=1000,
    )


def file_image(name: str = "photo") -> FileImage:
    """Describe an input picture of that name."""
    size = Size(width_px=640, height_px=480)
    return FileImage(name=name, path=f"/pictures/{name}.png", artifact=artifact(name), size=size)


def job_image(step: str, index: int = 1) -> JobImage:
    """Describe a picture that a step makes."""
    return JobImage(name=step, job=JobKey(step), index=index, size=None)


def operation(name: str = "edit", *, kind: str = "model", version: str = "1.0.0") -> Operation:
    """Describe an operation that takes one to nine images."""
    return Operation(
        name=name,
        version=version,
        summary={"en": f"{name} a picture", "zh": "编辑图片"},
        kind="builtin" if kind == "builtin" else "model",
        images_min=1,
        images_max=9,
        roles=(),
        params={},
        local=name,
    )


def concrete_step(
    key: str,
    *images: SourceImage,
    prompt: str = "make it so",
    arguments: Mapping[str, JsonValue] | None = None,
    n: int = 1,
    uses: Operation | None = None,
    at: int = 0,
    **step: object,
) -> ConcreteStep:
    """Describe an expanded step; further keywords are fields of the step as written."""
    used = uses or operation()
    written = Step(
        id=StepId(key),
        use=used.name,
        images=(),
        implicit_images=False,
        pointer=Pointer(f"/steps/{at}"),
    )
    return ConcreteStep(
        step=replace(written, **step),  # type: ignore[arg-type] # fields by name, for tests
        operation=used,
        applies=True,
        model="wan2.5-i2i-preview" if used.kind == "model" else None,
        images=images,
        prompt=prompt,
        template=prompt,
        language="en",
        arguments=arguments or {},
        parameters={"n": n, "prompt_extend": False},
        size=None,
        result_size=None,
    )


def concrete(*steps: ConcreteStep) -> Concrete:
    """Put steps together, each with its place in the file."""
    placed = (
        replace(entry, step=replace(entry.step, pointer=Pointer(f"/steps/{at}")))
        for at, entry in enumerate(steps)
    )
    return Concrete(steps=tuple(placed), outputs=())


@st.composite
def chains(draw: st.DrawFn) -> Concrete:
    """Draw any recipe of up to eight steps, each on pictures from outside or from before it."""
    count = draw(st.integers(1, 8))
    steps: list[ConcreteStep] = []
    for at in range(count):
        before = [entry.id for entry in steps]
        sources = st.sampled_from(["photo", "table", *before])
        names = draw(st.lists(sources, min_size=1, max_size=3))
        images = [job_image(name) if name in before else file_image(name) for name in names]
        prompt = draw(st.sampled_from(["paint it red", "paint it blue", "把它变成红色"]))
        steps.append(
            concrete_step(f"step{at}", *images, prompt=prompt, take=draw(st.integers(1, 2)))
        )
    return concrete(*steps)
