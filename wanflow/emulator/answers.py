"""What the service says about a task: the bodies of sections that every client reads."""

from typing import Any

from wanflow.emulator.clock import beijing_text
from wanflow.emulator.faults.outcomes import shown
from wanflow.emulator.service import Service
from wanflow.emulator.store import result_url
from wanflow.emulator.tasks import Task

Payload = dict[str, Any]


def task_payload(service: Service, task: Task, origin: str) -> Payload:
    """Make the answer to a query of a task: `output`, and `usage` once it succeeded."""
    output = shown(
        task.fate.twist, _output(service, task, origin), first_time=_first_time(service, task)
    )
    succeeded = output["task_status"].upper() == "SUCCEEDED"
    return {"output": output, "usage": _usage(task)} if succeeded else {"output": output}


def call_payload(service: Service, task: Task, origin: str) -> Payload:
    """Make the answer to a synchronous call that ended well."""
    output: Payload = {"choices": _choices(service, task, origin)}
    if task.model.shape == "messages-wan":
        output["finished"] = True
    else:
        output["task_metric"] = _metrics(task)
    output = shown(
        task.fate.twist, {"task_id": "", "task_status": "SUCCEEDED", **output}, first_time=True
    )
    visible = {key: output[key] for key in output if key not in {"task_id", "task_status"}}
    return {"output": visible, "usage": _usage(task)}


def _first_time(service: Service, task: Task) -> bool:
    if task.fate.twist != "unknown-once" or task.id in service.seen_unknown:
        return False
    service.seen_unknown.add(task.id)
    return True


def _output(service: Service, task: Task, origin: str) -> Payload:
    output: Payload = {"task_id": task.id, "task_status": task.state}
    if task.state == "CANCELED":
        return output
    output["submit_time"] = beijing_text(task.submitted_s)
    if task.started_s is not None:
        output["scheduled_time"] = beijing_text(task.started_s)
    if task.ended_s is not None:
        output["end_time"] = beijing_text(task.ended_s)
    if task.state == "FAILED" and task.fate.failure is not None:
        output |= {"code": task.fate.failure.code, "message": task.fate.failure.message}
    if task.state == "SUCCEEDED":
        output |= _made(service, task, origin)
    return {**output, "task_metrics": _metrics(task)}


def _made(service: Service, task: Task, origin: str) -> Payload:
    if task.model.shape == "messages-wan":
        return {"finished": True, "choices": _choices(service, task, origin)}
    results: list[Payload] = []
    for at in range(len(task.sketches)):
        lost = task.fate.lost.get(at)
        if lost is not None:
            results.append({"code": lost.code, "message": lost.message})
            continue
        entry = {"url": result_url(service, task, at, origin)}
        if task.model.shape == "synthesis":
            entry = {"orig_prompt": task.prompt, **entry}
            if task.actual_prompt is not None:
                entry["actual_prompt"] = task.actual_prompt
        results.append(entry)
    return {"results": results}


def _choices(service: Service, task: Task, origin: str) -> list[Payload]:
    urls = [result_url(service, task, at, origin) for at in task.good]
    if task.model.shape == "messages-wan":
        content = [{"type": "image", "image": url} for url in urls]
    else:
        content = [{"image": url} for url in urls]
    message = {"role": "assistant", "content": content}
    return [{"finish_reason": "stop", "message": message}]


def _metrics(task: Task) -> Payload:
    good = len(task.good) if task.state == "SUCCEEDED" else 0
    total = len(task.sketches)
    over = task.state in {"SUCCEEDED", "FAILED"}
    return {"TOTAL": total, "SUCCEEDED": good, "FAILED": total - good if over else 0}


def _usage(task: Task) -> Payload:
    usage: Payload = {"image_count": len(task.good)}
    size = task.sketches[0].size
    if task.model.shape == "messages-wan":
        usage["size"] = str(size)
    if task.model.shape == "messages-qwen":
        usage |= {"width": size.width_px, "height": size.height_px}
    return usage
