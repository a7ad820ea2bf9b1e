"""Rows of the journal as values: read with their seals checked, written with new ones."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wanflow.model.run import Done, Failed, Outcome, Reused, RunState, Skipped
from wanflow.model.values import Fingerprint, JobKey, JsonValue, RunId
from wanflow.store.codec import decode_outcome, encode_outcome, from_json, to_json
from wanflow.store.database import damaged
from wanflow.store.tables import JOB_COLUMNS, RUN_COLUMNS, seal


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run as the journal knows it; `directory` is absolute, times are UTC with Z.

    `running` may also mean that its process is gone: then nobody holds the run directory.
    """

    run: RunId
    digest: str
    recipe: str
    directory: Path
    started_at: str
    ended_at: str | None
    state: RunState
    facts: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job of a run as the journal knows it.

    `request` is JSON text; it and the fingerprint are None for a job that settled without a start.
    """

    run: RunId
    job: JobKey
    fingerprint: Fingerprint | None
    request: str | None
    outcome: Outcome | None


class Rows:
    """Turns columns into values and back, for one journal.

    Run directories around the workspace are kept relative, so that the folder of a project can
    be moved with both.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._around = journal.absolute().parent.parent

    def run(self, columns: tuple[Any, ...]) -> RunRow:
        """Read a row of `RUN_COLUMNS`.

        Raises:
            WorkspaceError: it is not what was written.
        """
        run, digest, recipe, directory, started_at, ended_at, state, facts = self._checked(columns)
        kept: Any = from_json(directory)
        known: Any = from_json(facts)
        return RunRow(
            run=RunId(run),
            digest=digest,
            recipe=recipe,
            directory=self._around / kept,
            started_at=started_at,
            ended_at=ended_at,
            state=state,
            facts=known,
        )

    def job(self, columns: tuple[Any, ...]) -> JobRow:
        """Read a row of `JOB_COLUMNS`.

        Raises:
            WorkspaceError: it is not what was written.
        """
        run, job, fingerprint, request, _, outcome = self._checked(columns)
        return JobRow(
            run=RunId(run),
            job=JobKey(job),
            fingerprint=fingerprint,
            request=request,
            outcome=None if outcome is None else decode_outcome(outcome),
        )

    def put_run(self, connection: sqlite3.Connection, row: RunRow) -> None:
        """Write a run as the newest, in the place of an earlier entry of it."""
        columns = self._run_columns(row)
        known = connection.execute("SELECT 1 FROM runs WHERE run = ?", (row.run,)).fetchone()
        if known is None:
            connection.execute(
                f"INSERT INTO runs ({RUN_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",  # noqa: S608 - constant
                columns,
            )
        else:
            self.change_run(connection, row)
            connection.execute(
                "UPDATE runs SET seq = (SELECT max(seq) + 1 FROM runs) WHERE run = ?", (row.run,)
            )

    def change_run(self, connection: sqlite3.Connection, row: RunRow) -> None:
        """Write a run over its earlier entry, in the same place."""
        connection.execute(
            f"UPDATE runs SET ({RUN_COLUMNS}) = (?,?,?,?,?,?,?,?,?) WHERE run = ?",  # noqa: S608 - constant
            (*self._run_columns(row), row.run),
        )

    def put_job(self, connection: sqlite3.Connection, row: JobRow) -> None:
        """Write a job, in the place of an earlier entry of it in the same run."""
        text = None if row.outcome is None else encode_outcome(row.outcome)
        columns = (row.run, row.job, row.fingerprint, row.request, state_of(row), text)
        connection.execute(
            f"REPLACE INTO jobs ({JOB_COLUMNS}) VALUES (?,?,?,?,?,?,?)",  # noqa: S608 - constant
            (*columns, seal(*columns)),
        )

    def _run_columns(self, row: RunRow) -> tuple[str | None, ...]:
        columns = (
            row.run,
            row.digest,
            row.recipe,
            to_json(str(self._kept(row.directory.absolute()))),
            row.started_at,
            row.ended_at,
            row.state,
            to_json(row.facts),
        )
        return (*columns, seal(*columns))

    def _kept(self, path: Path) -> Path:
        return path.relative_to(self._around) if path.is_relative_to(self._around) else path

    def _checked(self, row: tuple[Any, ...]) -> list[Any]:
        *columns, found = row
        if found != seal(*columns):
            raise damaged(self._journal, f"the entry of {columns[0]!a} was changed")
        return columns


def state_of(row: JobRow) -> str:
    """Give the state of a job in one word."""
    match row.outcome:
        case None:
            return "started"
        case Done():
            return "done"
        case Reused():
            return "reused"
        case Failed():
            return "failed"
        case Skipped():
            return "skipped"
