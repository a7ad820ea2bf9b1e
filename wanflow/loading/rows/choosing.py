"""Which rows are made: `--rows 10:20`, and a sample of them."""

import heapq
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from wanflow.errors import UsageError
from wanflow.model.campaign import Sample

_RANGE = re.compile(r"([0-9]{1,12})?(:)?([0-9]{1,12})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRange:
    """Rows from `first` to `last`, both counted in; None is no end."""

    first: int = 1
    last: int | None = None

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        return self.first <= number and (self.last is None or number <= self.last)


def row_range(text: str) -> RowRange:
    """Read `10:20`, `10:`, `:20` or `10`; rows count from 1, and both ends count in.

    Raises:
        UsageError: it is none of these.
    """
    found = _RANGE.fullmatch(text.strip())
    if found is None or not (found[1] or found[3]):
        raise UsageError(
            f"'--rows {text}' is not understood", hint="write --rows 10:20, or 10: or 7"
        )
    first = int(found[1] or 1)
    last = int(found[3]) if found[3] else None if found[2] else first
    if first < 1 or (last is not None and last < first):
        raise UsageError(
            f"'--rows {text}' holds no row: rows count from 1", hint="write --rows 10:20"
        )
    return RowRange(first=first, last=last)


def sampled(sample: Sample, numbers: Iterable[int]) -> frozenset[int] | RowRange:
    """Choose rows by their numbers.

    With a seed, every row has a number that only its own number and the seed decide, and the
    smallest are taken: rows that are added at the end leave most of the choice as it was.

    Args:
        sample: how many, and by which seed.
        numbers: of all rows; only gone through with a seed. Takes memory for the sample alone.
    """
    if sample.seed is None:
        return RowRange(last=sample.count)
    ranked = ((_rank(sample.seed, number), number) for number in numbers)
    return frozenset(number for _, number in heapq.nsmallest(sample.count, ranked))


def _rank(seed: int, number: int) -> bytes:
    return blake2b(f"{seed}:{number}".encode(), digest_size=8).digest()
