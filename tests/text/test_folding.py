"""Finding words again in a text, whatever their width, script, case, punctuation or spacing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.text.folding import find, fold, normalise, simplify


@pytest.mark.parametrize(
    ("needle", "haystack", "exact"),
    [
        ("订单号", "请问您的訂單號是多少？", "訂單號"),
        ("您好,我是小李", "【您好，我是小李】", "您好，我是小李"),
        ("ＡＢＣ１２３", "code: abc123.", "abc123"),
        ("full refund", "a FULL\n  refund, today", "FULL\n  refund"),
        ("48小时", "４８ 小時内", "４８ 小時"),
        ("café", "the cafe\u0301 bar", "cafe\u0301"),
        ("满意", "满\u200b意", "满\u200b意"),
        ("3.5", "得３．５分", "３．５"),
    ],
)
def test_find_gives_exact_original_words(needle: str, haystack: str, exact: str) -> None:
    """A quotation is found through width, script variant, case, punctuation and spacing, with exact offsets."""
    start, end = find(needle, haystack)  # type: ignore[misc]
    assert haystack[start:end] == exact


@pytest.mark.parametrize(
    ("needle", "haystack"),
    [("退款", "换货"), ("35", "3.5"), ("35", "135"), ("art", "start"), ("5", "3.5"), ("", "x"), ("。", "你好。")],
)
def test_find_does_not_invent(needle: str, haystack: str) -> None:
    """Other words, parts of words and parts of numbers are not a match; nor is a needle without words."""
    assert find(needle, haystack) is None


def test_find_goes_on_after_a_part_of_a_word() -> None:
    """A hit inside a longer word does not hide the whole word after it."""
    assert find("art", "start art") == (6, 9)


@settings(deadline=None)
@given(st.text(), st.data())
def test_offsets_always_lie_in_the_source(text: str, data: st.DataObject) -> None:
    """Every folded character maps to a piece of the original, in order; an exact line of it is found again."""
    folded = normalise(text)
    assert len(folded.text) == len(folded.spans)
    assert all(0 <= start < end <= len(text) for start, end in folded.spans)
    assert list(folded.spans) == sorted(folded.spans)


@settings(deadline=None)
@given(st.text(alphabet="退款訂單号，。 \nab", min_size=1), st.text(alphabet="换货好的,。 "))
def test_a_text_is_found_inside_itself(needle: str, around: str) -> None:
    """Words surrounded by other text are found whenever they hold a word at all."""
    assert (find(needle, around + needle + around) is not None) == bool(normalise(needle).text)


@settings(deadline=None)
@given(st.text())
def test_simplify_keeps_length(text: str) -> None:
    """Characters are converted one by one, so offsets survive."""
    assert len(simplify(text)) == len(text)


def test_fold_compares_names() -> None:
    """Names compare through width, case and script variant."""
    assert fold(" 客服專員Ａ ") == fold("客服专员a")
