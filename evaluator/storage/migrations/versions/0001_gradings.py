"""Transcripts, rubrics as they were used, and gradings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "transcripts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcripts")),
    )
    op.create_index(op.f("ix_transcripts_digest"), "transcripts", ["digest"], unique=False)
    op.create_table(
        "rubrics",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rubric_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_rubrics")),
    )
    op.create_index(op.f("ix_rubrics_rubric_id"), "rubrics", ["rubric_id"], unique=False)
    op.create_table(
        "gradings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=400), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=True),
        sa.Column("rubric_id", sa.String(length=64), nullable=False),
        sa.Column("rubric_version", sa.Integer(), nullable=False),
        sa.Column("rubric_title", sa.Text(), nullable=False),
        sa.Column("rubric_digest", sa.String(length=64), nullable=False),
        sa.Column("judge_digest", sa.String(length=64), nullable=False),
        sa.Column("transcript_digest", sa.String(length=64), nullable=False),
        sa.Column("transcript_id", sa.String(length=64), nullable=False),
        sa.Column("total", sa.Float(), nullable=True),
        sa.Column("max_points", sa.Float(), nullable=False),
        sa.Column("coverage", sa.Float(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("review", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["transcript_id"], ["transcripts.id"], name=op.f("fk_gradings_transcript_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gradings")),
    )
    op.create_index(op.f("ix_gradings_created_at"), "gradings", ["created_at"], unique=False)
    op.create_index(op.f("ix_gradings_judge_digest"), "gradings", ["judge_digest"], unique=False)
    op.create_index("ix_gradings_owner_created_at", "gradings", ["owner", "created_at"], unique=False)
    op.create_index("ix_gradings_request_key", "gradings", ["request_key"], unique=False)
    op.create_index("ix_gradings_review_created_at", "gradings", ["review", "created_at"], unique=False)
    op.create_index("ix_gradings_rubric_id_created_at", "gradings", ["rubric_id", "created_at"], unique=False)
    op.create_index(op.f("ix_gradings_transcript_digest"), "gradings", ["transcript_digest"], unique=False)
    op.create_index(op.f("ix_gradings_transcript_id"), "gradings", ["transcript_id"], unique=False)
