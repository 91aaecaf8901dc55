"""The journal of batches: every step of every item, the runners of a batch, and jobs at a provider.

PostgreSQL stores texts of any length.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# Names given by people or other systems, which must not be truncated: (table, columns).
NAMED = {
    "gradings": ["owner", "label"],
    "overrides": ["criterion", "who"],
    "notes": ["who"],
    "drafts": ["owner", "name"],
    "attempts": ["owner"],
    "batches": ["name", "owner"],
    "batch_items": ["item", "error_code"],
    "rubric_versions": ["who"],
    "profiles": ["name"],
}


def upgrade() -> None:
    op.add_column("batches", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("batch_items", sa.Column("extra", sa.JSON(), nullable=True))
    op.add_column("batch_items", sa.Column("runner", sa.String(length=32), nullable=True))
    op.drop_index("ix_batch_items_batch_id_state", table_name="batch_items")
    op.create_index("ix_batch_items_batch_id_state", "batch_items", ["batch_id", "state", "position"], unique=False)
    op.create_table(
        "batch_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("runner", sa.String(length=32), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_events_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_events")),
    )
    op.create_index("ix_batch_events_batch_id_position", "batch_events", ["batch_id", "position"], unique=False)
    op.create_table(
        "batch_runners",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_runners_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_runners")),
    )
    op.create_index(op.f("ix_batch_runners_batch_id"), "batch_runners", ["batch_id"], unique=False)
    op.create_table(
        "provider_jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_provider_jobs_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_jobs")),
    )
    op.create_index(op.f("ix_provider_jobs_batch_id"), "provider_jobs", ["batch_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in NAMED.items():
            for column in columns:
                op.alter_column(table, column, type_=sa.Text())
        # An index row holds at most 2,700 bytes, and a name may be longer, so there the list is ordered by the short
        # columns.
        op.drop_index("ix_gradings_listed", table_name="gradings")
        op.create_index("ix_gradings_listed", "gradings", ["owner", "created_at", "id"], unique=False)
