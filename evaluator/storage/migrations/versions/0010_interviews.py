"""Whole interviews with the panel's points and decisions, and papers that are sat."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    server = op.get_bind().dialect.name == "postgresql"
    name, long_name = (sa.Text() if server else sa.String(length=size) for size in (200, 400))
    op.create_table(
        "interviews",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", name, nullable=False),
        sa.Column("round", name, nullable=False),
        sa.Column("candidate", long_name, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("paper", sa.JSON(), nullable=False),
        sa.Column("transcript", sa.JSON(), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interviews")),
    )
    op.create_index("ix_interviews_owner_round", "interviews", ["owner", "round"], unique=False)
    op.create_table(
        "panel_points",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("interview_id", sa.String(length=32), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("who", name, nullable=False),
        sa.Column("points", sa.Float(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name=op.f("fk_panel_points_interview_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_points")),
    )
    op.create_index(op.f("ix_panel_points_interview_id"), "panel_points", ["interview_id"], unique=False)
    op.create_table(
        "interview_decisions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("interview_id", sa.String(length=32), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("who", name, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name=op.f("fk_interview_decisions_interview_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_decisions")),
    )
    op.create_index(op.f("ix_interview_decisions_interview_id"), "interview_decisions", ["interview_id"], unique=False)
    op.create_table(
        "sittings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", name, nullable=False),
        sa.Column("candidate", long_name, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("paper", sa.JSON(), nullable=False),
        sa.Column("paper_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("limit_s", sa.Float(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sittings")),
    )
    op.create_index("ix_sittings_owner_paper_digest", "sittings", ["owner", "paper_digest"], unique=False)
    op.create_table(
        "sitting_answers",
        sa.Column("sitting_id", sa.String(length=32), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["sittings.id"], name=op.f("fk_sitting_answers_sitting_id")),
        sa.PrimaryKeyConstraint("sitting_id", "question", name=op.f("pk_sitting_answers")),
    )
    op.create_table(
        "sitting_events",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sitting_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["sittings.id"], name=op.f("fk_sitting_events_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_events")),
    )
    op.create_index(op.f("ix_sitting_events_sitting_id"), "sitting_events", ["sitting_id"], unique=False)
