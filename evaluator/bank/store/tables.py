"""The tables of the item bank. A change here needs a new file in `migrations/versions`; a test compares the two.

An item separates what the document said (`imported`) from what a person changed (`edits`), so that a new import can
bring new text without losing a correction. `changes` holds, for every step, the rows as they were before it, for undo.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class BankBase(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class FileRow(BankBase):
    """A document as last imported. `path` is absolute; a member of an archive is `ARCHIVE!NAME`."""

    __tablename__ = "files"
    path: Mapped[str] = mapped_column(String(1000), primary_key=True)
    name: Mapped[str] = mapped_column(String(400))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    papers: Mapped[list] = mapped_column(JSON)  # Paper without its items
    imported_at: Mapped[str] = mapped_column(String(40))


class ItemRow(BankBase):
    """A question. `edits` holds the fields set by a person; `deleted_at` is set instead of deleting the row."""

    __tablename__ = "items"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    path: Mapped[str] = mapped_column(ForeignKey("files.path"), index=True)
    place: Mapped[int] = mapped_column(Integer)  # order in the file
    imported: Mapped[dict] = mapped_column(JSON)
    edits: Mapped[dict] = mapped_column(JSON, default=dict)
    deleted_at: Mapped[str | None] = mapped_column(String(40))
    deleted_by: Mapped[str | None] = mapped_column(String(20))  # "person" or "import"


class ChangeRow(BankBase):
    """One step that can be undone; steps of one command share `run` and are undone together."""

    __tablename__ = "changes"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    run: Mapped[str] = mapped_column(String(40), index=True)
    at: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(20))  # import, edit, delete
    label: Mapped[str] = mapped_column(Text)
    before: Mapped[dict] = mapped_column(JSON)
    undone: Mapped[bool] = mapped_column(Boolean, default=False)
