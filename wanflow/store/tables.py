"""The tables of the journal, and the seal on each of their rows."""

import hashlib

from wanflow.store.codec import to_json

# In the header of the file, so that `file` and every SQLite tool can tell whose it is: "WANF".
APPLICATION_ID = 0x57414E46
VERSION = 1  # of the tables; a change that an older wanflow cannot read raises it

# `seq` is the order in which runs last began or went on, and jobs last changed; AUTOINCREMENT
# never gives a number twice.
# The partial index serves reuse, the second one resume, the third one `what has changed`.
TABLES = f"""
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
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""

RUN_COLUMNS = "run, digest, recipe, directory, started_at, ended_at, state, facts, seal"
JOB_COLUMNS = "run, job, fingerprint, request, state, outcome, seal"


def seal(*columns: str | None) -> str:
    """Give the checksum of a row's columns.

    SQLite looks after the structure of its file and not after the text in it: a flipped bit there
    would pass for another prompt or another picture.
    """
    return hashlib.blake2b(to_json(columns).encode(), digest_size=8).hexdigest()
