"""Records that let an account do only what its role allows, with its own records only unless it may read all.

Pages and the API get these instead of `Records`. Every method needs an action (`NEEDS`); one that is not listed needs
`administer`, so that a new method is closed until somebody thought of it. Records of others are refused like records that do
not exist.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, cast

from sqlalchemy import select

from evaluator.errors import InputError
from evaluator.policy.table import Account, Action, allows, may_see, require
from evaluator.storage import Records, read_id
from evaluator.storage import tables as t

_PARTS = (
    "audit",
    "appeals",
    "samples",
    "persons",
    "drafts",
    "attempts",
    "calls",
    "batches",
    "provider_jobs",
    "runners",
    "rubrics",
    "profiles",
    "interviews",
    "sittings",
    "calibration_sessions",
)


def _listed(part: str, action: Action, names: str) -> dict[str, Action]:
    return {f"{part}.{name}" if part else name: action for name in names.split()}


NEEDS: Mapping[str, Action] = {
    **_listed(
        "",
        "read",
        "count effective find get given_points history many notes overrides record resolve reviewed transcript close",
    ),
    **_listed("", "practise", "save"),
    **_listed("", "note", "add_note"),
    **_listed("", "override", "override revert"),
    **_listed("", "review", "mark_reviewed unmark_reviewed"),
    **_listed("", "delete", "delete"),
    **_listed("", "calibrate", "human_grades human_grades_of"),
    **_listed("audit", "read", "add entries"),
    **_listed("audit", "administer", "verify"),
    **_listed("appeals", "read", "count get of queue"),
    **_listed("appeals", "appeal", "open withdraw"),
    **_listed("appeals", "decide", "assign decide close"),
    **_listed("samples", "read", "of"),
    **_listed("samples", "sample", "draw"),
    **_listed("persons", "administer", "delete erase_free_pages expire export find note_export older texts"),
    **_listed("drafts", "read", "all drop get put"),
    **_listed("attempts", "practise", "all attach begin transcript"),
    **_listed("calls", "practise", "add all begin get turns"),
    **_listed(
        "batches",
        "grade",
        "causes count_review count_tried create delete events extra_columns fail find finish get items lengths"
        " mean_length pages pause peek release retry rubrics scorecards settle start take waiting",
    ),
    **_listed("batches", "read", "all"),
    **_listed("provider_jobs", "grade", "all begin open update"),
    **_listed("runners", "grade", "beat enroll leave living"),
    **_listed("rubrics", "read", "content current versions"),
    **_listed("rubrics", "edit_rubrics", "save undo"),
    **_listed("profiles", "read", "all get"),
    **_listed("profiles", "calibrate", "save"),
    **_listed("interviews", "interview", "add all change decide decisions delete get give given rounds"),
    **_listed("sittings", "practise", "all answer answers begin delete events finish get mark"),
    **_listed("calibration_sessions", "read", "find hand_in points settled"),
    **_listed("calibration_sessions", "calibrate", "all begin delete settle"),
}

# By the name of a parameter, the table of the record that it names. `id_or_prefix` depends on the part.
_OWNED: Mapping[str, Any] = {
    "grading": t.GradingRow,
    "grading_id": t.GradingRow,
    "gradings": t.GradingRow,
    "ids": t.GradingRow,
    "subject": t.GradingRow,
    "batch_id": t.BatchRow,
    "interview_id": t.InterviewRow,
    "interview_ids": t.InterviewRow,
    "sitting_id": t.SittingRow,
    "attempt_id": t.AttemptRow,
    "call_id": t.CallRow,
}
_BY_PREFIX = {"": t.GradingRow, "interviews": t.InterviewRow, "sittings": t.SittingRow, "batches": t.BatchRow}


def guard(records: Records, account: Account) -> Records:
    """The records as this account may use them; the records themselves where roles are off."""
    return records if account.role is None else cast(Records, _Guarded(records, records, account, ""))


class _Guarded:
    """Stands before the records, or one part of them, and checks each call."""

    def __init__(self, records: Records, inner: Any, account: Account, part: str) -> None:
        self._records, self._inner, self._account, self._part = records, inner, account, part

    def __getattr__(self, name: str) -> Any:
        if name in _PARTS and not self._part:
            return _Guarded(self._records, getattr(self._inner, name), self._account, name)
        value = getattr(self._inner, name)
        path = f"{self._part}.{name}" if self._part else name
        action = NEEDS.get(path, "administer")
        if not callable(value):
            require(self._account, "administer")
            return value
        return self._checked(value, action)

    def _checked(self, method: Callable[..., Any], action: Action) -> Callable[..., Any]:
        signature = inspect.signature(method)

        @wraps(method)
        def call(*args: Any, **values: Any) -> Any:
            require(self._account, action)
            bound = signature.bind(*args, **values)
            if not allows(self._account, "read_all"):
                self._check_owner(bound.arguments, signature)
            return method(*args, **values)

        return call

    def _check_owner(self, given: Mapping[str, Any], signature: inspect.Signature) -> None:
        """Refuses other people's records, by owner and by id."""
        if "owner" in signature.parameters and given.get("owner") != self._account.owner:
            raise InputError("policy_not_yours")
        for name, value in given.items():
            if table := self._table_of(name):
                for key in [value] if isinstance(value, str) else list(value or ()):
                    self._check_key(table, key)
        if "subject" in signature.parameters and not given.get("subject"):
            require(self._account, "administer")  # the whole log
        if self._part == "appeals":
            self._check_appeal(given.get("appeal") or given.get("id_or_prefix"))

    def _table_of(self, parameter: str) -> Any:
        return _BY_PREFIX.get(self._part) if parameter == "id_or_prefix" else _OWNED.get(parameter)

    def _check_key(self, table: Any, key: str) -> None:
        """An id that names nothing, or not one thing, is the records' own business to refuse."""
        with self._records.database.read() as session:
            found: Iterable[str] = session.scalars(
                select(table.owner).where(table.id.startswith(read_id(key), autoescape=True))
            )
            if any(not may_see(self._account, owner) for owner in found):
                raise InputError("storage_unknown_id", id=key)

    def _check_appeal(self, appeal: str | None) -> None:
        if appeal:
            self._check_key(t.GradingRow, self._records.appeals.get(appeal).grading_id)
