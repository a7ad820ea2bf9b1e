"""How much a template may take, give and cost.

The cost of a rendering is bounded by a meter, not by a clock, so that the same template with the
same values always ends alike. A unit is about one node of the template evaluated once, or 64
characters looked at. Every loop pays for all its turns before the first one; every filter,
comparison and sum pays for the size of what it is given.
"""

from dataclasses import dataclass

from wanflow.expand.problem import RefusedError

MAX_SOURCE_CHARS = 65_536
MAX_OUTPUT_BYTES = 65_536
MAX_TOKENS = 10_000  # counted before parsing, spaces included
MAX_NODES = 2_000
MAX_DEPTH = 40  # of the syntax tree; Python itself compiles no more than 100 levels of indentation
MAX_LOOPS = 3  # one within another
MAX_RANGE = 1_000
MAX_WORK = 200_000
# What a rendering may be given, over all values that its template mentions.
MAX_VALUE_CHARS = 262_144
MAX_VALUE_ITEMS = 10_000
MAX_VALUE_DEPTH = 16
MAX_INTEGER = 2**63
_CHARS_PER_UNIT = 64


@dataclass(slots=True)
class Meter:
    """What is left of the work and of the output of one rendering."""

    work: int = MAX_WORK
    output_bytes: int = MAX_OUTPUT_BYTES

    def charge(self, units: int) -> None:
        """Pay for work before it is done.

        Raises:
            RefusedError: more is asked than is left.
        """
        self.work -= units
        if self.work < 0:
            raise RefusedError(
                "template-limit",
                "this template takes too much work",
                hint="use shorter lists, or loops that do not stand within one another",
            )

    def charge_chars(self, chars: int) -> None:
        """Pay for looking at so many characters once."""
        self.charge(1 + chars // _CHARS_PER_UNIT)

    def put_out(self, text: str) -> None:
        """Count a piece of output.

        Raises:
            RefusedError: the output grows beyond the limit.
        """
        self.output_bytes -= len(text.encode("utf-8", "surrogatepass"))
        if self.output_bytes < 0:
            raise RefusedError("template-limit", "this template renders more than 64 kB of text")


def check_length(chars: int) -> None:
    """Refuse a text before it is built.

    Raises:
        RefusedError: it would be longer than any output may be.
    """
    if chars > MAX_OUTPUT_BYTES:
        raise RefusedError("template-limit", "this makes a text of more than 64 kB")
