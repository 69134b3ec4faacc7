"""Migrations: how the database of an earlier gradlab becomes that of this one. The newest is `database.HEAD`."""
