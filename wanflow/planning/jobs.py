"""From concrete steps to jobs: fingerprints, and the steps that make no job."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from wanflow.model.concrete import ConcreteStep
from wanflow.model.plan import Decision, Job, JobImage, SkippedStep
from wanflow.model.values import Fingerprint, JobKey, JsonValue
from wanflow.planning.fingerprint import fingerprint_of, request_of

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """All jobs of a recipe, in its order, each with the request that its fingerprint is made of."""

    jobs: tuple[Job, ...]
    skipped: tuple[SkippedStep, ...]
    requests: Mapping[JobKey, Mapping[str, JsonValue]]
    needs: Mapping[JobKey, tuple[JobKey, ...]]


def jobs_of(
    steps: tuple[ConcreteStep, ...],
    *,
    families: Mapping[str, str],
    plug_ins: Mapping[str, str] = _NONE,
) -> Prepared:
    """Make a job of every step that applies.

    Args:
        steps: in an order in which each stands after all it needs (the order of the recipe).
        families: `model` and `builtin`, each to the provider's family that does such operations.
        plug_ins: of algorithms that other packages bring, each to the package with its version,
            such as `wanflow-vignette@1.0.0`: another version is another request.

    Returns:
        The jobs, and the steps that are left out because their `when` is false or because they
        hang on such a step. Takes O(steps + images).
    """
    jobs: list[Job] = []
    skipped: dict[JobKey, SkippedStep] = {}
    made: dict[JobKey, Fingerprint] = {}
    requests: dict[JobKey, Mapping[str, JsonValue]] = {}
    needs: dict[JobKey, tuple[JobKey, ...]] = {}
    for concrete in steps:
        key = JobKey(concrete.id)
        decision = _left_out(concrete, skipped)
        if decision:
            skipped[key] = SkippedStep(
                key=key,
                operation=concrete.operation.name,
                decision=decision,
                pointer=concrete.step.pointer,
            )
            continue
        family = families[concrete.operation.kind]
        brought_by = plug_ins.get(concrete.operation.local or "")
        maker = f"{family}+{brought_by}" if brought_by else family
        requests[key] = request_of(concrete, family=maker, made=made)
        made[key] = fingerprint_of(requests[key])
        needs[key] = needs_of(concrete)
        jobs.append(_job(concrete, family=family, fingerprint=made[key]))
    return Prepared(
        jobs=tuple(jobs), skipped=tuple(skipped.values()), requests=requests, needs=needs
    )


def needs_of(concrete: ConcreteStep) -> tuple[JobKey, ...]:
    """Name the jobs whose pictures a step takes, each once, in the order of its images."""
    return tuple(
        dict.fromkeys(image.job for image in concrete.images if isinstance(image, JobImage))
    )


def _left_out(concrete: ConcreteStep, skipped: Mapping[JobKey, SkippedStep]) -> Decision | None:
    if not concrete.applies:
        return Decision(action="skip", reason="when-false", detail=concrete.step.when or "")
    for need in needs_of(concrete):
        if need in skipped:
            return Decision(action="skip", reason="upstream-skipped", detail=need)
    return None


def _job(concrete: ConcreteStep, *, family: str, fingerprint: Fingerprint) -> Job:
    step = concrete.step
    n = concrete.parameters.get("n", 1)
    return Job(
        key=JobKey(step.id),
        operation=concrete.operation.name,
        operation_version=concrete.operation.version,
        provider=family,
        model=concrete.model,
        algorithm=concrete.operation.local,
        prompt=concrete.prompt,
        template=concrete.template,
        language=concrete.language,
        arguments=concrete.arguments,
        parameters=concrete.parameters,
        images=concrete.images,
        fingerprint=fingerprint,
        n=n if isinstance(n, int) else 1,
        seed=step.seed,
        size=concrete.size,
        take=step.take,
        pick=step.pick,
        size_rule=concrete.operation.size_rule,
        result_size=concrete.result_size,
        seeded=concrete.operation.seeded,
        expect=step.expect,
        timeout_s=step.timeout_s,
        on_error=step.on_error,
        fit=step.fit,
        pointer=step.pointer,
        kind=concrete.operation.kind,
        size_of=concrete.operation.size_of,
        checks=concrete.operation.checks,
    )
