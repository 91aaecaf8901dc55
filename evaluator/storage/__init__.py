"""Persistent data: gradings and what people add to them, work in progress, batches, versions, profiles."""

from typing import TYPE_CHECKING

from evaluator.resources import fetched_late

if TYPE_CHECKING:
    from evaluator.storage import tables
    from evaluator.storage.appeals import APPEAL_STATES, PENDING, Appeal, AppealState, AppealStep
    from evaluator.storage.attempts_and_drafts import Attempt, Draft, OwnPoint
    from evaluator.storage.audit import AuditEntry
    from evaluator.storage.batch_types import Batch, BatchEvent, BatchItem, ItemOutcome, NewItem, PendingItem
    from evaluator.storage.calibration_sessions import BlindPoint, CalibrationSession
    from evaluator.storage.calls import CallTurn, PracticeCall, TurnKind
    from evaluator.storage.effective_overrides import points_of
    from evaluator.storage.ids import new_id, read_id
    from evaluator.storage.interviews import Decision, Interviews, KeptInterview, PanelPoint
    from evaluator.storage.memo import AskMemo, KeyPrefix, Memo, memo_key
    from evaluator.storage.models import CAUSES, Cause, GradingSummary, HumanGrade, Note, Override, Record, Review, now
    from evaluator.storage.moving import CopiedTable, copy_tables, move_records
    from evaluator.storage.opening import Database
    from evaluator.storage.persons import OwnRows, erase_sqlite, mentions, same_person
    from evaluator.storage.provider_jobs import ProviderJob
    from evaluator.storage.records import Records, open_records
    from evaluator.storage.runners import BEAT_S
    from evaluator.storage.samples import Sampled, risk_of
    from evaluator.storage.shared_memo import open_memo
    from evaluator.storage.sittings import KeptSitting, SittingEvent, Sittings
    from evaluator.storage.versions import Profiles, RubricVersion, StoredProfile

__getattr__ = fetched_late(
    __name__,
    {
        "appeals": ("APPEAL_STATES", "PENDING", "Appeal", "AppealState", "AppealStep"),
        "attempts_and_drafts": ("Attempt", "Draft", "OwnPoint"),
        "audit": ("AuditEntry",),
        "batch_types": ("Batch", "BatchEvent", "BatchItem", "ItemOutcome", "NewItem", "PendingItem"),
        "calibration_sessions": ("BlindPoint", "CalibrationSession"),
        "calls": ("CallTurn", "PracticeCall", "TurnKind"),
        "effective_overrides": ("points_of",),
        "ids": ("new_id", "read_id"),
        "interviews": ("Decision", "Interviews", "KeptInterview", "PanelPoint"),
        "memo": ("AskMemo", "KeyPrefix", "Memo", "memo_key"),
        "models": ("CAUSES", "Cause", "GradingSummary", "HumanGrade", "Note", "Override", "Record", "Review", "now"),
        "moving": ("CopiedTable", "copy_tables", "move_records"),
        "opening": ("Database",),
        "persons": ("OwnRows", "erase_sqlite", "mentions", "same_person"),
        "provider_jobs": ("ProviderJob",),
        "records": ("Records", "open_records"),
        "runners": ("BEAT_S",),
        "samples": ("Sampled", "risk_of"),
        "shared_memo": ("open_memo",),
        "sittings": ("KeptSitting", "SittingEvent", "Sittings"),
        "versions": ("Profiles", "RubricVersion", "StoredProfile"),
    },
)

__all__ = [
    "APPEAL_STATES",
    "BEAT_S",
    "CAUSES",
    "PENDING",
    "Appeal",
    "AppealState",
    "AppealStep",
    "AskMemo",
    "Attempt",
    "AuditEntry",
    "Batch",
    "BatchEvent",
    "BatchItem",
    "BlindPoint",
    "CalibrationSession",
    "CallTurn",
    "Cause",
    "CopiedTable",
    "Database",
    "Decision",
    "Draft",
    "GradingSummary",
    "HumanGrade",
    "Interviews",
    "ItemOutcome",
    "KeptInterview",
    "KeptSitting",
    "KeyPrefix",
    "Memo",
    "NewItem",
    "Note",
    "Override",
    "OwnPoint",
    "OwnRows",
    "PanelPoint",
    "PendingItem",
    "PracticeCall",
    "Profiles",
    "ProviderJob",
    "Record",
    "Records",
    "Review",
    "RubricVersion",
    "Sampled",
    "SittingEvent",
    "Sittings",
    "StoredProfile",
    "TurnKind",
    "copy_tables",
    "erase_sqlite",
    "memo_key",
    "mentions",
    "move_records",
    "new_id",
    "now",
    "open_memo",
    "open_records",
    "points_of",
    "read_id",
    "risk_of",
    "same_person",
    "tables",
]
