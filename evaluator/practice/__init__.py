"""Practice: trainees grade themselves first, then see where the grader differs and what to train next.

Personas describe the simulated customer of a call.
"""

from evaluator.practice.attempting import Practised, grade_attempt, hand_in, practised
from evaluator.practice.coaching import CoachNote, coach, notes_for
from evaluator.practice.comparison import Comparison, Gap, compare, explain, own_total
from evaluator.practice.persona import Event, Fact, Persona, Speech, StockLines
from evaluator.practice.persona_files import (
    dump_persona,
    find_persona,
    lint_persona,
    lint_persona_file,
    load_persona,
    parse_persona,
    persona_files,
    personas_for,
    write_persona,
)
from evaluator.practice.progress import Advice, PracticeStep, advise, trace, with_references
from evaluator.practice.self_knowledge import SelfKnowledge, know_oneself

__all__ = [
    "Advice",
    "CoachNote",
    "Comparison",
    "Event",
    "Fact",
    "Gap",
    "Persona",
    "PracticeStep",
    "Practised",
    "SelfKnowledge",
    "Speech",
    "StockLines",
    "advise",
    "coach",
    "compare",
    "dump_persona",
    "explain",
    "find_persona",
    "grade_attempt",
    "hand_in",
    "know_oneself",
    "lint_persona",
    "lint_persona_file",
    "load_persona",
    "notes_for",
    "own_total",
    "parse_persona",
    "persona_files",
    "personas_for",
    "practised",
    "trace",
    "with_references",
    "write_persona",
]
