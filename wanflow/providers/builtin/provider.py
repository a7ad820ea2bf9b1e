"""The builtin operations as a provider."""

import shutil
from collections.abc import Mapping, Sequence

import anyio
import anyio.to_process

from wanflow.errors import StepError
from wanflow.execute.ports import Call, Made
from wanflow.model.values import JsonValue, Note
from wanflow.providers.builtin.worker import ALGORITHMS, Order, work

SAME_PICTURE = Note(
    code="same_picture",
    text="exact work gives one picture; it stands as many times as asked for",
)


class BuiltinProvider:
    """Does exact pixel work without a model. Equal calls give equal bytes."""

    @property
    def family(self) -> str:
        """Name and version of what makes the pictures; a new version makes other pixels."""
        return "builtin@1"

    async def edit(self, call: Call) -> Made:
        """Do the job's operation in a worker process; cancelling ends that process.

        A process and not a thread, although Pillow lets go of the interpreter's lock: a decoder
        that falls over a hostile picture then ends one step and not the run.

        The size of the result is that of `plan.geometry.result_size` on the pictures as they are
        seen, that is turned upright. The job's `size` does not count.

        Raises:
            StepError: `unknown-algorithm`, `result-too-large` or `engine-crashed`.
            ImageError: a picture cannot be read, or moves.
        """
        job = call.job
        if job.algorithm is None or job.algorithm not in ALGORITHMS:
            raise StepError(
                "unknown-algorithm",
                f"there is no builtin algorithm '{job.algorithm}', which {job.operation} asks for",
                hint=f"there are {', '.join(sorted(ALGORITHMS))}",
            )
        order = Order(
            algorithm=job.algorithm,
            arguments={name: _plain(value) for name, value in job.arguments.items()},
            pictures=call.pictures,
            scratch=call.scratch,
        )
        try:
            name, notes = await anyio.to_process.run_sync(work, order, cancellable=True)
        except anyio.BrokenWorkerProcess:
            raise StepError(
                "engine-crashed",
                f"the process that ran {job.operation} ended unexpectedly, perhaps out of memory",
                hint="try again with fewer steps at once, or with smaller pictures",
            ) from None
        return _repeated(Made(files=(call.scratch / name,), notes=notes), job.n)


def _plain(value: JsonValue) -> JsonValue:
    """Give a value that crosses to another process, whatever kinds of mapping it is made of."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value


def _repeated(made: Made, n: int) -> Made:
    """Let the one picture stand n times: each is a file of its own, as it will be moved."""
    if n == 1:
        return made
    first = made.files[0]
    copies = tuple(first.with_stem(str(number)) for number in range(2, n + 1))
    for copy in copies:
        shutil.copyfile(first, copy)
    return Made(files=(first, *copies), notes=(*made.notes, SAME_PICTURE))
