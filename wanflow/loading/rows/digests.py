"""A set of digests in little memory: eight bytes a place, in one piece."""

from array import array
from hashlib import blake2b

_FIRST_PLACES = 1 << 12
_FULL = 0.6


class Digests:
    """Remembers which texts it was shown, and a number for each; 100,000 take about 4 MB.

    Two different texts count as the same with a chance of about one in 10 to the power of 9 for
    a hundred thousand of them.
    """

    def __init__(self) -> None:
        self._digests = array("Q", bytes(8 * _FIRST_PLACES))
        self._numbers = array("L", bytes(array("L").itemsize * _FIRST_PLACES))
        self._mask = _FIRST_PLACES - 1
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, text: str, number: int) -> int | None:
        """Remember a text; if it was there before, give the number that came with it."""
        made = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return self.put(int.from_bytes(made, "big") or 1, number)

    def put(self, digest: int, number: int) -> int | None:
        """Remember a digest of 64 bits that is not 0; as `add`."""
        digests, mask = self._digests, self._mask
        at = digest & mask
        while found := digests[at]:
            if found == digest:
                return self._numbers[at]
            at = (at + 1) & mask
        digests[at], self._numbers[at] = digest, number
        self._count += 1
        if self._count > _FULL * mask:
            self._grow()
        return None

    def _grow(self) -> None:
        digests, numbers = self._digests, self._numbers
        places = 4 * len(digests)
        self._digests = array("Q", bytes(8 * places))
        self._numbers = array("L", bytes(numbers.itemsize * places))
        self._mask, self._count = places - 1, 0
        for digest, number in zip(digests, numbers, strict=True):
            if digest:
                self.put(digest, number)
