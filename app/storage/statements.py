"""The statements by which deltas are written: a few for many sessions at a time, each for one table."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Insert, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.deltas import Delta
from app.storage.sealed import seal
from app.storage.tables import CHECKPOINTS, HISTORY, JOURNAL, SESSIONS


async def save_all(connection: AsyncConnection, deltas: Sequence[Delta]) -> set[str]:
    """Writes the deltas of different sessions, and gives the ids of those that are stored.

    The others were deleted meanwhile.
    """
    known = [delta.facts.id for delta in deltas if not delta.created]
    living = set(await connection.scalars(select(SESSIONS.c.id).where(SESSIONS.c.id.in_(known))) if known else ())
    deltas = [delta for delta in deltas if delta.created or delta.facts.id in living]
    begun = [{"id_": delta.facts.id} for delta in deltas if delta.began]
    for table in (JOURNAL, HISTORY, CHECKPOINTS):
        await _each(connection, delete(table).where(table.c.session == bindparam("id_")), begun)
    created = [_session_row(delta) for delta in deltas if delta.created]
    await _each(connection, upsert(connection, SESSIONS), created)
    for new_run in (True, False):
        rows = [_session_row(delta) for delta in deltas if not delta.created and bool(delta.began) == new_run]
        rows = [row | {"id_": row.pop("id")} for row in rows]
        columns = rows[0].keys() - {"id_"} if rows else ()
        change = update(SESSIONS).where(SESSIONS.c.id == bindparam("id_"))
        await _each(connection, change.values({name: bindparam(name) for name in columns}), rows)
    await _each(connection, upsert(connection, JOURNAL), [row for delta in deltas for row in delta.entries])
    await _each(connection, upsert(connection, HISTORY), [row for delta in deltas for row in delta.history])
    await _save_checkpoints(connection, deltas)
    return {delta.facts.id for delta in deltas}


async def _save_checkpoints(connection: AsyncConnection, deltas: Sequence[Delta]) -> None:
    columns = CHECKPOINTS.c
    rows = [row for delta in deltas for row in delta.checkpoints]
    newest = [{"id_": row["session"]} for row in rows if row["kind"] == "newest"]
    marks = [{"id_": row["session"], "at": row["epoch"]} for row in rows if row["kind"] == "mark"]
    own = columns.session == bindparam("id_")
    await _each(connection, delete(CHECKPOINTS).where(own, columns.kind == "newest"), newest)
    replaced = delete(CHECKPOINTS).where(own, columns.kind == "mark", columns.epoch == bindparam("at"))
    await _each(connection, replaced, marks)
    for each in deltas:
        if each.kept is not None:
            thinned_out = columns.session == each.facts.id, columns.kind == "mark", columns.epoch.not_in(each.kept)
            await connection.execute(delete(CHECKPOINTS).where(*thinned_out))
    await _each(connection, insert(CHECKPOINTS), rows)


def _session_row(delta: Delta) -> dict[str, Any]:
    row = vars(delta.facts) | {"stride": delta.stride, "changes": delta.changes}
    row["until"] = None if delta.facts.until is None else seal(delta.facts.until)
    return row | {"began": delta.began} if delta.began else row


def upsert(connection: AsyncConnection, table: Table) -> Insert:
    """Inserts a row, or puts it in the place of the one that has its key."""
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    others = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    made: Insert = statement.on_conflict_do_update(index_elements=keys, set_=others)
    return made


async def _each(connection: AsyncConnection, statement: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Runs a statement for each row, if there are any."""
    listed = list(rows)
    if listed:
        await connection.execute(statement, listed)
