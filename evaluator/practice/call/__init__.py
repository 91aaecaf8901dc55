"""A simulated call.

A state machine decides what the customer says and when the call ends, driven by typed questions about each turn of the
trainee; a model only phrases the line, and every line is checked before it is shown.
"""

from evaluator.practice.call.branches import Branches, Point, course, side_by_side
from evaluator.practice.call.checks import faults, invented, tells_hidden
from evaluator.practice.call.hearing import Hearing, hear, prepare
from evaluator.practice.call.hints import Hint, hint_for
from evaluator.practice.call.phrasing import CustomerLine, LinePiece, likeness, phrase, system_of
from evaluator.practice.call.room import STOCK, Room, hint, hints_of, is_paused, place_of, usual_writer
from evaluator.practice.call.state import CallState, Cue, Heard, MoodChange, Step, begin, is_content, step
from evaluator.practice.call.talking import Reaction, Talk, load, note, react, reaction_of, say, start, waiting

__all__ = [
    "STOCK",
    "Branches",
    "CallState",
    "Cue",
    "CustomerLine",
    "Heard",
    "Hearing",
    "Hint",
    "LinePiece",
    "MoodChange",
    "Point",
    "Reaction",
    "Room",
    "Step",
    "Talk",
    "begin",
    "course",
    "faults",
    "hear",
    "hint",
    "hint_for",
    "hints_of",
    "invented",
    "is_content",
    "is_paused",
    "likeness",
    "load",
    "note",
    "phrase",
    "place_of",
    "prepare",
    "react",
    "reaction_of",
    "say",
    "side_by_side",
    "start",
    "step",
    "system_of",
    "tells_hidden",
    "usual_writer",
    "waiting",
]
