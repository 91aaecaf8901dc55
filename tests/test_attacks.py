"""The corpus of attacks: as large and varied as documented, and split by a rule that cannot be bent."""

from __future__ import annotations

from benchmarks.attacks.corpus import WORDINGS, attacks, clean_texts, is_held_back, names
from benchmarks.attacks.fitting import label_of


def test_the_corpus_has_its_families_wordings_and_languages():
    """At least 60 families, five different wordings in each language, and a third held back."""
    found = attacks()
    assert len(names()) >= 60
    assert len(found) == len(names()) * WORDINGS * 2
    assert len({attack.text for attack in found}) > 0.99 * len(found)
    assert 0.25 < sum(map(lambda name: is_held_back(name, 3), names())) / len(names()) < 0.45


def test_what_was_put_in_stands_in_the_text():
    """The words of an attack are found again in the text, so that what is detected can be compared with them."""
    assert all(part in attack.text for attack in attacks() for part in attack.inserted)


def test_there_are_300_clean_texts_and_half_are_held_back():
    """Innocent talk of grades, in both languages."""
    texts = clean_texts()
    assert len(texts) >= 300
    assert {text.language for text in texts} == {"zh", "en"}
    assert 0.4 < sum(text.held_back for text in texts) / len(texts) < 0.6


def test_the_detector_learns_from_no_held_back_family():
    """Families by name; the label of a held-back one is never requested."""
    from benchmarks.attacks.fitting import _hostile

    assert not any(is_held_back(row.group.removeprefix("attack "), 3) for row in _few(_hostile()))
    assert label_of("reference-pasted") is None


def _few(rows, most=60):
    return [row for row, _ in zip(rows, range(most), strict=False)]
