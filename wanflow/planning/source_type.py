"""What kind of picture a step makes, in the words of the IPTC."""

from collections.abc import Sequence

from wanflow.model.operation import Operation
from wanflow.model.provenance import GENERATED

_LOCAL = "local"
_MIXED = "compositeWithTrainedAlgorithmicMedia"
_JOINED = "composite"


def source_type(operation: Operation, provider: str, parents: Sequence[str | None]) -> str | None:
    """Say what kind of picture comes out of an operation.

    Args:
        operation: which one.
        provider: who does it, without its version.
        parents: the kinds of the pictures that it is made from, None where nothing is known.

    Returns:
        A term of the IPTC's vocabulary `digitalsourcetype`; None where nothing can be said. What
        a model has drawn, and what was joined, stays so whatever this machine does to it
        afterwards; exact pixel work hands on the kind of what went in.
    """
    known = {parent for parent in parents if parent is not None}
    if operation.kind == "builtin":
        return _handed_on(known, alone=None not in parents)
    if provider != _LOCAL:
        return operation.source.model
    if known & GENERATED:
        return _MIXED
    return _JOINED if _JOINED in known else operation.source.local


def _handed_on(known: set[str], *, alone: bool) -> str | None:
    if not known:
        return None
    if len(known) == 1 and alone:
        return next(iter(known))
    return _MIXED if known & GENERATED else _JOINED
