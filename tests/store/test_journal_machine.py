"""The journal against a model in plain dictionaries, with reopening as one of the moves."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.store.parts import artifact, fingerprint
from wanflow.model.run import Done, Failed, Outcome, Reused, RunState, Skipped
from wanflow.model.values import Fingerprint, JobKey, JsonValue, RunId
from wanflow.store.database import Database
from wanflow.store.disk import Disk
from wanflow.store.journal import Journal

RUNS = st.sampled_from([RunId("r1"), RunId("r2"), RunId("r3")])
KEYS = st.sampled_from([JobKey("a"), JobKey("b"), JobKey("图")])
PROMPTS = st.sampled_from(["red", "蓝", "green"])
PICTURES = st.lists(st.integers(0, 3).map(artifact), max_size=2).map(tuple)
OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Done, pictures=PICTURES),
    st.builds(Reused, pictures=PICTURES, run=st.just("r1")),
    st.builds(Failed, code=st.just("no"), message=st.text(max_size=3)),
    st.builds(Skipped, because=KEYS, reason=st.just("upstream-skipped")),
)
STATES: st.SearchStrategy[RunState] = st.sampled_from(["done", "failed", "interrupted"])
ALL = [fingerprint(prompt) for prompt in ("red", "蓝", "green")]


class JournalMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / ".wanflow" / "journal.sqlite"
        self.path.parent.mkdir()
        Database.create(self.path, disk=Disk(self.path.parent))
        self.journal = Journal.open(self.path)
        self.order: list[RunId] = []
        self.states: dict[RunId, RunState] = {}
        # In the order of the last change, as the journal's own.
        self.jobs: dict[
            tuple[RunId, JobKey], tuple[Fingerprint | None, JsonValue, Outcome | None]
        ] = {}

    def teardown(self) -> None:
        self.journal.close()
        shutil.rmtree(self.folder)

    @rule(run=RUNS)
    def begin(self, run: RunId) -> None:
        self.journal.begin_run(
            run, digest="d", recipe="cat", directory=self.folder, started_at="t", facts={}
        )
        self.order = [run, *(other for other in self.order if other != run)]
        self.states[run] = "running"

    @rule(run=RUNS, state=STATES)
    def end(self, run: RunId, state: RunState) -> None:
        if run in self.states:
            self.journal.end_run(run, state=state, ended_at="t")
            self.states[run] = state

    @rule(run=RUNS, key=KEYS, prompt=PROMPTS)
    def start(self, run: RunId, key: JobKey, prompt: str) -> None:
        if run in self.states:
            request: JsonValue = {"prompt": prompt}
            self.journal.job_started(run, key, fingerprint=fingerprint(prompt), request=request)
            self.jobs.pop((run, key), None)
            self.jobs[run, key] = (fingerprint(prompt), request, None)

    @rule(run=RUNS, key=KEYS, outcome=OUTCOMES)
    def settle(self, run: RunId, key: JobKey, outcome: Outcome) -> None:
        if run in self.states:
            self.journal.job_settled(run, key, outcome=outcome)
            mark, request, _ = self.jobs.pop((run, key), (None, None, None))
            self.jobs[run, key] = (mark, request, outcome)

    @rule()
    def reopen(self) -> None:
        self.journal.close()
        self.journal = Journal.open(self.path)

    @rule()
    def reopen_beside_the_old_one(self) -> None:
        old, self.journal = self.journal, Journal.open(self.path)
        old.close()

    @invariant()
    def runs_agree(self) -> None:
        assert [(row.run, row.state) for row in self.journal.runs()] == [
            (run, self.states[run]) for run in self.order
        ]

    @invariant()
    def outcomes_agree(self) -> None:
        for run in self.states:
            expected = {key: job[2] for (owner, key), job in self.jobs.items() if owner == run}
            settled = {key: outcome for key, outcome in expected.items() if outcome is not None}
            assert list(self.journal.outcomes(run).items()) == list(settled.items())

    @invariant()
    def recorded_agree(self) -> None:
        expected = {
            mark: (run, outcome.pictures)
            for (run, _), (mark, _, outcome) in self.jobs.items()
            if mark is not None and isinstance(outcome, Done) and outcome.pictures
        }
        found = self.journal.recorded(ALL)
        assert {mark: (one.run, one.pictures) for mark, one in found.items()} == expected

    @invariant()
    def last_requests_agree(self) -> None:
        words = {Done: "done", Reused: "done", Failed: "failed", type(None): "started"}
        expected = {
            key: (request, words[type(outcome)])
            for (_, key), (mark, request, outcome) in self.jobs.items()
            if mark is not None and not isinstance(outcome, Skipped)
        }
        assert self.journal.last_requests("cat") == expected


TestJournalMachine = JournalMachine.TestCase
TestJournalMachine.settings = settings(deadline=None, max_examples=30, stateful_step_count=20)
