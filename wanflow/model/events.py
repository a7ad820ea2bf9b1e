"""What is told while a run goes on, for a progress display and for the journal."""

from dataclasses import dataclass

from wanflow.model.run import Outcome
from wanflow.model.values import JobKey


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """A job has what it needs and begins; `attempt` counts from 1."""

    job: JobKey
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettled:
    """A job has its outcome; there is exactly one such event a job."""

    job: JobKey
    outcome: Outcome


Event = JobStarted | JobSettled
