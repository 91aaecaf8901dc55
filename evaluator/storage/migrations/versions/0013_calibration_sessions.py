"""Calibration sessions, and notes that are pinned to a turn."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    server = op.get_bind().dialect.name == "postgresql"
    name = sa.Text() if server else sa.String(length=200)
    short_name = sa.Text() if server else sa.String(length=64)
    with op.batch_alter_table("notes") as table:
        table.add_column(sa.Column("turn", sa.String(length=32), nullable=True))
    op.create_table(
        "calibration_sessions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", name, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rubric_id", sa.String(length=64), nullable=False),
        sa.Column("gradings", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_sessions")),
        sa.UniqueConstraint("code", name=op.f("uq_calibration_sessions_code")),
    )
    op.create_index(op.f("ix_calibration_sessions_owner"), "calibration_sessions", ["owner"], unique=False)
    op.create_table(
        "blind_points",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("grading_id", sa.String(length=32), nullable=False),
        sa.Column("person", name, nullable=False),
        sa.Column("criterion", short_name, nullable=False),
        sa.Column("who", name, nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["calibration_sessions.id"], name=op.f("fk_blind_points_session_id")),
        sa.PrimaryKeyConstraint("session_id", "grading_id", "person", "criterion", name=op.f("pk_blind_points")),
    )
    op.create_index(op.f("ix_blind_points_grading_id"), "blind_points", ["grading_id"], unique=False)
    op.create_table(
        "settled_points",
        sa.Column("override_id", sa.String(length=32), nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("grading_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("override_id", name=op.f("pk_settled_points")),
    )
    op.create_index(op.f("ix_settled_points_session_id"), "settled_points", ["session_id"], unique=False)
