"""The embedded engine as a provider: real pixels on this machine, offline, in worker processes."""

import os
import shutil
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

import anyio
import anyio.to_process
from anyio.lowlevel import RunVar

from wanflow.errors import StepError
from wanflow.execute.ports import Call, Made
from wanflow.model.plan import Job
from wanflow.model.values import JsonValue, Note
from wanflow.providers.local.plug_ins import brought, offers
from wanflow.providers.local.worker import ALGORITHMS, INSTALL, Order, work

_NEEDED = ("numpy", "cv2")
SAME_PICTURE = Note(
    code="same_picture",
    text="the local engine makes one picture of this; it stands as many times as asked for",
)


class LocalProvider:
    """Edits pictures by algorithms, without a model, a key or the network.

    Never reads a free-text prompt. Equal calls give equal bytes.
    """

    def __init__(self, cores: int | None = None) -> None:
        """Use at most `cores` worker processes at once; by default as many as the machine has."""
        self._cores = cores or os.cpu_count() or 1
        self._slots: RunVar[anyio.CapacityLimiter] = RunVar("slots")

    @property
    def family(self) -> str:
        """Name and version of what makes the pictures; a new version makes other pixels."""
        return "local@2"

    async def edit(self, call: Call) -> Made:
        """Run the job's algorithm in a worker process; cancelling ends that process.

        Raises:
            StepError: `needs-a-model`, `engine-not-installed`, or what the algorithm says.
            ImageError: a picture cannot be read.
        """
        job = call.job
        order = Order(
            algorithm=_algorithm(job),
            arguments={name: _plain(value) for name, value in job.arguments.items()},
            pictures=call.pictures,
            scratch=call.scratch,
            seeds=_seeds(job),
            size=job.size,
        )
        missing = [name for name in _NEEDED if find_spec(name) is None]
        if missing:
            raise StepError(
                "engine-not-installed",
                f"the local engine needs {' and '.join(missing)}, which this Python does not have",
                hint=INSTALL,
            )
        try:
            # Cancelled while it starts, a process would be left behind by anyio 4.16: let it start.
            with anyio.CancelScope(shield=True):
                await anyio.to_process.run_sync(os.getpid, limiter=self._limiter())
            names, notes = await anyio.to_process.run_sync(
                work, order, cancellable=True, limiter=self._limiter()
            )
        except anyio.BrokenWorkerProcess:
            raise StepError(
                "engine-crashed",
                f"the process that ran {job.operation} ended unexpectedly, perhaps out of memory",
                hint="try again with fewer steps at once, or with smaller pictures",
            ) from None
        return _repeated(Made(files=tuple(call.scratch / n for n in names), notes=notes), job.n)

    def _limiter(self) -> anyio.CapacityLimiter:
        # A limiter belongs to the event loop that it is used in; a provider may outlive it.
        try:
            return self._slots.get()
        except LookupError:
            self._slots.set(made := anyio.CapacityLimiter(self._cores))
            return made


def _algorithm(job: Job) -> str:
    if job.algorithm is None:
        raise StepError(
            "needs-a-model",
            f"{job.operation} needs an image model: the local engine follows no free text, it only"
            " does exact edits with parameters",
            hint="run it with --provider dashscope, which sends it to a Wan model",
        )
    if job.algorithm not in ALGORITHMS and not offers(job.algorithm):
        raise StepError(
            "unknown-algorithm",
            f"the local engine has no algorithm '{job.algorithm}', which {job.operation} asks for,"
            " and no installed package brings it",
            hint=f"it has {', '.join(sorted({*ALGORITHMS, *brought()}))}",
        )
    return job.algorithm


def _seeds(job: Job) -> tuple[int, ...]:
    first = job.seed or 0
    return tuple(first + k for k in range(job.n)) if job.seeded else (first,)


def _plain(value: JsonValue) -> JsonValue:
    """Give a value that crosses to another process, whatever kinds of mapping it is made of."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value


def _repeated(made: Made, n: int) -> Made:
    """Let the one picture stand n times: each is a file of its own, as it will be moved."""
    first = made.files[0]
    copies = [first.with_name(f"{k}.png") for k in range(len(made.files) + 1, n + 1)]
    for copy in copies:
        shutil.copyfile(first, copy)
    same = (SAME_PICTURE,) if copies else ()
    return Made(files=(*made.files, *copies), notes=(*made.notes, *same))
