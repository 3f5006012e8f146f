"""The library's tables, as steps from each format to the next. A step that was released never changes."""

_FIRST = """
CREATE TABLE decisions (
    identity    TEXT NOT NULL,
    name        TEXT NOT NULL,
    album       TEXT NOT NULL,
    captured_at TEXT,
    decision    TEXT NOT NULL,
    decided_at  REAL NOT NULL,
    PRIMARY KEY (identity, name, album)
) STRICT;
CREATE INDEX decisions_by_place ON decisions (album, name);
CREATE TABLE scores (
    identity TEXT NOT NULL,
    role     TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    version  TEXT NOT NULL,
    value    REAL NOT NULL,
    raw      REAL,
    details  TEXT NOT NULL,
    faces    TEXT NOT NULL,
    features BLOB,
    PRIMARY KEY (identity, role, sha256, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE sketches (
    identity TEXT PRIMARY KEY,
    width    INTEGER NOT NULL,
    height   INTEGER NOT NULL,
    pixels   BLOB NOT NULL
) STRICT;
"""

# Stars and labels beside decisions; the history that undo walks; what comparators and checks said.
_MARKS_AND_VERDICTS = """
ALTER TABLE decisions ADD COLUMN stars INTEGER NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN label TEXT NOT NULL DEFAULT 'none';
CREATE TABLE history (
    id      INTEGER PRIMARY KEY,
    album   TEXT NOT NULL,
    text    TEXT NOT NULL,
    before  TEXT NOT NULL,
    after   TEXT NOT NULL,
    undone  INTEGER NOT NULL DEFAULT 0,
    made_at REAL NOT NULL
) STRICT;
CREATE INDEX history_by_album ON history (album, id);
CREATE TABLE verdicts (
    first   TEXT NOT NULL,
    second  TEXT NOT NULL,
    sha256  TEXT NOT NULL,
    version TEXT NOT NULL,
    first_over_second REAL NOT NULL,
    flipped INTEGER NOT NULL,
    PRIMARY KEY (first, second, sha256, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE checks (
    sha256     TEXT NOT NULL,
    version    TEXT NOT NULL,
    report     TEXT NOT NULL,
    checked_at REAL NOT NULL,
    PRIMARY KEY (sha256, version)
) STRICT, WITHOUT ROWID;
"""

# What each sidecar held when it was last read or written, and the marks agreed upon then.
_SIDECARS = """
CREATE TABLE sidecars (
    path     TEXT PRIMARY KEY,
    fields   TEXT NOT NULL,
    decision TEXT NOT NULL,
    stars    INTEGER NOT NULL,
    label    TEXT NOT NULL,
    seen_at  REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""

# Groups made by hand and picks chosen by hand. The index finds in a moment that there are none.
_OWN_GROUPS = """
ALTER TABLE decisions ADD COLUMN own_group TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN own_pick INTEGER NOT NULL DEFAULT 0;
CREATE INDEX decisions_own ON decisions (identity) WHERE own_group <> '' OR own_pick <> 0;
"""

# What comparators keep of photos, so that close pairs need no second look.
_PREPARED = """
CREATE TABLE prepared (
    identity TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    version  TEXT NOT NULL,
    vector   BLOB NOT NULL,
    PRIMARY KEY (identity, sha256, version)
) STRICT, WITHOUT ROWID;
"""

# What a file's identity became when marks were written into it: a window may hold the former one still.
_SUCCESSORS = """
CREATE TABLE successors (
    former   TEXT NOT NULL,
    place    TEXT NOT NULL,
    identity TEXT NOT NULL,
    PRIMARY KEY (former, place)
) STRICT, WITHOUT ROWID;
"""

MIGRATIONS = (_FIRST, _MARKS_AND_VERDICTS, _SIDECARS, _OWN_GROUPS, _PREPARED, _SUCCESSORS)
