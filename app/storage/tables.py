"""The tables of the database. A change here is a migration too: see `migrations`; a test compares them.

Nobody's name, address or password is stored: `owner` is a random identity. Times are in Unix seconds. What only gradlab
reads is a sealed document.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()
ID_LENGTH = 64
HASH_LENGTH = 32


def _session_key() -> Column[str]:
    return Column("session", String(ID_LENGTH), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)


SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("run", String(ID_LENGTH), nullable=False),
    Column("created", Double, nullable=False),
    Column("touched", Double, nullable=False),
    Column("owner", String(ID_LENGTH), index=True),
    Column("playing", Boolean, nullable=False),
    Column("rate", Double),
    Column("until", LargeBinary),
    Column("rest", String(20), nullable=False),
    Column("reason", Text),
    Column("step", BigInteger, nullable=False),
    Column("epoch", Double, nullable=False),
    Column("upload", String(ID_LENGTH), index=True),
    Column("began", LargeBinary, nullable=False),
    Column("stride", BigInteger, nullable=False),
    Column("changes", BigInteger, nullable=False),
)
JOURNAL = Table(
    "journal",
    METADATA,
    _session_key(),
    Column("seq", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
HISTORY = Table(
    "history",
    METADATA,
    _session_key(),
    Column("first_seq", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
CHECKPOINTS = Table(
    "checkpoints",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("session", String(ID_LENGTH), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(10), nullable=False),  # newest, mark (of the timeline) or damaged
    Column("epoch", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("checkpoints_of_sessions", "session", "kind", "epoch"),
)


def _shelf(name: str) -> Table:
    return Table(
        name,
        METADATA,
        Column("id", String(ID_LENGTH), primary_key=True),
        Column("owner", String(ID_LENGTH), index=True),
        Column("created", Double, nullable=False),
        Column("head", LargeBinary, nullable=False),
        Column("body", LargeBinary, nullable=False),
    )


UPLOADS = _shelf("uploads")
SAVED_RUNS = _shelf("saved_runs")
SHARES = Table(  # of the secret in a link only the hash
    "shares",
    METADATA,
    _session_key(),
    Column("hash", LargeBinary(HASH_LENGTH), nullable=False),
)
READERS = Table(  # who has used the link
    "readers",
    METADATA,
    _session_key(),
    Column("reader", String(ID_LENGTH), primary_key=True),
)
TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("owner", String(ID_LENGTH), nullable=False),
    Column("created", Double, nullable=False),
    Column("hash", LargeBinary(HASH_LENGTH), nullable=False),
)
KEYS = Table(
    "keys",
    METADATA,
    Column("name", String(ID_LENGTH), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
PROBES = Table(
    "probes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
