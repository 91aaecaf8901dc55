"""Versions of rubrics, and calibration profiles."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "rubric_versions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("rubric_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("undoes", sa.String(length=32), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["rubrics.digest"], name=op.f("fk_rubric_versions_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_versions")),
    )
    op.create_index(op.f("ix_rubric_versions_rubric_id"), "rubric_versions", ["rubric_id"], unique=False)
    op.create_table(
        "profiles",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rubric_id", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_profiles")),
    )
    op.create_index(op.f("ix_profiles_rubric_id"), "profiles", ["rubric_id"], unique=False)
