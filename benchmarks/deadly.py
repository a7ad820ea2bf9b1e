"""The emulator, told when to kill its client.

    python benchmarks/deadly.py ORDERS LEDGER [OPTION=TEXT]...

An order is one line of JSON in the file ORDERS, such as

    {"number": 3, "group": 4711, "place": "submit", "nth": 2, "delay_s": 0.002}

and says: of the requests that come in from now on, when the second submission has been dealt with
and its answer is about to leave, wait two milliseconds and kill the process group 4711 with -9. A
request is dealt with before its answer leaves, so with a delay of 0 the service has accepted what
the client will never hear of. A new number replaces the order before. Options are the emulator's.
"""

import json
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from wanflow.emulator.options import settings_from
from wanflow.emulator.serve import serve
from wanflow.emulator.service import Call


class Order(TypedDict):
    """When to kill whom."""

    number: int
    group: int
    place: str
    nth: int
    delay_s: float


class Executioner:
    """Counts requests and carries out the order of the day."""

    def __init__(self, orders: Path) -> None:
        self._orders = orders
        self._number = 0
        self._seen = 0

    def observe(self, call: Call) -> None:
        """Hear of a request before its answer is sent."""
        order = self._order()
        if order is None or call.place != order["place"]:
            return
        if order["number"] != self._number:
            self._number, self._seen = order["number"], 0
        self._seen += 1
        if self._seen != order["nth"]:
            return
        if order["delay_s"]:
            threading.Timer(order["delay_s"], kill, (order["group"],)).start()
        else:
            kill(order["group"])

    def _order(self) -> Order | None:
        try:
            found: Order = json.loads(self._orders.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found


def kill(group: int) -> None:
    """Kill a process group; it may have ended."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def main() -> None:
    """Serve until SIGTERM."""
    orders, ledger, *words = sys.argv[1:]
    options = dict(word.split("=", 1) for word in words)
    executioner = Executioner(Path(orders))
    serve(settings_from(options), ledger_file=Path(ledger), observe=executioner.observe)


if __name__ == "__main__":
    main()
