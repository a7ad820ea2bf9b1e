"""Looking after tasks: query, cancel, quotas, upload certificates."""

from wanflow.emulator import store
from wanflow.emulator.answers import task_payload
from wanflow.emulator.drawing import draw
from wanflow.emulator.fields import count_in, invalid
from wanflow.emulator.listing import PAGE_NO_MOST, PAGE_SIZE_MOST
from wanflow.emulator.models import find_model, known_models
from wanflow.emulator.multipart import read_form
from wanflow.emulator.refusals import refusal
from wanflow.emulator.service import Service
from wanflow.emulator.store import StoreRefusal
from wanflow.emulator.wire import (
    XML,
    Answer,
    Incoming,
    json_answer,
    store_answer,
    store_headers,
)


async def query_task(service: Service, incoming: Incoming) -> Answer:
    """Answer `GET /tasks/{id}`: 200 for every state, UNKNOWN for what nobody knows."""
    service.pace(incoming.account, "query", incoming.now_s)
    task_id = str(incoming.request.path_params["task_id"])
    task = service.book.find(task_id, incoming.account)
    if task is None or not task.listed:
        output = {"task_id": task_id, "task_status": "UNKNOWN"}
        return json_answer({"output": output}, incoming)
    return json_answer(task_payload(service, task, incoming.origin), incoming)


async def cancel_task(service: Service, incoming: Incoming) -> Answer:
    """Answer `/tasks/{id}/cancel`: only what waits can be canceled."""
    service.pace(incoming.account, "cancel", incoming.now_s)
    task_id = str(incoming.request.path_params["task_id"])
    if not service.book.cancel(task_id, incoming.account, incoming.now_s):
        raise refusal("UnsupportedOperation")
    return json_answer({}, incoming)


async def show_quotas(service: Service, incoming: Incoming) -> Answer:
    """Answer `GET /quotas`: the rate limits of the key, for each model.

    The shape of the answer is not documented where we looked; this one is a choice.
    """
    service.pace(incoming.account, "quotas", incoming.now_s)
    query = incoming.request.query_params
    page_no = count_in(query, "page_no", default=1, most=PAGE_NO_MOST)
    page_size = count_in(query, "page_size", default=20, most=PAGE_SIZE_MOST)
    wanted = query.get("model")
    models = [model for model in known_models() if wanted in {None, "", model.name}]
    limits = service.settings.limits
    data = [
        {
            "model": model.name,
            "submit_count": model.submit_count,
            "submit_period_s": model.submit_per_s,
            "running_most": model.running_most,
            "query_per_s": limits.query_per_s if limits.query_per_s < 1e9 else None,
        }
        for model in models
    ]
    first = (page_no - 1) * page_size
    page = {"total": len(data), "page_no": page_no, "page_size": page_size}
    return json_answer({**page, "data": data[first : first + page_size]}, incoming)


async def give_policy(service: Service, incoming: Incoming) -> Answer:
    """Answer `GET /uploads?action=getPolicy&model=...`."""
    query = incoming.request.query_params
    model = query.get("model", "")
    if query.get("action") != "getPolicy" or not model:
        raise invalid("action, model", "action=getPolicy and a model")
    if find_model(model) is None:
        raise refusal("ModelNotFound")
    service.pace(incoming.account, f"policy {model}", incoming.now_s)
    data = store.certificate(
        service, incoming.account, model, origin=incoming.origin, now_s=incoming.now_s
    )
    return json_answer({"data": data}, incoming)


async def take_upload(service: Service, incoming: Incoming) -> Answer:
    """Answer the multipart POST to the object store: 200 and nothing in it."""
    form = read_form(incoming.body, incoming.header("content-type"))
    try:
        store.store_upload(service, form, incoming.now_s)
    except StoreRefusal as said:
        return store_answer(incoming, status=said.status, code=said.code, message=said.message)
    return Answer(media_type=XML, headers=store_headers(incoming))


async def give_result(service: Service, incoming: Incoming) -> Answer:
    """Answer the download of a result picture; no key is asked for."""
    try:
        sketch = store.find_result(service, str(incoming.request.url), incoming.now_s)
    except StoreRefusal as said:
        return store_answer(incoming, status=said.status, code=said.code, message=said.message)
    if sketch is None:
        message = "The request signature we calculated does not match the one you provided."
        return store_answer(incoming, status=403, code="SignatureDoesNotMatch", message=message)
    return Answer(body=draw(sketch), media_type="image/png", headers=store_headers(incoming))
