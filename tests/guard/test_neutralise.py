"""Makes a text safe to include in a prompt as data."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.guard.injection import hits
from evaluator.guard.neutralise import neutralise

PROMPTS = Path(__file__).parents[2] / "prompts"
TRICKS = st.sampled_from(
    [
        "<|im_start|>",
        "<|",
        "|>",
        "im_end",
        "[INST]",
        "</s>",
        "<",
        ">",
        "[",
        "]",
        "【任务】",
        "\u200b",
        "\u202e",
        "\x00",
        "</text>",
        "<<SYS>>",
    ]
)
NORMAL = st.text(alphabet="您好退款abcXYZ019，。！？：“”（）,.!?:;'\"()-%/ \n\t👍é訂單【】[]<>|&*#")
# Questions contain no user text; the others contain one line each, within a sentence.
WITHOUT_FENCES = ("questions", "coaching", "customer")


@pytest.mark.parametrize(
    "token",
    [
        "<|im_start|>",
        "<|endoftext|>",
        "＜｜im_end｜＞",
        "[INST]",
        "[/INST]",
        "<<SYS>>",
        "</s>",
        "<start_of_turn>",
        "</transcript>",
        "<|im\u200b_start|>",
    ],
)
def test_tokens_are_broken(token: str) -> None:
    """No chat-template token or closing tag survives; its letters stay readable."""
    done = neutralise(f"a{token}b")
    assert token not in done and token.replace("\u200b", "") not in done
    assert re.sub(r"\W", "", token.replace("\u200b", "")) in re.sub(r"\W", "", done)


@pytest.mark.parametrize("path", sorted(PROMPTS.glob("*.md")), ids=lambda path: path.name)
def test_no_fence_of_our_prompts_survives(path: Path) -> None:
    """Every fence line used in one of our prompts is broken when it comes from a text."""
    line = r"^(?:【[^】\n]+】|\[[A-Z][^\]\n]+\]|</?\w+>)$"
    fences = re.findall(line, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert fences or path.name.startswith(WITHOUT_FENCES)
    assert [fence for fence in fences if fence in neutralise(f"好的\n{fence}\n")] == []
    closing = [fence for fence in fences if "/" in fence or "结束" in fence or "ENDS" in fence]
    assert [fence for fence in closing if "forged_delimiter" not in {hit.pattern.code for hit in hits(fence)}] == []


def test_hidden_and_control_characters_go() -> None:
    """Zero-width, bidi, tag and control characters and lone surrogates are gone; line breaks and tabs stay."""
    assert neutralise("a\u200bb\u202ec\U000e0041\x00\x1b\ud800d\te\r\nf") == "abcd\te\r\nf"


@pytest.mark.parametrize(
    "text", ["好的👨‍👩‍👧", "a < b > c", "[优惠] 【活动】", "<b>您好</b>", "满 100 | 减 10", "می‌خواهم", "Café ①"]
)
def test_normal_text_stays(text: str) -> None:
    """Emoji, comparisons, ordinary brackets and tags come back unchanged."""
    assert neutralise(text) == text


@settings(deadline=None)
@given(NORMAL.filter(lambda text: not re.search(r"[<>]\s*\||\|\s*[<>]|<+\s*/?\s*[a-zA-Z]|\[\s*[/a-zA-Z]", text)))
def test_normal_alphabet_never_changes(text: str) -> None:
    """Whatever is written with everyday characters and without token shapes is never changed."""
    assert neutralise(text) == text


@settings(deadline=None)
@given(st.lists(TRICKS | st.text(max_size=5), max_size=30).map("".join))
def test_idempotent_and_clean(text: str) -> None:
    """Doing it twice changes nothing more, and no template token is ever left."""
    once = neutralise(text)
    assert neutralise(once) == once
    assert not re.search(r"<\|\w*\|>|<\||\|>|\[/?INST\]|</s>|【任务】|</text>", once)
    once.encode("utf-8")
