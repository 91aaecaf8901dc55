"""Alembic's entry point: runs on the connection, and in the transaction, that the opener passes in."""

from alembic import context

from evaluator.bank.store.tables import BankBase

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=BankBase.metadata,
    version_table=context.config.attributes.get("version_table", "alembic_version"),
    transactional_ddl=True,  # SQLite can do this; a failed migration leaves the old tables as they were
)
with context.begin_transaction():
    context.run_migrations()
