"""When to give up: a budget of retries for a run, and a breaker for a service that is down."""

import anyio

from wanflow.errors import AccountError, UnfinishedError

_TOKENS = 500
_RETRY_COSTS = 5
_FAILURES_IN_A_ROW = 10
_PAUSE_S = 60.0


class RetryBudget:
    """500 tokens for a run: a retry costs 5, a success gives 1 back."""

    def __init__(self) -> None:
        self._tokens = _TOKENS

    def spend(self, reason: str) -> None:
        """Pay for a retry.

        Raises:
            UnfinishedError: there have been too many.
        """
        if self._tokens < _RETRY_COSTS:
            raise UnfinishedError(
                f"too many requests had to be repeated, the last one because of: {reason}",
                hint="run the same command again later; it goes on where this one stopped",
            )
        self._tokens -= _RETRY_COSTS

    def earn(self) -> None:
        """Note a success."""
        self._tokens = min(_TOKENS, self._tokens + 1)


class Breaker:
    """Stops all requests for a minute when ten of one kind have failed in a row.

    Then one goes ahead as a probe, and the others wait for what becomes of it. When the account
    cannot go on, it opens for good.
    """

    def __init__(self) -> None:
        self._last = ""
        self._row = 0
        self._until_s = 0.0
        self._probe: anyio.Event | None = None
        self._stopped: AccountError | None = None

    @property
    def stopped(self) -> AccountError | None:
        """Why nothing may be sent any more; None as long as it may."""
        return self._stopped

    def stop(self, error: AccountError) -> None:
        """Open for good."""
        self._stopped = error
        self._release()

    async def passed(self) -> None:
        """Wait until a request may be tried.

        Raises:
            AccountError: the account cannot go on.
        """
        while True:
            if self._stopped is not None:
                raise self._stopped
            if self._row < _FAILURES_IN_A_ROW:
                return
            if self._probe is not None:
                await self._probe.wait()
                continue
            self._probe = anyio.Event()
            try:
                await anyio.sleep_until(self._until_s)
            except BaseException:
                self._release()
                raise
            if self._stopped is None:
                return

    def succeeded(self) -> None:
        """Note that a request was answered: the service is there."""
        self._row = 0
        self._release()

    def failed(self, kind: str) -> None:
        """Note a failure; failures of different kinds do not add up."""
        self._row = self._row + 1 if kind == self._last or not self._last else 1
        self._last = kind
        if self._row >= _FAILURES_IN_A_ROW:
            self._row = _FAILURES_IN_A_ROW
            self._until_s = anyio.current_time() + _PAUSE_S
        self._release()

    def left(self) -> None:
        """Note that a request ends, in whatever way: others need not wait for it any more."""
        self._release()

    def _release(self) -> None:
        probe, self._probe = self._probe, None
        if probe is not None:
            probe.set()
