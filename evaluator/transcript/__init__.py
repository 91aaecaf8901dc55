"""A transcript: who said what, in the exact words, with positions in the source text.

`parse` turns pasted text, exports of chats and meetings, subtitles, tables, JSON and e-mails into turns; `load` and
`parse_bytes` do so for files. Every character ends up in a turn, in a program line, or in a stated "not read", and
every assumption made on the way is part of the result.
"""

from evaluator.rubric import Role
from evaluator.transcript.files import SIZE_LIMIT_BYTES, decode, load, load_stream, parse_bytes, read_file
from evaluator.transcript.parsing import Form, parse
from evaluator.transcript.sentences import Span, cut_clauses, cut_sentences, evidence_of, spans_of, touched_sentences
from evaluator.transcript.turns import (
    SAID,
    Assumption,
    SpeakerSummary,
    Transcript,
    Turn,
    assemble,
    speakers,
    with_roles,
    with_turn_roles,
)

__all__ = [
    "SAID",
    "SIZE_LIMIT_BYTES",
    "Assumption",
    "Form",
    "Role",
    "Span",
    "SpeakerSummary",
    "Transcript",
    "Turn",
    "assemble",
    "cut_clauses",
    "cut_sentences",
    "decode",
    "evidence_of",
    "load",
    "load_stream",
    "parse",
    "parse_bytes",
    "read_file",
    "spans_of",
    "speakers",
    "touched_sentences",
    "with_roles",
    "with_turn_roles",
]
