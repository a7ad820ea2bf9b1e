"""Run or reuse, and why: decided before anything is sent, by a pure function."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from wanflow.model.concrete import Concrete
from wanflow.model.plan import Decision, Job, Plan, Planned, Recorded, SkippedStep
from wanflow.model.values import Fingerprint, JobKey, JsonValue, Sha256
from wanflow.planning.changes import change
from wanflow.planning.fingerprint import digest_of, fingerprint_of
from wanflow.planning.jobs import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the workspace knows.

    `recorded` holds finished requests whose pictures are all there, `damaged` the fingerprints of
    those whose pictures are not, `paid` those that were bought and can still be fetched. `last`
    maps a step of this recipe to its most recent request and how that ended: `done`, `failed` or
    `started`.
    """

    recorded: Mapping[Fingerprint, Recorded]
    damaged: Collection[Fingerprint] = ()
    paid: Collection[Fingerprint] = ()
    last: Mapping[JobKey, tuple[Mapping[str, JsonValue], str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What one picture of a model costs, in millionths of `currency`, and how long it takes."""

    currency: str
    per_picture_micro: Mapping[str, int]
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a plan says of the recipe that it was made from."""

    recipe: str
    recipe_version: str
    recipe_sha256: Sha256
    provider: str


def make_plan(
    concrete: Concrete,
    prepared: Prepared,
    memory: Memory,
    *,
    header: Header,
    tariff: Tariff,
    wanted: Collection[JobKey] | None = None,
    top_up: bool = False,
) -> Plan:
    """Decide for every job whether it runs, with the reason, and add up what that costs.

    Args:
        concrete: the expanded recipe.
        prepared: its jobs, see `jobs_of`.
        memory: what the workspace knows of these requests.
        header: name, version and digest of the recipe, and the provider.
        tariff: prices and durations of the models used.
        wanted: the steps to make, see `selection.py`; None for all.
        top_up: ask again for pictures that a recorded request was not given.

    Returns:
        The plan. Equal arguments make equal plans; takes O(jobs + images).
    """
    planned: list[Planned] = []
    skipped: list[SkippedStep] = list(prepared.skipped)
    running: set[JobKey] = set()
    bought: set[Fingerprint] = set(memory.paid)
    for job in prepared.jobs:
        if wanted is not None and job.key not in wanted:
            skipped.append(_not_selected(job))
            continue
        decision = _decision(job, prepared, memory, running)
        if decision.action == "run":
            running.add(job.key)
        elif top_up and memory.recorded[job.fingerprint].missing:
            # What is there stays as it is, so what hangs on it need not run.
            planned.append(_topped_up(job, prepared, memory, tariff))
            continue
        planned.append(_priced(job, decision, memory, tariff, paid=job.fingerprint in bought))
        bought.add(job.fingerprint)  # an equal request later on stands on the same purchase
    kept = {entry.job.key for entry in planned}
    return Plan(
        recipe=header.recipe,
        recipe_version=header.recipe_version,
        recipe_sha256=header.recipe_sha256,
        provider=header.provider,
        digest=_digest(prepared, header, wanted),
        jobs=tuple(planned),
        skipped=tuple(skipped),
        outputs=tuple(output for output in concrete.outputs if output.job in kept),
        inputs=concrete.inputs,
        currency=tariff.currency,
        cost_micro=sum(entry.cost_micro for entry in planned),
        images_to_buy=sum((entry.top_up or entry.job).n for entry in planned if entry.cost_micro),
        needs={key: needs for key, needs in prepared.needs.items() if key in kept},
    )


def _decision(
    job: Job, prepared: Prepared, memory: Memory, running: Collection[JobKey]
) -> Decision:
    upstream = next((need for need in prepared.needs[job.key] if need in running), None)
    if upstream is None and job.fingerprint in memory.recorded:
        return Decision(
            action="reuse", reason="recorded", detail=memory.recorded[job.fingerprint].run
        )
    if job.fingerprint in memory.damaged:
        return Decision(action="run", reason="objects-missing")
    request = prepared.requests[job.key]
    before, state = memory.last.get(job.key, (None, ""))
    if before is None:
        return Decision(action="run", reason="first-time")
    if fingerprint_of(before) == job.fingerprint:
        if upstream is not None:
            return Decision(action="run", reason="upstream-changed", detail=upstream)
        detail = "it failed" if state == "failed" else "it did not end"
        return Decision(action="run", reason="unfinished", detail=detail)
    return _explained(change(before, request), before, request, upstream=upstream)


def _explained(
    decision: Decision,
    before: Mapping[str, JsonValue],
    request: Mapping[str, JsonValue],
    *,
    upstream: JobKey | None,
) -> Decision:
    if decision.reason == "upstream-changed" and upstream is not None:
        return replace(decision, detail=upstream)
    if decision.reason != "first-time":
        return decision
    # Nothing that a person wrote differs: the catalogue, the provider or the take does.
    for field, reason in (
        ("provider", "provider-changed"),
        ("model", "model-changed"),
        ("operation_version", "operation-changed"),
    ):
        now = request.get(field)
        if before.get(field) != now:
            return Decision(action="run", reason=reason, detail=f"'{before.get(field)}' to '{now}'")  # type: ignore[arg-type] # the three are literals of Reason
    return Decision(action="run", reason="take-changed", detail=f"take {request.get('take', 1)}")


def _priced(job: Job, decision: Decision, memory: Memory, tariff: Tariff, *, paid: bool) -> Planned:
    runs = decision.action == "run"
    price_micro = tariff.per_picture_micro.get(job.model or "", 0)
    return Planned(
        job=job,
        decision=decision,
        recorded=None if runs else memory.recorded[job.fingerprint],
        cost_micro=job.n * price_micro if runs and not paid else 0,
        seconds_estimate=tariff.seconds.get(job.model or "", 0.0) if runs else 0.0,
        paid=runs and paid and price_micro > 0,
    )


def _topped_up(job: Job, prepared: Prepared, memory: Memory, tariff: Tariff) -> Planned:
    recorded = memory.recorded[job.fingerprint]
    missing = recorded.missing
    # A seed gives picture i the seed of the whole plus i - 1.
    seed = None if job.seed is None else job.seed + missing[0] - 1
    parameters = {**job.parameters, "n": len(missing)}
    if seed is not None:
        parameters["seed"] = seed
    request = {**prepared.requests[job.key], "parameters": parameters, "numbers": list(missing)}
    rest = replace(
        job,
        n=len(missing),
        seed=seed,
        parameters=parameters,
        fingerprint=fingerprint_of(request),
        expect=None,  # all pictures are held against it together
    )
    paid = rest.fingerprint in memory.paid
    detail = f"{len(missing)} of {job.n}"
    return replace(
        _priced(
            rest,
            Decision(action="run", reason="topped-up", detail=detail),
            memory,
            tariff,
            paid=paid,
        ),
        job=job,
        recorded=recorded,
        top_up=rest,
    )


def _not_selected(job: Job) -> SkippedStep:
    return SkippedStep(
        key=job.key,
        operation=job.operation,
        decision=Decision(action="skip", reason="not-selected"),
        pointer=job.pointer,
    )


def _digest(prepared: Prepared, header: Header, wanted: Collection[JobKey] | None) -> Sha256:
    return digest_of(
        {
            "recipe": header.recipe,
            "recipe_sha256": header.recipe_sha256,
            "provider": header.provider,
            "requests": {job.key: job.fingerprint for job in prepared.jobs},
            "wanted": None if wanted is None else sorted(wanted),
        }
    )
