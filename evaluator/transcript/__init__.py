"""A transcript: who said what, in the exact words, with their place in the source text.

`parse` turns pasted text, chat logs, subtitles and e-mails into turns; `decode` and `load` get the text out
of a file.
Whatever had to be assumed on the way is part of the result.
"""

from evaluator.rubric import Role
from evaluator.transcript.files import SIZE_LIMIT_BYTES, decode, load, load_stream, read_file
from evaluator.transcript.parsing import Form, parse
from evaluator.transcript.turns import Assumption, SpeakerSummary, Transcript, Turn, assemble, speakers, with_roles

__all__ = [
    "SIZE_LIMIT_BYTES",
    "Assumption",
    "Form",
    "Role",
    "SpeakerSummary",
    "Transcript",
    "Turn",
    "assemble",
    "decode",
    "load",
    "load_stream",
    "parse",
    "read_file",
    "speakers",
    "with_roles",
]
