"""A person's changes on top of what the document said: merging the two, and checking a change."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from evaluator.bank.items import Item
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.checks import check_item
from evaluator.bank.store.tables import ItemRow
from evaluator.errors import InputError

EDITABLE = frozenset(Item.model_fields) - {"id", "source", "warnings"}
_ITEM_WARNINGS = frozenset(
    [
        "truncated",
        "no_key",
        "key_unreadable",
        "few_options",
        "key_missing_option",
        "several_keys",
        "key_not_true_false",
        "criterion_without_points",
        "criteria_sum",
    ]
)


def current(row: ItemRow) -> Item:
    """The current item: the document's, with a person's changes on top."""
    item = Item.model_validate({**row.imported, **row.edits, "id": row.id})
    if not row.edits:
        return item
    kept = [warning for warning in item.warnings if warning.code not in _ITEM_WARNINGS]
    file = item.source.file if item.source else ""
    found = [warning.model_copy(update={"file": file}) for warning in check_item(item)]
    return item.model_copy(update={"warnings": (*kept, *found)})


def edited(item: Item, changes: dict[str, Any]) -> Item:
    """The item with fields set by a person; InputError names an invalid value. A key is read as in papers."""
    if changes.get("key"):
        key = line_patterns.read_key(str(changes["key"]))
        if key is None:
            raise InputError("bank_wrong_value", field="key", detail=f"{str(changes['key'])[:80]} (AC, √, ×, ②→①)")
        changes = {**changes, "key": key}
    try:
        return Item.model_validate({**item.model_dump(mode="json"), **changes})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError("bank_wrong_value", field=str(first["loc"][0]), detail=first["msg"]) from None
