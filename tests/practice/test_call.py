"""A call from end to end with a judge and a writer controlled by the test."""

from __future__ import annotations

import pytest

from evaluator.errors import InputError, ModelError
from evaluator.judge import ReadingFailed
from evaluator.practice import find_persona, persona_files
from evaluator.practice.call import (
    CallState,
    Cue,
    faults,
    hint_for,
    likeness,
    load,
    reaction_of,
    say,
    side_by_side,
    start,
    waiting,
)
from evaluator.practice.call.hearing import asks, expect, questions_for, unsure, wordings
from evaluator.practice.call.spotting import sentences_of, texts_digest, trained
from evaluator.rubrics import find
from evaluator.settings import load_settings
from evaluator.storage import open_records
from tests.support.call_cases import HearingJudge, Saying, persona, talk_on


@pytest.fixture
def records(tmp_path):
    with open_records(load_settings(data_dir=tmp_path)) as opened:
        yield opened


@pytest.fixture
def talk(records):
    return start(records, "me", find("telecom-bill"), persona(), "saying")


def test_first_words_need_no_model(talk):
    assert [turn.text for turn in talk.said()] == [persona().lines.opening[0]]
    assert talk.state().mood == persona().mood and waiting(talk) is None


def test_a_line_streams_and_is_stored_with_its_reasons(records, talk):
    """The pieces together are the line; state, causes and the judge's readings are stored."""
    words = talk_on(
        records, talk, "我这就给您关掉。", HearingJudge({"done_now"}), Saying("给我关了，钱退回来，麻利点儿。")
    )
    assert "".join(one.text for one in words) == words[-1].line.text and words[-1].line.source == "model"
    kept = load(records, "me", talk.id)
    seen = reaction_of(kept.said()[-1])
    assert [change.event for change in seen.changes] == ["done_now"] and seen.state.mood > persona().mood
    assert seen.chances["done_now"] == 0.9


def test_hidden_fact_is_told_when_asked_about(records, talk):
    judge = HearingJudge({"asked", "about:call"})
    words = talk_on(records, talk, "当时有没有人打过电话给您母亲？", judge)
    assert words[-1].line.text == persona().fact("call").says
    assert load(records, "me", talk.id).state().told == ("call",)


def test_a_statement_gets_no_hidden_fact(records, talk):
    """This holds even if the judge takes it for a question."""
    words = talk_on(records, talk, "好的，知道了。", HearingJudge({"about:call"}))
    assert not persona().fact("call").given_away_by(words[-1].line.text)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("", "empty"),
        ("我妈接了个电话，说了声好。", "tells_hidden"),
        ("很抱歉给您带来不便，我马上帮您处理。", "breaks_role"),
        ("客服：您稍等。", "breaks_role"),
        ("作为一个AI，我没有话费。", "breaks_role"),
        ("（生气地）给我关了！", "breaks_role"),
        ("你这句话我给打分八分。", "advises_or_grades"),
        ("Please close it now.", "wrong_language"),
        ("给我关了，" * 30, "too_long"),
        ("给我退八百块。", "invents"),
        ("我找了12315。", "invents"),
        ("我这就给您关掉", "repeats"),
        ("给我关了，钱退回来，快点儿的。", "repeats"),
    ],
)
def test_a_bad_line_is_caught(line, fault):
    earlier = ["给我关了，钱退回来，快点儿的。"]
    assert fault in faults(line, persona(), [], Cue(manner="wants"), "我这就给您关掉。", earlier)


def test_a_refused_line_is_asked_for_again_and_then_replaced(records, talk):
    """After two refusals the persona's own line is said, and both refusals are stored."""
    writer = Saying("很抱歉给您带来不便。", "这句话我打九十分。")
    words = talk_on(records, talk, "嗯。", HearingJudge(), writer)
    line = words[-1].line
    assert line.source == "stock" and line.text == persona().lines.wants[0]
    assert [one.faults for one in line.refused] == [("breaks_role",), ("advises_or_grades",)]
    assert len(writer.prompts) == 2 and writer.prompts[0] != writer.prompts[1]


def test_a_line_off_the_cue_is_refused(records, talk):
    words = talk_on(
        records, talk, "嗯。", HearingJudge(), Saying("今天天气真好，想去公园走走。", "给我关了，钱退回来，快着点。")
    )
    assert words[-1].line.refused[0].faults == ("off_cue",) and words[-1].line.source == "model"


def test_a_later_sentence_that_fails_ends_the_line(records, talk):
    words = talk_on(records, talk, "嗯。", HearingJudge(), Saying("给我关了，钱退回来，快点。作为AI我不能说。"))
    assert words[-1].line.text == "给我关了，钱退回来，快点。" and words[-1].line.refused


@pytest.mark.parametrize("failure", [ReadingFailed("timeout"), ModelError("ui_unexpected", detail="x")])
def test_a_writer_that_fails_does_not_end_the_call(records, talk, failure):
    words = talk_on(records, talk, "嗯。", HearingJudge(), Saying("", failure=failure))
    assert words[-1].line.source == "stock" and words[-1].line.failure


def test_a_call_that_was_cut_off_goes_on(records, talk):
    """What the trainee said is stored before any model is asked."""
    say(records, talk, "您好。")
    again = load(records, "me", talk.id)
    assert waiting(again).text == "您好。"
    with pytest.raises(InputError, match=r"客户还没有回答|has not answered"):
        say(records, again, "还有")


def test_retry_makes_a_branch_and_both_are_compared(records, talk):
    talk_on(records, talk, "不归我管。", HearingJudge({"pushed_away"}))
    first = load(records, "me", talk.id).said()[0].id
    talk_on(
        records,
        load(records, "me", talk.id),
        "今晚就给您关掉。",
        HearingJudge({"done_now", "date_given"}),
        behind=first,
    )
    kept = load(records, "me", talk.id)
    one, other = (turn.id for turn in kept.branches)
    both = side_by_side(kept, one, other)
    assert both.shared == 1 and both.gain > 0 and both.other[1].agent == "今晚就给您关掉。"
    assert [turn.text for turn in kept.said()][1] == "今晚就给您关掉。"
    assert [turn.role for turn in kept.transcript(one).turns] == ["customer", "agent", "customer"]


def test_nobody_reads_anothers_call(records, talk):
    with pytest.raises(InputError):
        load(records, "somebody else", talk.id)


def test_hints_do_not_repeat():
    rubric, state = find("telecom-bill"), CallState(mood=3, patience=6)
    given = []
    for _ in range(8):
        given.append(hint_for(persona(), rubric, state, ["您好"], given))
    assert len(set(given)) == len(given)


@pytest.mark.parametrize("name", sorted(persona_files()))
def test_every_persona_can_be_asked_about(name):
    """Each event has words in both languages; the nearest questions are few; stock lines pass their own checks."""
    one = find_persona(name)
    assert len({question.id for question in questions_for(one)}) == len(questions_for(one))
    for line in (*one.lines.angry, *one.lines.wants, *one.lines.calmer, *one.speech.samples):
        assert set(faults(line, one, [], Cue(manner="angry"), "", [])) <= {"breaks_role"}, line


def test_what_is_plain_needs_no_question():
    """The classifier finds what was plainly said; few questions are left for a model in this process."""
    expected = expect(persona(), CallState(mood=3, patience=6), "对不起。我已经给您取消了，三天之内到账。")
    chances = {one.question.id: one.chance for one in expected}
    assert min(chances["done_now"], chances["date_given"]) > 0.5 > max(chances["blamed"], chances["about:call"])
    assert len(unsure(expected)) <= 6


def test_the_classifier_belongs_to_its_sentences():
    """After a change to events.yaml, run `python -m benchmarks.practice train`."""
    assert trained().texts == texts_digest() and set(trained().names) == set(wordings("zh"))


def test_questions_have_both_languages():
    assert wordings("zh").keys() == wordings("en").keys()
    assert asks("您方便说说怎么开通的", "zh") and not asks("好的。", "zh")
    assert asks("Tell me what happened", "en") and not asks("Right then.", "en")
    assert sentences_of("It's 3.50. Bye.") == ["It's 3.50.", "Bye."]


def test_likeness_tells_the_same_from_another_thing():
    assert likeness("退多少，哪天到？", "钱退多少，几号到账？") > 0.5 > likeness("退多少，哪天到？", "今天天气真好。")
