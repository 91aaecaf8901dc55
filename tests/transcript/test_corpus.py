"""Every layout with every content and kind of names: the exact turns, and roles that are right or asked about."""

from collections import defaultdict
from itertools import islice

from evaluator.transcript import parse
from tests.support.transcript_corpus import LAYOUTS, STRUCTURED, Content, Names, cases


def spoken(source: str) -> tuple[list[tuple[str | None, str]], list[str], bool]:
    """(speaker, words) and roles of everything that is said, and whether a person is asked."""
    transcript = parse(source)
    said = [turn for turn in transcript.turns if turn.kind == "speech"]
    return [(turn.speaker, turn.text) for turn in said], [turn.role for turn in said], bool(transcript.doubts)


def fault(source: str, content: Content, names: Names) -> str:
    """What is wrong with the reading of one case; empty if all is right."""
    expected = [(names.agent if side == "agent" else names.customer, text) for side, text in content.turns]
    turns, roles, asked = spoken(source)
    if turns != expected:
        return f"turns {turns}"
    right = roles == [side for side, _ in content.turns]
    if not right and (names.stated or not asked):
        return f"roles {roles}"
    return ""


def test_the_corpus_is_wide() -> None:
    """Over a hundred layouts, each in several contents."""
    assert len(LAYOUTS) + len(STRUCTURED) > 100


def test_every_layout_gives_the_same_turns() -> None:
    """Nothing is lost, nothing is joined, every name is whole; who is who is right, or a person is asked.

    Every fifth case is read, which meets each layout with each content and each kind of names.
    """
    wrong = defaultdict(list)
    for key, source, content, names in islice(cases(), 0, None, 5):
        if problem := fault(source, content, names):
            wrong[key.split("-")[0]].append(f"{key}: {problem}\n{source}")
    assert not wrong, "\n\n".join(f"{layout}: {len(found)} wrong, e.g. {found[0]}" for layout, found in wrong.items())
