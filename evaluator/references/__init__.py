"""Reference answers and explanations: the store, the embedders, the search, and retrieval for a grading."""

from typing import TYPE_CHECKING

from evaluator.references.embedding import Progress, embed_passages
from evaluator.references.entries import Entry
from evaluator.references.kept import kept_passage_vectors
from evaluator.references.lexical import tokens
from evaluator.references.pulling import pull
from evaluator.references.retrieval import Hit, find, search
from evaluator.references.space import passage_vectors
from evaluator.references.store import FILTERS, Changes, ReferenceStore, open_store
from evaluator.references.tuned import LEXICAL_WEIGHT
from evaluator.references.universal import embed as universal_vectors

if TYPE_CHECKING:
    from evaluator.references.embedding import Vectors as Vectors

__all__ = [
    "FILTERS",
    "LEXICAL_WEIGHT",
    "Changes",
    "Entry",
    "Hit",
    "Progress",
    "ReferenceStore",
    "embed_passages",
    "find",
    "kept_passage_vectors",
    "open_store",
    "passage_vectors",
    "pull",
    "search",
    "tokens",
    "universal_vectors",
]
