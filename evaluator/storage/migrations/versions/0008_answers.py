"""A model's cached answers, shared by all machines with one database."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_answers")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("reviews", "who", type_=sa.Text())
