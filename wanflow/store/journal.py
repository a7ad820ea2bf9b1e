"""What has been asked for and what came of it, across all runs of a workspace."""

import difflib
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wanflow.errors import UsageError
from wanflow.model.plan import Recorded
from wanflow.model.run import Done, Outcome, Reused, RunState
from wanflow.model.values import Fingerprint, JobKey, JsonValue, RunId
from wanflow.store.codec import from_json, to_json
from wanflow.store.database import Change, Database
from wanflow.store.disk import Disk
from wanflow.store.rows import JobRow, Rows, RunRow, state_of
from wanflow.store.tables import JOB_COLUMNS, RUN_COLUMNS

_RUNS = f"SELECT {RUN_COLUMNS} FROM runs"  # noqa: S608 - constants, here and below
_JOBS = f"SELECT {JOB_COLUMNS} FROM jobs"  # noqa: S608 # both are ours
# With max() SQLite takes the other columns from the row that has it:
# https://www.sqlite.org/lang_select.html#bareagg
_LAST_JOBS = (
    f"SELECT {JOB_COLUMNS} FROM (SELECT max(jobs.seq), jobs.* FROM jobs JOIN runs USING (run)"  # noqa: S608 # both are ours
    " WHERE recipe = ? AND request IS NOT NULL AND jobs.state <> 'skipped' GROUP BY job)"
    " ORDER BY job"
)
_AT_ONCE = 500  # values in one query; older SQLite takes 999
_LIKENESS = 0.7
_NEAR = 3


class Journal:
    """The record of a workspace. A method that changes something returns when it is durable.

    Safe for many threads and for several processes at once.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Rows(database.path)

    @classmethod
    def open(cls, path: Path, *, disk: Disk | None = None) -> "Journal":
        """Open the journal of a workspace.

        Raises:
            UnfinishedError: the disk is full or broken.
            WorkspaceError: it is damaged, gone, or written by a newer version.
        """
        return cls(Database.open(path, disk=disk or Disk(path.parent)))

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self._database.close()

    def begin_run(
        self,
        run: RunId,
        *,
        digest: str,
        recipe: str,
        directory: Path,
        started_at: str,
        facts: Mapping[str, JsonValue],
    ) -> None:
        """Record that a run begins, or that an unfinished one goes on.

        Going on makes it the newest, and keeps its first start, directory, facts and outcomes.
        """
        new = RunRow(
            run=run,
            digest=digest,
            recipe=recipe,
            directory=directory,
            started_at=started_at,
            ended_at=None,
            state="running",
            facts=facts,
        )

        def change(connection: sqlite3.Connection) -> None:
            known = self._run(connection, run)
            again = known and replace(known, state="running", ended_at=None)
            self._rows.put_run(connection, again or new)

        self._database.write(change)

    def end_run(self, run: RunId, *, state: RunState, ended_at: str) -> None:
        """Record how a run ended; `interrupted` and `unfinished` ones can go on.

        Raises:
            UsageError: there is no such run.
        """

        def change(connection: sqlite3.Connection) -> None:
            known = self._run(connection, run)
            if known is None:
                raise UsageError(f"there is no run '{run}'")
            self._rows.change_run(connection, replace(known, state=state, ended_at=ended_at))

        self._database.write(change)

    def runs(self) -> tuple[RunRow, ...]:
        """List all runs; first the one that began or went on last."""
        return tuple(self._runs(f"{_RUNS} ORDER BY seq DESC"))

    def find_run(self, text: str) -> RunRow:
        """Find a run by its id, by the beginning of one, or by the word `last`.

        Raises:
            UsageError: none fits, or several do; names near ones.
        """
        runs = self.runs()
        if not runs:
            raise UsageError("there is no run in this workspace yet", hint="wanflow run FILE")
        if text == "last":
            return runs[0]
        fitting = [row for row in runs if text and row.run.startswith(text)]
        fitting = [row for row in fitting if row.run == text] or fitting
        if not fitting:
            near = _near(text, [row.run for row in runs])
            raise UsageError(f"there is no run '{text}'", hint=near)
        if len(fitting) > 1:
            some = ", ".join(row.run for row in fitting[:_NEAR])
            raise UsageError(
                f"{len(fitting)} runs begin with '{text}'", hint=f"write more of it: {some}"
            )
        return fitting[0]

    def unfinished_run(self, digest: str) -> RunRow | None:
        """Find the latest run of a plan that can go on: not ended, and its directory still there.

        Another process may be at it: who opens the directory is told so.
        """
        states = "state IN ('running', 'interrupted', 'unfinished')"
        for row in self._runs(
            f"{_RUNS} WHERE digest = ? AND {states} ORDER BY seq DESC", (digest,)
        ):
            if row.directory.is_dir():
                return row
        return None

    def job_started(
        self, run: RunId, key: JobKey, *, fingerprint: Fingerprint, request: JsonValue
    ) -> None:
        """Record what is about to be asked for; an earlier try in the same run is replaced."""
        row = JobRow(
            run=run, job=key, fingerprint=fingerprint, request=to_json(request), outcome=None
        )
        self._database.write(lambda connection: self._rows.put_job(connection, row))

    def job_settled(self, run: RunId, key: JobKey, *, outcome: Outcome) -> None:
        """Record what came of a job; one that was reused or skipped need not have started."""
        self._database.write(self._settling(run, key, outcome))

    def jobs_found(
        self, run: RunId, found: Sequence[tuple[JobKey, Fingerprint | None, Outcome]]
    ) -> None:
        """Record what needed no work, many jobs in one commit; a known outcome stays as it is.

        What was made by this very run before it was interrupted is found again by it, and is to be
        remembered as made.
        """
        rows = [
            JobRow(run=run, job=key, fingerprint=fingerprint, request=None, outcome=outcome)
            for key, fingerprint, outcome in found
        ]

        def change(connection: sqlite3.Connection) -> None:
            for row in rows:
                known = connection.execute(
                    "SELECT 1 FROM jobs WHERE run = ? AND job = ? AND outcome IS NOT NULL"
                    " AND fingerprint IS ? AND state IN ('done', 'reused')",
                    (run, row.job, row.fingerprint),
                ).fetchone()
                if known is None:
                    self._rows.put_job(connection, row)

        self._database.write(change)

    def counts(self, run: RunId) -> Mapping[str, int]:
        """Count the jobs of a run by state: `started`, `done`, `reused`, `failed`, `skipped`."""
        query = "SELECT state, count(*) FROM jobs WHERE run = ? GROUP BY state ORDER BY state"
        return {state: int(count) for state, count in self._database.read(query, (run,))}

    def under_way(self, run: RunId, *, most: int) -> tuple[JobKey, ...]:
        """Name jobs of a run that have begun and not settled, those that wait longest first."""
        query = "SELECT job FROM jobs WHERE run = ? AND state = 'started' ORDER BY seq LIMIT ?"
        return tuple(JobKey(job) for (job,) in self._database.read(query, (run, str(most))))

    def outcomes_of(self, run: RunId, keys: Sequence[JobKey]) -> Mapping[JobKey, Outcome]:
        """Give the outcomes that some jobs of a run have so far."""
        found: dict[JobKey, Outcome] = {}
        for at in range(0, len(keys), _AT_ONCE):
            some = keys[at : at + _AT_ONCE]
            marks = ",".join("?" * len(some))
            for row in self._jobs(f"{_JOBS} WHERE run = ? AND job IN ({marks})", (run, *some)):
                if row.outcome is not None:
                    found[row.job] = row.outcome
        return found

    def outcomes(self, run: RunId) -> Mapping[JobKey, Outcome]:
        """Give the outcomes of a run so far, in the order in which they came."""
        found = self._jobs(f"{_JOBS} WHERE run = ? ORDER BY seq", (run,))
        return {row.job: row.outcome for row in found if row.outcome is not None}

    def recorded(self, fingerprints: Collection[Fingerprint]) -> Mapping[Fingerprint, Recorded]:
        """Find what earlier runs made of these requests; of several, the latest.

        Whether the pictures still lie in the workspace is for `ObjectStore.holds` to say.
        """
        wanted = sorted(set(fingerprints))
        found: dict[Fingerprint, Recorded] = {}
        for at in range(0, len(wanted), _AT_ONCE):
            some = wanted[at : at + _AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"{_JOBS} WHERE state = 'done' AND fingerprint IN ({marks}) ORDER BY seq"
            for row in self._jobs(query, some):
                if row.fingerprint and isinstance(row.outcome, Done) and row.outcome.pictures:
                    found[row.fingerprint] = _recorded(row.run, row.fingerprint, row.outcome)
        return found

    def last_requests(self, recipe: str) -> Mapping[JobKey, tuple[JsonValue, str]]:
        """Give for each step of a recipe what was last asked for, in any run, and its state.

        The state is `done`, `failed` or `started`; a job that was reused counts as done.
        """
        return {
            row.job: (from_json(row.request), state_of(row).replace("reused", "done"))
            for row in self._jobs(_LAST_JOBS, (recipe,))
            if row.request is not None
        }

    def _settling(self, run: RunId, key: JobKey, outcome: Outcome) -> Change:
        def change(connection: sqlite3.Connection) -> None:
            columns = connection.execute(
                f"{_JOBS} WHERE run = ? AND job = ?", (run, key)
            ).fetchone()
            if columns is None:
                row = JobRow(run=run, job=key, fingerprint=None, request=None, outcome=outcome)
            else:
                known = self._rows.job(columns)
                if _made_here(known.outcome, outcome):
                    return
                row = replace(known, outcome=outcome)
            self._rows.put_job(connection, row)

        return change

    def _run(self, connection: sqlite3.Connection, run: RunId) -> RunRow | None:
        columns = connection.execute(f"{_RUNS} WHERE run = ?", (run,)).fetchone()
        return None if columns is None else self._rows.run(columns)

    def _runs(self, query: str, values: Sequence[str] = ()) -> Iterator[RunRow]:
        return map(self._rows.run, self._database.read(query, values))

    def _jobs(self, query: str, values: Sequence[str]) -> Iterator[JobRow]:
        return map(self._rows.job, self._database.read(query, values))


def _recorded(run: RunId, fingerprint: Fingerprint, done: Done) -> Recorded:
    return Recorded(
        fingerprint=fingerprint,
        pictures=done.pictures,
        notes=done.notes,
        seconds=done.seconds,
        run=run,
        missing=done.missing,
        receipt=done.receipt,
        checks=done.checks,
    )


def _made_here(known: Outcome | None, outcome: Outcome) -> bool:
    """Say whether a run only finds what it has made itself: it is to be remembered as made."""
    return (
        isinstance(known, Done)
        and isinstance(outcome, Reused)
        and known.pictures == outcome.pictures
    )


def _near(text: str, runs: Sequence[str]) -> str:
    near = difflib.get_close_matches(text, runs, n=_NEAR, cutoff=_LIKENESS)
    near = near or [run for run in runs if text and text in run][:_NEAR]
    return f"did you mean {' or '.join(near)}?" if near else "wanflow runs lists them all"
