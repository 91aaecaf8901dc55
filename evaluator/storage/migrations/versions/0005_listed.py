"""An index that covers everything by which the list of gradings is filtered and ordered."""

from alembic import op

revision = "0005"
down_revision = "0004"

LISTED = ["owner", "created_at", "id", "label", "rubric_title", "transcript_id", "rubric_id", "review"]


def upgrade() -> None:
    op.drop_index("ix_gradings_owner_created_at", table_name="gradings")
    op.create_index("ix_gradings_listed", "gradings", LISTED, unique=False)
