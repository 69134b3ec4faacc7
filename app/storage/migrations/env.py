"""How Alembic runs the migrations: on the connection that it is given, in the transaction that is open there."""

from alembic import context

from app.storage.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
