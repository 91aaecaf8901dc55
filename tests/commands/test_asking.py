"""The question which speaker is graded, on a real terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evaluator.transcript import parse

pty = pytest.importorskip("pty")

CALL = "0: 嗯\n1: 哦\n0: 好\n1: 行"
CODE = (
    "from evaluator.transcript import parse; from evaluator.commands.transcripts import confirmed; import sys;"
    "read = confirmed(parse(sys.argv[1]), {});"
    "print([turn.role for turn in read.turns], len(read.doubts))"
)


def asked(typed: str) -> tuple[str, str]:
    """Returns the output and the terminal's content after `typed` is typed."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", CODE, CALL],
        cwd=Path(__file__).parents[2],
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        env={**os.environ, "LANG": "en_GB.UTF-8", "EVALUATOR_LANGUAGE": "en"},
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    printed, _ = child.communicate(timeout=120)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    return printed.decode(), shown.decode(errors="replace")


def test_who_is_graded_is_asked_until_it_is_clear() -> None:
    """A number that no speaker has leads to the question again; the answer settles every doubt."""
    printed, shown = asked("7\n2\n")
    assert printed.strip() == "['customer', 'agent', 'customer', 'agent'] 0"
    assert "1. 0: 嗯" in shown and "2. 1: 哦" in shown and "“7”" in shown


def test_speakers_that_are_numbers_can_be_named() -> None:
    """`--agent 1 --customer 0` settles it without a question."""
    transcript = parse(CALL, roles={"1": "agent", "0": "customer"})
    assert [turn.role for turn in transcript.turns] == ["customer", "agent"] * 2 and not transcript.doubts
