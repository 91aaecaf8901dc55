"""Appeals, root causes of corrections, gradings drawn for review, and pseudonyms in the audit log.

The log named people in its chained entries, so that a name could not be removed without breaking the chain. The entries are
written anew with pseudonyms, whose names are in a table of their own; the last entry tells the newest digest from before.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

START = "0" * 64


def upgrade() -> None:
    server = op.get_bind().dialect.name == "postgresql"
    name = sa.Text() if server else sa.String(length=200)
    short_name = sa.Text() if server else sa.String(length=64)
    with op.batch_alter_table("overrides") as table:
        table.add_column(sa.Column("cause", sa.String(length=32), nullable=True))
    op.create_table(
        "appeals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("grading_id", sa.String(length=32), nullable=False),
        sa.Column("criterion", short_name, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", name, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reviewer", name, nullable=False),
        sa.ForeignKeyConstraint(["grading_id"], ["gradings.id"], name=op.f("fk_appeals_grading_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_index(op.f("ix_appeals_grading_id"), "appeals", ["grading_id"], unique=False)
    op.create_index(op.f("ix_appeals_state"), "appeals", ["state"], unique=False)
    op.create_table(
        "appeal_steps",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("appeal_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("who", name, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("reviewer", name, nullable=False),
        sa.Column("points", sa.Float(), nullable=True),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_appeal_steps_appeal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_steps")),
    )
    op.create_index(op.f("ix_appeal_steps_appeal_id"), "appeal_steps", ["appeal_id"], unique=False)
    op.create_table(
        "review_samples",
        sa.Column("grading_id", sa.String(length=32), nullable=False),
        sa.Column("drawn_by", sa.String(length=16), nullable=False),
        sa.Column("risk", sa.Float(), nullable=False),
        sa.Column("who", name, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["grading_id"], ["gradings.id"], name=op.f("fk_review_samples_grading_id")),
        sa.PrimaryKeyConstraint("grading_id", name=op.f("pk_review_samples")),
    )
    op.create_table(
        "audit_people",
        sa.Column("pseudonym", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_audit_people")),
    )
    op.create_index(op.f("ix_audit_people_name"), "audit_people", ["name"], unique=False)
    _with_pseudonyms(op.get_bind())


def _with_pseudonyms(connection: sa.Connection) -> None:
    """Writes the chain anew, each name replaced by its pseudonym, and ends it with the digest that it had."""
    audit = sa.table(
        "audit",
        *(sa.column(name) for name in ("number", "at", "who", "action", "subject", "previous", "digest")),
        sa.column("detail", sa.JSON()),
    )
    people = sa.table("audit_people", sa.column("pseudonym"), sa.column("name"))
    rows = connection.execute(sa.select(audit).order_by(audit.c.number)).mappings().all()
    if not rows:
        return
    known: dict[str, str] = {"": ""}
    previous = START
    for row in rows:
        if row["who"] not in known:
            known[row["who"]] = f"p-{secrets.token_hex(6)}"
            connection.execute(people.insert().values(pseudonym=known[row["who"]], name=row["who"]))
        told = (row["at"], known[row["who"]], row["action"], row["subject"], row["detail"])
        digest = _digest(previous, *told)
        changed = {"who": known[row["who"]], "previous": previous, "digest": digest}
        connection.execute(audit.update().where(audit.c.number == row["number"]).values(**changed))
        previous = digest
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    detail = {"digest_before": rows[-1]["digest"]}
    entry = (at, "", "rechained", "", detail)
    values = dict(zip(("at", "who", "action", "subject", "detail"), entry, strict=True))
    last = {"number": rows[-1]["number"] + 1, "previous": previous, "digest": _digest(previous, *entry)}
    connection.execute(audit.insert().values(**values, **last))


def _digest(previous: str, at: str, who: str, action: str, subject: str, detail: dict) -> str:
    told = json.dumps([previous, at, who, action, subject, detail], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
