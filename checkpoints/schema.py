"""The tables of a run database, and the version that they have together."""

#: Raised with every change of a table below.
SCHEMA_VERSION = 4

#: `turn` numbers the runs of one thread, which follow one another; `follows` is the checkpoint at
#: which the one before left it, and `usage_before` how much of the state's usage is not its own.
_RUNS = """
CREATE TABLE IF NOT EXISTS dalsegno_run (
    id TEXT PRIMARY KEY,
    thread TEXT NOT NULL,
    turn INTEGER NOT NULL DEFAULT 0,
    follows TEXT,
    usage_before INTEGER NOT NULL DEFAULT 0,
    key TEXT UNIQUE,
    workflow TEXT NOT NULL,
    version TEXT NOT NULL,
    digest TEXT NOT NULL,
    source TEXT,
    model TEXT NOT NULL,
    strong TEXT,
    inputs TEXT NOT NULL,
    status TEXT NOT NULL,
    created REAL NOT NULL,
    updated REAL NOT NULL,
    forked_from TEXT,
    forked_at TEXT,
    output TEXT,
    metrics TEXT,
    error TEXT,
    UNIQUE (thread, turn)
) STRICT;
CREATE TABLE IF NOT EXISTS dalsegno_lease (
    thread TEXT PRIMARY KEY,
    fence INTEGER NOT NULL,
    holder TEXT,
    until REAL
) STRICT;
CREATE TABLE IF NOT EXISTS dalsegno_review (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES dalsegno_run (id),
    node TEXT NOT NULL,
    interrupt TEXT NOT NULL,
    digest TEXT NOT NULL,
    request TEXT NOT NULL,
    created REAL NOT NULL,
    assignee TEXT,
    deadline REAL,
    on_deadline TEXT,
    passed REAL,
    decision TEXT,
    decided_by TEXT,
    decided_at REAL
) STRICT;
CREATE INDEX IF NOT EXISTS dalsegno_review_run ON dalsegno_review (run);
CREATE UNIQUE INDEX IF NOT EXISTS dalsegno_review_open
    ON dalsegno_review (run, interrupt, digest) WHERE decision IS NULL;
CREATE INDEX IF NOT EXISTS dalsegno_review_due
    ON dalsegno_review (deadline) WHERE decision IS NULL;
CREATE TABLE IF NOT EXISTS dalsegno_step (
    run TEXT NOT NULL REFERENCES dalsegno_run (id),
    fence INTEGER NOT NULL,
    number INTEGER NOT NULL,
    node TEXT NOT NULL,
    task TEXT NOT NULL,
    started REAL NOT NULL,
    ended REAL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (run, fence, number)
) STRICT, WITHOUT ROWID;
"""

#: `turn` is that of the thread's run in which a step was come to, or which a marker is for.
_JOURNAL = """
CREATE TABLE IF NOT EXISTS dalsegno_visit (
    id INTEGER PRIMARY KEY,
    thread TEXT NOT NULL,
    task TEXT NOT NULL,
    path TEXT NOT NULL,
    number INTEGER NOT NULL,
    ns TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    turn INTEGER NOT NULL DEFAULT 0,
    UNIQUE (thread, task)
) STRICT;
CREATE INDEX IF NOT EXISTS dalsegno_visit_path ON dalsegno_visit (thread, path, ns, id);
CREATE TABLE IF NOT EXISTS dalsegno_call (
    id INTEGER PRIMARY KEY,
    thread TEXT NOT NULL,
    key TEXT NOT NULL,
    step TEXT NOT NULL,
    visit INTEGER NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    effect TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    token TEXT NOT NULL,
    fence INTEGER,
    started REAL NOT NULL,
    ended REAL,
    type TEXT,
    result BLOB,
    error TEXT,
    undo TEXT,
    undo_type TEXT,
    undo_args BLOB,
    asked_task TEXT,
    asked TEXT,
    turn INTEGER NOT NULL DEFAULT 0,
    UNIQUE (thread, key)
) STRICT;
CREATE INDEX IF NOT EXISTS dalsegno_call_asked ON dalsegno_call (thread, asked_task)
    WHERE asked_task IS NOT NULL;
CREATE INDEX IF NOT EXISTS dalsegno_call_elsewhere ON dalsegno_call (thread, name, digest)
    WHERE state = 'marker';
"""

#: A place is one namespace of a thread; `head` is the record of its last checkpoint, and `stamp`
#: changes whenever a record is added as head or taken out. A record is one checkpoint, or what one
#: task wrote. `sum` and `stamp` are checksums over the whole row.
_VALUES = """
CREATE TABLE IF NOT EXISTS dalsegno_place (
    id INTEGER PRIMARY KEY,
    thread TEXT NOT NULL,
    ns TEXT NOT NULL,
    head INTEGER NOT NULL,
    stamp BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS dalsegno_place_thread ON dalsegno_place (thread);
CREATE TABLE IF NOT EXISTS dalsegno_record (
    id INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    checkpoint TEXT NOT NULL,
    kind INTEGER NOT NULL,
    parent TEXT,
    task TEXT,
    path TEXT,
    body BLOB NOT NULL,
    sum BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS dalsegno_record_place ON dalsegno_record (place, checkpoint);
CREATE TABLE IF NOT EXISTS dalsegno_value (
    digest BLOB PRIMARY KEY,
    type TEXT NOT NULL,
    value BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS dalsegno_use (
    digest BLOB NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (digest, record)
) STRICT, WITHOUT ROWID;
"""

SCHEMA = _RUNS + _JOURNAL + _VALUES
