"""Work in progress: drafts, practice attempts, batches and their items."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name=op.f("pk_drafts")),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("rubric_id", sa.String(length=64), nullable=False),
        sa.Column("rubric_digest", sa.String(length=64), nullable=False),
        sa.Column("transcript_id", sa.String(length=64), nullable=False),
        sa.Column("own_points", sa.JSON(), nullable=False),
        sa.Column("grading_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["grading_id"], ["gradings.id"], name=op.f("fk_attempts_grading_id")),
        sa.ForeignKeyConstraint(["rubric_digest"], ["rubrics.digest"], name=op.f("fk_attempts_rubric_digest")),
        sa.ForeignKeyConstraint(["transcript_id"], ["transcripts.id"], name=op.f("fk_attempts_transcript_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_grading_id"), "attempts", ["grading_id"], unique=False)
    op.create_index("ix_attempts_owner_rubric_id", "attempts", ["owner", "rubric_id"], unique=False)
    op.create_index(op.f("ix_attempts_transcript_id"), "attempts", ["transcript_id"], unique=False)
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index(op.f("ix_batches_owner"), "batches", ["owner"], unique=False)
    op.create_table(
        "batch_items",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=400), nullable=False),
        sa.Column("rubric_digest", sa.String(length=64), nullable=True),
        sa.Column("transcript_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.String(length=100), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("grading_id", sa.String(length=32), nullable=True),
        sa.Column("started_at", sa.String(length=40), nullable=True),
        sa.Column("finished_at", sa.String(length=40), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_items_batch_id")),
        sa.ForeignKeyConstraint(["grading_id"], ["gradings.id"], name=op.f("fk_batch_items_grading_id")),
        sa.ForeignKeyConstraint(["rubric_digest"], ["rubrics.digest"], name=op.f("fk_batch_items_rubric_digest")),
        sa.ForeignKeyConstraint(["transcript_id"], ["transcripts.id"], name=op.f("fk_batch_items_transcript_id")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_items")),
    )
    op.create_index("ix_batch_items_batch_id_state", "batch_items", ["batch_id", "state"], unique=False)
    op.create_index(op.f("ix_batch_items_grading_id"), "batch_items", ["grading_id"], unique=False)
    op.create_index(op.f("ix_batch_items_transcript_id"), "batch_items", ["transcript_id"], unique=False)
