"""A plan made once, in which prompts are then exchanged for row after row.

What a request is hashed as stays the same but for its prompt and for the fingerprints of the steps
that it hangs on: the text between these is kept, so that a row costs two short joins and a hash.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any

from wanflow.model.concrete import Concrete
from wanflow.model.plan import Job, JobImage, Plan, PlannedOutput
from wanflow.model.values import Fingerprint, JobKey, JsonValue, Sha256
from wanflow.planning.decide import Header, Memory, Tariff, digested, make_plan
from wanflow.planning.fingerprint import canonical
from wanflow.planning.jobs import Prepared

_ENCODER = json.JSONEncoder(ensure_ascii=False)
_PROMPT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What plans of one recipe have in common."""

    header: Header
    tariff: Tariff
    wanted: frozenset[JobKey] | None


@dataclass(frozen=True, slots=True)
class _Pieces:
    """A text with gaps: `slots` say what stands between the pieces, a prompt or a job's place."""

    texts: tuple[str, ...]
    slots: tuple[int, ...]

    def digest(self, prompt: str, made: Sequence[str]) -> str:
        parts = [self.texts[0]]
        for slot, text in zip(self.slots, self.texts[1:], strict=True):
            parts.append(_ENCODER.encode(prompt) if slot == _PROMPT else made[slot])
            parts.append(text)
        return sha256("".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class PlanPattern:
    """The jobs of one expanded recipe, to be filled with the prompts of other rows."""

    def __init__(
        self, whole: Concrete, prepared: Prepared, terms: Terms, *, varying: frozenset[JobKey]
    ) -> None:
        self._whole = whole
        self._prepared = prepared
        self._terms = terms
        self._jobs: list[tuple[Job, dict[str, Any], _Pieces | None]] = []
        changing: set[JobKey] = set()
        at = {job.key: number for number, job in enumerate(prepared.jobs)}
        for job in prepared.jobs:
            known: dict[str, Any] = {f.name: getattr(job, f.name) for f in fields(job)}
            if job.key in varying or any(need in changing for need in prepared.needs[job.key]):
                changing.add(job.key)
                request = prepared.requests[job.key]
                pieces = _request_pieces(request, job, at, varies=job.key in varying)
                self._jobs.append((job, known, pieces))
            else:
                self._jobs.append((job, known, None))
        self._digest = _digest_pieces(prepared, terms)

    def jobs(self, prompts: Mapping[JobKey, str]) -> tuple[Job, ...]:
        """Give the jobs of a row by its prompts: those that can change, all of them."""
        made: list[str] = []
        jobs: list[Job] = []
        for job, known, pieces in self._jobs:
            if pieces is None:
                made.append(job.fingerprint)
                jobs.append(job)
                continue
            prompt = prompts.get(job.key, job.prompt)
            digest = pieces.digest(prompt, made)
            made.append(digest)
            known["prompt"], known["fingerprint"] = prompt, digest
            jobs.append(Job(**known))
        return tuple(jobs)

    def plan(
        self,
        jobs: tuple[Job, ...],
        memory: Memory,
        *,
        inputs: Mapping[str, JsonValue],
        outputs: tuple[PlannedOutput, ...],
    ) -> Plan:
        """Decide for the jobs of a row, as `make_plan` does.

        Args:
            jobs: of `jobs`.
            memory: what the workspace knows of them; what was asked last is left aside.
            inputs: of the row.
            outputs: its results by their names.
        """
        prepared, terms = self._prepared, self._terms
        digest = self._digest.digest("", [job.fingerprint for job in jobs])
        return make_plan(
            Concrete(steps=self._whole.steps, outputs=outputs, inputs=inputs),
            Prepared(
                jobs=jobs,
                skipped=prepared.skipped,
                requests=prepared.requests,
                needs=prepared.needs,
            ),
            memory,
            header=terms.header,
            tariff=terms.tariff,
            wanted=terms.wanted,
            digest=Sha256(digest),
        )


def _request_pieces(
    request: Mapping[str, JsonValue], job: Job, at: Mapping[JobKey, int], *, varies: bool
) -> _Pieces:
    mark = _mark(canonical(request))
    slots: dict[str, int] = {}
    images: list[JsonValue] = []
    identities = request["images"]
    assert isinstance(identities, list)  # noqa: S101 # `request_of` makes it so
    for image, identity in zip(job.images, identities, strict=True):
        if isinstance(image, JobImage) and isinstance(identity, Mapping):
            word = f"{mark}{len(slots)}"
            slots[word] = at[image.job]
            images.append({**identity, "step": word})
        else:
            images.append(identity)
    open_request: dict[str, JsonValue] = {**request, "images": images}
    if varies:
        word = f"{mark}p"
        slots[word] = _PROMPT
        open_request["prompt"] = word
    return _cut(canonical(open_request), slots, whole=f"{mark}p")


def _digest_pieces(prepared: Prepared, terms: Terms) -> _Pieces:
    requests = {job.key: job.fingerprint for job in prepared.jobs}
    mark = _mark(canonical(digested(requests, terms.header, terms.wanted)))
    slots = {f"{mark}{at}": at for at, _ in enumerate(prepared.jobs)}
    marked = {key: Fingerprint(word) for key, word in zip(requests, slots, strict=True)}
    return _cut(canonical(digested(marked, terms.header, terms.wanted)), slots, whole="")


def _mark(text: str) -> str:
    """Find a word that a text does not have."""
    mark = "@"
    while mark in text:
        mark += "@"
    return mark


def _cut(text: str, slots: Mapping[str, int], *, whole: str) -> _Pieces:
    """Cut a text where its marks stand; that of the prompt with its quotes."""
    places = sorted(
        (text.index(f'"{word}"') + (word != whole), len(word) + 2 * (word == whole), slot)
        for word, slot in slots.items()
    )
    texts: list[str] = []
    begin = 0
    for place, length, _ in places:
        texts.append(text[begin:place])
        begin = place + length
    return _Pieces((*texts, text[begin:]), tuple(slot for _, _, slot in places))
