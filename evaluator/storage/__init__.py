"""What is kept: gradings and what people add to them, work in progress, batches, versions, profiles."""

from evaluator.storage.attempts_and_drafts import Attempt, Draft, OwnPoint
from evaluator.storage.batches import Batch, BatchEvent, BatchItem, NewItem, Outcome, Work
from evaluator.storage.ids import new_id
from evaluator.storage.memo import AskMemo, Memo, memo_key
from evaluator.storage.models import GradingSummary, HumanGrade, Note, Override, Record, Review
from evaluator.storage.records import Records, open_records
from evaluator.storage.shared_memo import open_memo
from evaluator.storage.versions import Profile, RubricVersion

__all__ = [
    "AskMemo",
    "Attempt",
    "Batch",
    "BatchEvent",
    "BatchItem",
    "Draft",
    "GradingSummary",
    "HumanGrade",
    "Memo",
    "NewItem",
    "Note",
    "Outcome",
    "Override",
    "OwnPoint",
    "Profile",
    "Record",
    "Records",
    "Review",
    "RubricVersion",
    "Work",
    "memo_key",
    "new_id",
    "open_memo",
    "open_records",
]
