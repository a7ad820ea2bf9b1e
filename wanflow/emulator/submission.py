"""Submissions: from a POST to an accepted task, or to a refusal."""

import json
from dataclasses import dataclass
from typing import Any

import anyio

from wanflow.emulator.answers import call_payload
from wanflow.emulator.drawing import Sketch
from wanflow.emulator.faults.outcomes import twisted
from wanflow.emulator.inputs import check_references, open_pictures
from wanflow.emulator.ledger import Accepted, request_sha256
from wanflow.emulator.models import Model, find_model, text2image_models
from wanflow.emulator.orders import Order
from wanflow.emulator.pictures import Picture
from wanflow.emulator.reading import read_order
from wanflow.emulator.refusals import Refusal, Verdict, refusal
from wanflow.emulator.service import Service
from wanflow.emulator.settings import draw_latency_s
from wanflow.emulator.sizes import result_size
from wanflow.emulator.tasks import Fate, Task
from wanflow.emulator.wire import Answer, Incoming, json_answer

# A recorded task with a wrong size had failed 1.5 s after it was scheduled.
_FAILS_WITHIN_S = 1.5
_SEED_MOST = 2_147_483_647
_URL_ERROR = "url error, please check url!"
_NOT_ASYNC = "Current user api does not support asynchronous calls."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Admitted:
    """A submission that has passed every check but those of its pictures."""

    request_sha256: str
    order: Order
    listed: bool


async def submit_task(service: Service, incoming: Incoming, path: str) -> Answer:
    """Accept a task: the answer has its id, the result comes by queries."""
    admitted = _admit(service, incoming, path, listed=True)
    task = _accept(service, incoming, admitted)
    output = {"task_status": "PENDING", "task_id": task.id}
    return json_answer({"output": output}, incoming)


async def call_model(service: Service, incoming: Incoming, path: str) -> Answer:
    """Do a synchronous call: the answer comes when the pictures are made."""
    admitted = _admit(service, incoming, path, listed=False)
    task = _accept(service, incoming, admitted)
    done = await _ended(service, task)
    if done.fate.failure is not None:
        raise Refusal(done.fate.failure, status=_status(done.fate.failure))
    if done.state != "SUCCEEDED":
        raise refusal("InternalError")
    return json_answer(call_payload(service, done, incoming.origin), incoming)


async def _ended(service: Service, task: Task) -> Task:
    await anyio.sleep(task.fate.duration_s)
    while True:
        service.now_s()
        done = service.book.find(task.id)
        if done is None:  # kept for less time than it took to wake up
            raise refusal("InternalError.Timeout")
        if done.ended_s is not None:
            return done
        await anyio.sleep(0.001)  # the loop's clock and ours may differ by a little


def _status(failure: Verdict) -> int:
    return 500 if failure.code.startswith("InternalError") else 400


def _admit(service: Service, incoming: Incoming, path: str, *, listed: bool) -> _Admitted:
    """Check a submission in the order: JSON, path and model, header, rate, fields, values."""
    body, digest = _read_json(service, incoming)
    model = _model(body, path, incoming)
    asynchronous = incoming.header("x-dashscope-async").lower() == "enable"
    if listed != asynchronous:
        raise refusal("AccessDenied", None if listed else _NOT_ASYNC)
    service.pace_submission(incoming.account, model, incoming.now_s)
    order = read_order(body, model)
    check_references(service, order, incoming)
    return _Admitted(request_sha256=digest, order=order, listed=listed)


def _read_json(service: Service, incoming: Incoming) -> tuple[dict[str, Any], str]:
    """Read the body and its fingerprint; half a character is no text and no JSON."""
    if len(incoming.body) > service.settings.body_most_bytes:
        raise refusal("BadRequest.TooLarge")
    try:
        body = json.loads(incoming.body)
        digest = request_sha256(body)
    except (ValueError, RecursionError):
        raise refusal("BadRequest.IllegalInput") from None
    if not isinstance(body, dict):
        raise refusal("BadRequest.IllegalInput")
    return body, digest


def _model(body: dict[str, Any], path: str, incoming: Incoming) -> Model:
    name = body.get("model")
    if name is None or name == "":
        raise refusal("BadRequest.EmptyModel")
    if not isinstance(name, str):
        raise refusal("ModelNotFound")
    known = find_model(name)
    if path == "text2image":
        raise _text2image(name, incoming, known=known is not None)
    if known is None and name not in text2image_models():
        raise refusal("ModelNotFound")
    if known is None or path not in {known.task_path, known.call_path}:
        raise refusal("InvalidParameter", _URL_ERROR)
    return known


def _text2image(name: str, incoming: Incoming, *, known: bool) -> Refusal:
    """Say why nothing is accepted at text2image: every model there is asynchronous."""
    if incoming.header("x-dashscope-async").lower() != "enable":
        return refusal("AccessDenied")
    if known:
        return refusal("InvalidParameter", _URL_ERROR)
    if name in text2image_models():
        return refusal("AccessDenied.Unpurchased")
    return refusal("ModelNotFound")


def _accept(service: Service, incoming: Incoming, admitted: _Admitted) -> Task:
    """Take a submission on; from here to the end of the function nothing waits."""
    order, failure = admitted.order, None
    pictures: tuple[Picture, ...] = tuple(Picture(label="?") for _ in order.references)
    try:
        pictures = open_pictures(service, order, incoming)
    except Refusal as said:
        if service.settings.refuse_images_at == "submission":
            raise Refusal(said.verdict, status=400) from None
        failure = said.verdict
    fault = service.dice.throw("submit", "task", elapsed_s=incoming.now_s - service.start_s)
    fate = _fate(service, order, failure, fault.name if fault else None)
    task = _task(service, incoming, admitted, (pictures, fate))
    service.ledger.accept(
        Accepted(
            at_s=incoming.now_s,
            task_id=task.id,
            request_id=incoming.request_id,
            account=incoming.account,
            workspace=incoming.workspace,
            model=order.model_name,
            n=order.n,
            prompt=order.prompt,
            request_sha256=admitted.request_sha256,
            images=tuple(picture.label for picture in pictures),
            fault=fate.twist,
        )
    )
    service.book.submit(task, incoming.now_s)
    return task


def _fate(service: Service, order: Order, failure: Verdict | None, fault: str | None) -> Fate:
    duration_s = draw_latency_s(service.settings.latency, service.rng)
    if failure is not None:
        return Fate(duration_s=min(duration_s, _FAILS_WITHIN_S), failure=failure)
    fate = Fate(duration_s=duration_s)
    if fault is None:
        return fate
    return twisted(fate, fault, pictures=order.n, rng=service.rng)


def _task(
    service: Service,
    incoming: Incoming,
    admitted: _Admitted,
    made_of: tuple[tuple[Picture, ...], Fate],
) -> Task:
    order, (pictures, fate) = admitted.order, made_of
    return Task(
        id=service.mint.uuid(),
        request_id=incoming.request_id,
        account=incoming.account,
        api_key_id=incoming.api_key_id,
        model=order.model,
        model_name=order.model_name,
        prompt=order.prompt,
        actual_prompt=_rewritten(order.prompt) if order.prompt_extend else None,
        sketches=_sketches(service, order, pictures),
        fate=fate,
        submitted_s=incoming.now_s,
        listed=admitted.listed,
    )


def _sketches(service: Service, order: Order, pictures: tuple[Picture, ...]) -> tuple[Sketch, ...]:
    """Plan one picture for each of `n`; picture i has the seed + i."""
    first = service.rng.randint(0, _SEED_MOST - order.n) if order.seed is None else order.seed
    size = result_size(order, pictures)
    return tuple(
        Sketch(
            size=size,
            prompt=order.prompt,
            seed=first + at,
            number=at + 1,
            pictures=pictures,
            model=order.model_name,
            watermark=order.watermark,
        )
        for at in range(order.n)
    )


def _rewritten(prompt: str) -> str:
    return f"{prompt} (rewritten by the emulator: soft light, fine detail)"
