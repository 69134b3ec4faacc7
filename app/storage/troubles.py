"""Troubles: what can be wrong with the storage, told apart once, whichever database it is.

A trouble is a problem that clients are answered with; training goes on meanwhile. `Writer` finds out when it is over.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError

from app.problems import Problem

# By the primary result code of SQLite, and by SQLSTATE of PostgreSQL or its first two characters, its class.
SQLITE = {
    3: "gone",  # permission denied
    5: "locked",
    6: "locked",
    8: "gone",  # read-only
    10: "gone",  # input or output failed
    11: "damaged",
    13: "full",
    14: "gone",  # cannot be opened
    26: "damaged",  # not a database
}
POSTGRESQL = {
    "53100": "full",
    "53": "locked",  # too many connections, out of memory
    "55P03": "locked",
    "40": "locked",  # deadlocks
    "57014": "locked",  # a statement took too long
    "57": "gone",  # it shuts down
    "58": "gone",  # input or output failed
    "08": "gone",
    "25006": "gone",  # read-only
    "XX": "damaged",
}
ANSWERS = {  # status, sentence, seconds after which to try again
    "full": (507, "The server's disk is full, so this could not be stored. Training goes on.", 10),
    "locked": (503, "The server's database is busy, so this could not be stored. Training goes on. Try again.", 2),
    "gone": (503, "The server's database cannot be reached, so this could not be stored. Training goes on.", 5),
    "damaged": (500, "What was stored is damaged and cannot be read.", None),
    "forgotten": (404, "This is not in the server's storage.", None),
}


class Trouble(Problem):
    """Something could not be stored or read; `kind` is a key of ANSWERS."""

    def __init__(self, kind: str) -> None:
        status, sentence, seconds = ANSWERS[kind]
        headers = {"Retry-After": str(seconds)} if seconds else None
        super().__init__(status, sentence, type=f"urn:gradlab:storage-{kind}", headers=headers)
        self.kind = kind


@contextmanager
def told_apart() -> Iterator[None]:
    """Has every error that tells of a trouble raised as that Trouble."""
    try:
        yield
    except Exception as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        raise trouble from error


def trouble_of(error: Exception) -> Trouble | None:
    """The trouble that an exception tells of; None if it tells of a mistake."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code, state = getattr(cause, "sqlite_errorcode", None), getattr(cause, "sqlstate", None)
    if code is not None:
        kind = SQLITE.get(code & 0xFF)
    elif state:
        kind = POSTGRESQL.get(state) or POSTGRESQL.get(state[:2])
    elif isinstance(error, TimeoutError):  # no connection was free
        kind = "locked"
    elif isinstance(error, OperationalError | InterfaceError | OSError):
        kind = "gone"
    else:
        kind = None
    return Trouble(kind) if kind else None
