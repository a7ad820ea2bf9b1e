"""Which pictures a step takes, in their order, and what becomes of each under `fit`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from wanflow.errors import Problem, Span
from wanflow.expand.masks import mask_problems
from wanflow.model.card import ImageLimits, ModelCard
from wanflow.model.concrete import ConcreteStep
from wanflow.model.document import Document
from wanflow.model.operation import Operation
from wanflow.model.plan import FileImage, JobImage, SourceImage, UrlImage
from wanflow.model.recipe import NameRef, PathRef, Step
from wanflow.model.values import JobKey, Note, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What `fit` makes of a picture: its size then, what is mended, or why it cannot be.

    `refusal` is (code, message, hint).
    """

    size: Size
    mended: tuple[Note, ...] = ()
    refusal: tuple[str, str, str | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """All pictures from outside as they lie on disk, and what would become of any picture.

    `inputs` holds the pictures of each image input, `paths` that of each path in an `images`
    list under the pointer of its entry; what could not be read is missing in them and has been
    reported. `fit` is asked with the limits of the model (None: no limits) and the step's `fit`.
    """

    inputs: Mapping[str, tuple[FileImage, ...]]
    paths: Mapping[str, FileImage]
    fit: Callable[[FileImage | JobImage, ImageLimits | None, str], Fitted]


def images_of(
    step: Step,
    document: Document,
    *,
    pictures: Pictures,
    before: Mapping[str, ConcreteStep],
    card: ModelCard | None,
    operation: Operation,
) -> tuple[tuple[SourceImage, ...], tuple[Problem, ...]]:
    """Resolve a step's `images` to files, to pictures of steps before it, and to URLs.

    Args:
        step: as written.
        document: that it stands in, for the places of problems.
        pictures: all pictures from outside.
        before: the steps before it, expanded.
        card: of the model that gets the pictures, None for a builtin.
        operation: what the step uses; it names the roles.

    Returns:
        One image a picture (an input of several pictures and `name[*]` give several), each with
        its size after `fit`; and a problem for each picture that cannot be used.
    """
    found: list[SourceImage] = []
    problems: list[Problem] = []
    limits = card.images if card else None
    for ref in step.images:
        span = document.span(ref.pointer or step.pointer)
        for source in _sources(ref, pictures, before):
            image, problem = _fitted(source, step, pictures, limits)
            found.append(image)
            if problem:
                problems.append(replace(problem, span=span))
    span = document.span(f"{step.pointer}/images")
    problems += _number(found, operation, card, span=span)
    named = _with_roles(found, operation)
    problems += mask_problems(named, card, span=span)
    return named, tuple(problems)


def roles_for(count: int, operation: Operation) -> tuple[str | None, ...]:
    """Give each of `count` images its role in an operation.

    With fewer images than roles the first roles are left out, with more the first one repeats:
    the last image, mostly the scene, keeps its role.
    """
    roles = operation.roles
    if not roles:
        return (None,) * count
    extra = max(0, count - len(roles))
    return ((roles[0],) * extra + roles)[-count:] if count else ()


def _sources(
    ref: NameRef | PathRef, pictures: Pictures, before: Mapping[str, ConcreteStep]
) -> tuple[SourceImage, ...]:
    if isinstance(ref, PathRef):
        return _by_path(ref, pictures)
    step = before.get(ref.name)
    if step is not None:
        return _by_step(ref, step)
    files = pictures.inputs.get(ref.name, ())
    chosen = files if ref.index is None else files[ref.index - 1 : ref.index]
    return tuple(replace(image, name=ref.name, role=ref.role) for image in chosen)


def _by_path(ref: PathRef, pictures: Pictures) -> tuple[SourceImage, ...]:
    if ref.path.startswith("https://"):
        return (UrlImage(name=ref.path, url=ref.path, role=ref.role),)
    image = pictures.paths.get(ref.pointer)
    return (replace(image, role=ref.role),) if image else ()


def _by_step(ref: NameRef, step: ConcreteStep) -> tuple[SourceImage, ...]:
    count = step.parameters.get("n", 1)
    total = count if isinstance(count, int) else 1
    indexes = range(1, total + 1) if ref.every else (ref.index or step.step.pick,)
    return tuple(
        JobImage(
            name=ref.name, job=JobKey(step.id), index=index, size=step.result_size, role=ref.role
        )
        for index in indexes
    )


def _fitted(
    source: SourceImage, step: Step, pictures: Pictures, limits: ImageLimits | None
) -> tuple[SourceImage, Problem | None]:
    if isinstance(source, UrlImage) or source.size is None:
        return source, None
    fitted = pictures.fit(source, limits, step.fit)
    image = replace(source, size=fitted.size, mended=fitted.mended)
    if fitted.refusal is None:
        return image, None
    code, message, hint = fitted.refusal
    return image, Problem(code=code, message=message, hint=hint)


def _number(
    found: list[SourceImage], operation: Operation, card: ModelCard | None, *, span: Span
) -> list[Problem]:
    """Count once more: only here is it known how many pictures an input or `name[*]` stands for."""
    most = operation.images_max
    if card is not None:
        most = min(most, card.images_max(operation.roles))
    if operation.images_min <= len(found) <= most:
        return []
    if not found:
        return []  # what could not be read has been reported at its own place
    few = len(found) < operation.images_min
    bound = f"at least {operation.images_min}" if few else f"at most {most}"
    message = f"'{operation.name}' takes {bound} images, these are {len(found)}"
    code = "too-few-images" if few else "too-many-images"
    return [Problem(code=code, message=message, span=span)]


def _with_roles(found: list[SourceImage], operation: Operation) -> tuple[SourceImage, ...]:
    roles = roles_for(len(found), operation)
    return tuple(
        image if image.role else replace(image, role=role)
        for image, role in zip(found, roles, strict=True)
    )
