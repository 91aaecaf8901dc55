"""Masking: outgoing text holds no personal data, replies refer to the original, and the way back is exact."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.privacy.__main__ import found
from benchmarks.privacy.cases import cases
from evaluator.errors import InputError
from evaluator.grading import grade
from evaluator.judge.choose import choose
from evaluator.judge.combined.masking import MaskingJudge, MaskingWriter, last_sent
from evaluator.judge.scripted import ScriptedJudge
from evaluator.privacy import mask
from evaluator.rubrics import find
from evaluator.settings import load_settings
from evaluator.transcript import parse

PRIVATE = "我叫王建国，电话138 0013 8000，身份证11010519491231002X，卡号一样是13800138000。"
CALL = f"客户：你们一天十几条短信！{PRIVATE}\n客服：好的王建国先生，我现在就给您关掉，十三分钟内生效。"


def test_the_same_data_gets_the_same_placeholder_and_comes_back():
    """However a number is grouped, it is one number; the screen shows the original words."""
    masked = mask(PRIVATE)
    assert masked.text == "我叫〔姓名1〕，电话〔电话1〕，身份证〔身份证号1〕，卡号一样是〔电话1〕。"
    assert masked.unmask("〔姓名1〕的电话是〔电话1〕") == "王建国的电话是138 0013 8000"


@given(st.text(alphabet="0123456789一二三王李号路 -，。a@.京A身份证X", max_size=80))
def test_places_lead_back_to_the_original(text):
    """Every piece names the words that it stands for, and the rest of the text is untouched."""
    masked = mask(text)
    for piece in masked.pieces:
        assert masked.text[piece.start : piece.end] == piece.placeholder
        assert masked.original(piece.start, piece.end) == (piece.original_start, piece.original_end)
        assert text[piece.original_start : piece.original_end] == piece.original
    rest = "".join(
        char for at, char in enumerate(text) if not any(p.original_start <= at < p.original_end for p in masked.pieces)
    )
    kept = "".join(char for at, char in enumerate(masked.text) if not any(p.start <= at < p.end for p in masked.pieces))
    assert rest == kept


def test_there_are_400_cases_and_most_are_found():
    """A floor under the published figures."""
    made = cases(2)
    personal = [case for case in made if case.data]
    assert len(cases()) >= 400
    assert sum(map(found, personal)) / len(personal) > 0.9


def test_a_judge_elsewhere_never_reads_personal_data_and_evidence_stays_exact():
    """The sent text is masked and can be shown; quotations are the original words in their places."""
    rubric = find("bank-marketing-messages")
    transcript = parse(CALL, form="dialogue")
    card = asyncio.run(grade(transcript, rubric, MaskingJudge(ScriptedJudge()), [], lambda _: None))
    assert card.judge["privacy"] == "masked"
    assert "13800138000" not in last_sent()[-1].text.replace(" ", "")
    assert "王建国" not in last_sent()[-1].text
    for verdict in card.verdicts:
        for item in verdict.evidence:
            assert transcript.turn(item.turn).text[item.start : item.end] == item.text


def test_strict_refuses_models_elsewhere_and_standard_masks_them():
    """One sentence says what to do; a model on this machine needs no masking."""
    with pytest.raises(InputError, match="strict"):
        choose("http://models.example.com/v1#some", load_settings(privacy="strict"))
    assert isinstance(choose("http://models.example.com/v1#some", load_settings(privacy="standard")), MaskingJudge)
    assert not isinstance(choose("http://127.0.0.1:9/v1#some", load_settings(privacy="strict")), MaskingJudge)


def test_a_writer_elsewhere_writes_placeholders_that_come_back_as_words():
    """A placeholder that arrives in two pieces is put back whole."""

    class Echo:
        name = "echo"

        async def prepare(self, system): ...

        async def write(self, system, user, most):
            yield "好的〔电"
            yield "话1〕，记下了"

    async def all_of():
        return [piece async for piece in MaskingWriter(Echo(), "zh").write("", "打13800138000", 9)]

    assert "".join(asyncio.run(all_of())) == "好的13800138000，记下了"
