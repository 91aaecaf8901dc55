"""The five scraped exam papers beside the checkout, figure by figure. Their sentences are read, never repeated here."""

import re
from collections import Counter
from pathlib import Path

import pytest

from evaluator.bank.formats import read_document
from evaluator.bank.items import Item, Paper
from evaluator.bank.papers.grammar import parse

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SEEDS.is_dir(), reason="../shared/seeds is not beside this checkout"),
]


def paper(number: str) -> Paper:
    """The one paper in a seed."""
    (found,) = parse(read_document(next(SEEDS.glob(f"{number}_*"))))
    return found


def of_kind(read: Paper, *kinds: str) -> list[Item]:
    """Whole items of these kinds, in order."""
    return [item for item in read.items if item.kind in kinds and not item.truncated]


def keys(items: list[Item]) -> str:
    return " ".join(item.key or "-" for item in items)


def codes(read: Paper) -> Counter[str]:
    found = [*read.warnings, *(warning for item in read.items for warning in item.warnings)]
    return Counter(warning.code for warning in found)


def test_paper_000_has_ten_single_one_multiple_and_one_cut_off():
    """Counts, keys, explanations, the cut question and the difference to what is declared."""
    read = paper("000")
    single, multiple = of_kind(read, "single_choice"), of_kind(read, "multiple_choice")
    cut = [(item.kind, item.number) for item in read.items if item.truncated]
    assert (len(single), len(multiple), cut) == (10, 1, [("multiple_choice", 12)])
    assert (keys(single), keys(multiple)) == ("A C B C B C C B C C", "AC")
    assert sum(bool(item.explanation) for item in read.items) == 11
    assert [(section.declared_count, section.found) for section in read.sections] == [(10, 10), (5, 2)]
    assert codes(read) == {"count_differs": 1, "truncated": 1}
    assert all(item.background for item in read.items)


def test_paper_001_has_choices_without_keys_and_true_or_false_with():
    """Ten single, eight multiple without keys; nine true or false with keys and an empty tenth."""
    read = paper("001")
    single, multiple = of_kind(read, "single_choice"), of_kind(read, "multiple_choice")
    statements = of_kind(read, "true_false")
    assert (len(single), len(multiple), len(statements)) == (10, 8, 9)
    assert {item.key for item in (*single, *multiple)} == {None}
    assert keys(statements) == "× √ × √ × √ √ √ ×"
    assert [(i.kind, i.number, i.text) for i in read.items if i.truncated] == [("true_false", 10, "")]
    assert codes(read) == {"no_key": 18, "no_keys_in_section": 2, "truncated": 1}
    assert {len(item.options) for item in multiple} == {5}
    assert not any(re.search(r"[(（]\s*[√×]?\s*[)）]\s*$", item.text) for item in read.items)


def test_paper_002_has_ten_single_three_multiple_and_one_cut_off():
    """Counts, keys, explanations, and eight multiple declared of which four are there."""
    read = paper("002")
    single, multiple = of_kind(read, "single_choice"), of_kind(read, "multiple_choice")
    cut = [(item.kind, item.number) for item in read.items if item.truncated]
    assert (len(single), len(multiple), cut) == (10, 3, [("multiple_choice", 4)])
    assert (keys(single), keys(multiple)) == ("B B B D B C B C B B", "AC ABC ABD")
    assert all(item.explanation for item in (*single, *multiple))
    assert [(section.declared_count, section.found) for section in read.sections] == [(10, 10), (8, 4)]
    assert codes(read) == {"count_differs": 1, "truncated": 1}


def test_paper_003_has_fifteen_with_an_ordering_of_five_steps():
    """All keys and explanations; number 7 puts five steps in order; the last explanation lacks its full stop."""
    read = paper("003")
    items = of_kind(read, "single_choice", "ordering")
    assert len(items) == len(read.items) == 15
    assert keys(items) == "B B B B C D B B B D B B B A C"
    assert [(item.number, len(item.steps)) for item in items if item.kind == "ordering"] == [(7, 5)]
    assert all(item.explanation and len(item.options) == 4 for item in items)
    assert codes(read) == {"explanation_unfinished": 1}


def test_paper_004_has_ten_open_items_with_thirty_criteria():
    """Kinds, criteria with points that add up, declared points, and the answer in three parts."""
    read = paper("004")
    assert Counter(item.kind for item in read.items) == {"scenario": 3, "behavioural": 4, "strategy": 2, "open": 1}
    points = {
        kind: {item.points for item in of_kind(read, kind)} for kind in ("scenario", "behavioural", "strategy", "open")
    }
    assert points == {"scenario": {10}, "behavioural": {8}, "strategy": {15}, "open": {20}}
    assert sum(len(item.criteria) for item in read.items) == 30
    assert all(sum(criterion.points for criterion in item.criteria) == item.points for item in read.items)
    assert [section.declared_points for section in read.sections] == [30, 32, 30, 20]
    assert [item.number for item in read.items if item.references] == [1]
    assert len(read.items[0].references[0].parts) == 3
    assert codes(read) == {"explanation_truncated": 1}
    assert all(item.requirements and not item.truncated for item in read.items)


def test_all_papers_give_76_whole_items_and_3_cut_off():
    """The sum over the five papers, and nothing left unplaced."""
    papers = [paper(f"00{number}") for number in range(5)]
    items = [item for read in papers for item in read.items]
    assert Counter(item.truncated for item in items) == {False: 76, True: 3}
    assert not any(read.unplaced for read in papers)


def test_no_text_holds_a_line_of_the_site():
    """Text outside the paper in the file is in no item."""
    noise = re.compile(
        r"book118|VIP精品|VIP文档|文档评论|文档贡献|实名认证|关注\s*$|下载|PAGE|版权|本站|\.(?:docx|pdf|pptx)"
    )
    for number in range(5):
        for item in paper(f"00{number}").items:
            item_texts = [
                *(item.text, item.explanation, item.background, item.requirements, item.paper, item.section),
                *(option.text for option in item.options),
                *(criterion.text for criterion in item.criteria),
                *(answer.text for answer in item.references),
                *item.steps,
            ]
            for text in item_texts:
                assert not noise.search(text), text


def test_every_item_knows_its_file_digest_and_lines():
    """The line of an item's source holds the question."""
    for number in range(5):
        file = next(SEEDS.glob(f"00{number}_*"))
        lines = file.read_text(encoding="utf-8").splitlines()
        for item in paper(f"00{number}").items:
            shown = "\n".join(lines[item.source.start - 1 : item.source.end])
            assert item.source.file == file.name and len(item.source.digest) == 64
            assert item.text.split("\n")[0][:20] in shown
