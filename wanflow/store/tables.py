"""The tables of the journal, and the seal on each of their rows."""

import hashlib

from wanflow.store.codec import to_json

# In the header of the file, so that `file` and every SQLite tool can tell whose it is: "WANF".
APPLICATION_ID = 0x57414E46
VERSION = 2  # of the tables; a change that an older wanflow cannot read raises it

# `seq` is the order in which runs last began or went on, and jobs last changed; AUTOINCREMENT
# never gives a number twice.
# The partial index serves reuse, the second one resume, the third one `what has changed`.
_RUNS_AND_JOBS = """
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    recipe TEXT NOT NULL,
    directory TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    state TEXT NOT NULL,
    facts TEXT NOT NULL,
    seal TEXT NOT NULL
);
CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL REFERENCES runs (run),
    job TEXT NOT NULL,
    fingerprint TEXT,
    request TEXT,
    state TEXT NOT NULL,
    outcome TEXT,
    seal TEXT NOT NULL,
    UNIQUE (run, job)
);
CREATE INDEX jobs_by_fingerprint ON jobs (fingerprint) WHERE state = 'done';
CREATE INDEX runs_by_digest ON runs (digest);
CREATE INDEX runs_by_recipe ON runs (recipe);
"""

# What was bought; see `wanflow.execute.ledger`. Whoever needs only this makes it for itself.
PURCHASES = """
CREATE TABLE IF NOT EXISTS purchases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    purse TEXT NOT NULL,
    service TEXT NOT NULL,
    account TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt_sha256 TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    images INTEGER NOT NULL,
    price_micro INTEGER NOT NULL,
    currency TEXT NOT NULL,
    service_time_s REAL,
    state TEXT NOT NULL DEFAULT 'intended',
    task_id TEXT,
    request_id TEXT,
    billed_images INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    canceling INTEGER NOT NULL DEFAULT 0,
    urls TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS purchases_fingerprint ON purchases (fingerprint, id);
CREATE INDEX IF NOT EXISTS purchases_purse ON purchases (purse);
CREATE INDEX IF NOT EXISTS purchases_open ON purchases (state)
    WHERE state IN ('intended', 'accepted');
"""


def tables_of(version: int = VERSION) -> str:
    """Give the script that makes the tables of a version; the first had no purchases.

    Raises:
        KeyError: there was no such version.
    """
    script = {1: _RUNS_AND_JOBS, 2: _RUNS_AND_JOBS + PURCHASES}[version]
    return (
        f"{script}\nPRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {version};\n"
    )


# What brings a journal of an older version to the next one.
UPGRADES = {1: f"{PURCHASES}\nPRAGMA user_version = 2;\n"}

RUN_COLUMNS = "run, digest, recipe, directory, started_at, ended_at, state, facts, seal"
JOB_COLUMNS = "run, job, fingerprint, request, state, outcome, seal"


def seal(*columns: str | None) -> str:
    """Give the checksum of a row's columns.

    SQLite looks after the structure of its file and not after the text in it: a flipped bit there
    would pass for another prompt or another picture.
    """
    return hashlib.blake2b(to_json(columns).encode(), digest_size=8).hexdigest()
