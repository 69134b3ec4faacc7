"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes them."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("touched", sa.Double, nullable=False),
        sa.Column("owner", sa.String(64), index=True),
        sa.Column("playing", sa.Boolean, nullable=False),
        sa.Column("rate", sa.Double),
        sa.Column("until", sa.LargeBinary),
        sa.Column("rest", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("step", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.Double, nullable=False),
        sa.Column("upload", sa.String(64), index=True),
        sa.Column("began", sa.LargeBinary, nullable=False),
        sa.Column("stride", sa.BigInteger, nullable=False),
        sa.Column("changes", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("session", sa.String(64), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "history",
        sa.Column("session", sa.String(64), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("first_seq", sa.Integer, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("session", sa.String(64), sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("checkpoints_of_sessions", "checkpoints", ["session", "kind", "epoch"])
    for name in ("uploads", "saved_runs"):
        op.create_table(
            name,
            sa.Column("id", sa.String(64), primary_key=True),
            sa.Column("owner", sa.String(64), index=True),
            sa.Column("created", sa.Double, nullable=False),
            sa.Column("head", sa.LargeBinary, nullable=False),
            sa.Column("body", sa.LargeBinary, nullable=False),
        )
    op.create_table(
        "probes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
