"""Benchmarks: what they read from folders, how they count, and that nothing is asked twice."""

from __future__ import annotations

import asyncio
import json
import math
import re
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from benchmarks import asking, key_points, stability
from benchmarks.agreement import __main__ as agreement
from benchmarks.agreement import variants
from benchmarks.agreement.cases import BY_CRITERIA, RUBRICS, read_set
from benchmarks.agreement.keeping import KeptJudge, NoJudge
from benchmarks.agreement.readings import Reader, plan
from benchmarks.agreement.splitting import are_parts, build_references, read_points_rubric
from benchmarks.examples import read_example, shipped
from benchmarks.peers.counting import MOST_TOKENS, counted, limited
from benchmarks.peers.jobs import jobs_of, points_of, read_results
from benchmarks.stability import SAME, add_up_points, as_case, changes_of, versions_of
from benchmarks.variations import HARMLESS, LENGTH, changed, double, pad
from benchmarks.vectors import kept_vectors
from evaluator.calibration.data.items import read_readouts
from evaluator.errors import InputError
from evaluator.grading.verdicts import Answered
from evaluator.judge.combined.swapped import SwappedJudge
from evaluator.judge.questions import Answer, Option, Question, Reply, State, Traits, Ungraded
from evaluator.judge.scripted import ScriptedJudge
from evaluator.rubrics import load
from evaluator.scorecard import Usage
from evaluator.storage import AskMemo
from evaluator.transcript import parse

ASK = Question(
    id="c:a:x", kind="predicate", text="Done?", options=(Option(id="no", text="-"), Option(id="yes", text="+"))
)
STATE = State(language="en", task="t", text="words")
ASKED = RUBRICS / "asked" / "rubric_answers_en.yaml"  # with questions to the model


class Sayer:
    """A judge that leans to yes by the length of the text, and counts what it is asked."""

    name, traits, stamp = "sayer", Traits(anchored=True), {"model": "sayer"}

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        self.asked += [question.id for question in questions]
        yes = 1 / (1 + math.exp(-len(state.text) / 40))
        answers = {}
        for question in questions:
            rest = [(1 - yes) / (len(question.options) - 1)] * (len(question.options) - 1)
            shares = dict(zip([option.id for option in question.options], [*rest, yes], strict=True))
            answers[question.id] = Answer(question=question.id, probabilities=shares)
        usage = Usage(prompt_tokens=10 * len(questions), requests=len(questions))
        return Reply(model="sayer", answers=answers, usage=usage)


@pytest.fixture
def dialogues(tmp_path: Path) -> Path:
    """Twelve dialogues, the longer the better, graded -2 to 2 by two people."""
    items, rows = [], ["item,grader,criterion,points"]
    for number in range(12):
        turns = [
            {"speaker": "customer", "text": "灯不亮了"},
            {"speaker": "agent", "text": "请您拧紧灯泡再试。" * (number + 1)},
            {"speaker": "agent", "text": ""},
        ]
        items.append(json.dumps({"id": f"d{number}", "transcript": turns}, ensure_ascii=False))
        for criterion in ("accomplishment", "satisfaction", "effectiveness"):
            rows += [f"d{number},g{grader},{criterion},{min(2, number // 3 - 2 + grader)}" for grader in (0, 1)]
    return write(tmp_path, items, rows)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Three answers to one question whose rubric is stated in words."""
    shared = {
        "question_id": "q",
        "question": "Why does bread rise?",
        "references": ["Yeast eats sugar. It gives off gas that stretches the dough."],
        "rubric_text": "1. Names yeast (2.5 points)\n2. Explains the gas (3.5 points)",
        "max_points": 6,
    }
    texts = ["Because of the yeast, which gives off gas.", "Yeast, I think.", "It is warm in the oven."]
    items = [json.dumps({"id": f"a{n}", "answer": text, **shared}) for n, text in enumerate(texts)]
    return write(tmp_path, items, ["item,grader,criterion,points", "a0,g,points,6", "a1,g,points,2.5", "a2,g,points,0"])


def write(folder: Path, items: list[str], rows: list[str]) -> Path:
    (folder / "items.jsonl").write_text("\n".join(items), encoding="utf-8")
    (folder / "grades.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", [*sorted(BY_CRITERIA.values()), "asked/rubric_answers_en"])
def test_rubrics_of_the_sets_can_be_read(name: str) -> None:
    """Every rubric of the benchmark is a rubric of the product, with checks whose two options differ.

    Without checks, likeness to the items' reference answers decides.
    """
    for criterion in load(RUBRICS / f"{name}.yaml").criteria:
        assert bool(criterion.checks) == (name in ("helpdesk_zh", "asked/rubric_answers_en"))
        assert all(check.yes != check.no for check in criterion.checks)


def test_equal_references_count_once() -> None:
    """Graders' folders often name the same reference twice."""
    found = build_references(("先断电再重启机器。", "先断电再重启机器。", "联系售后上门检修。"))
    assert [reference.id for reference in found] == ["r1", "r2"]


def test_a_points_rubric_in_words_is_read_as_parts_or_as_alternatives() -> None:
    """Parts add up to the maximum; alternatives do not."""
    parts = read_points_rubric("1. Names it (2 points)\n2. Says why (3.5 points)")
    assert [(part.text, part.points) for part in parts] == [("Names it", 2.0), ("Says why", 3.5)]
    assert are_parts(parts, 5.5)
    assert not are_parts(read_points_rubric("all of it (4 points); half (2 points)"), 4)


def test_stated_parts_become_criteria_with_their_points(answers: Path) -> None:
    """The item's rubric decides the criteria, so that the maximum is the item's."""
    case = read_set(answers, ASKED).cases[0]
    assert [criterion.points for criterion in case.rubric.criteria] == [2.5, 3.5]
    assert case.rubric.max_points == 6
    assert "Names yeast" in case.rubric.criteria[0].checks[0].question
    assert case.rubric.task == "Why does bread rise?"


def test_a_folder_with_unknown_criteria_asks_for_a_rubric(dialogues: Path) -> None:
    """Nothing is guessed where no rubric of the benchmark fits."""
    table = (dialogues / "grades.csv").read_text().replace("accomplishment", "charm")
    (dialogues / "grades.csv").write_text(table)
    with pytest.raises(InputError, match="--rubric"):
        read_set(dialogues)


def test_limit_takes_items_from_the_whole_list(dialogues: Path) -> None:
    """A pilot sees the beginning and the end of a sorted file."""
    assert [case.id for case in read_set(dialogues, limit=3).cases] == ["d0", "d4", "d8"]


def test_what_a_limit_took_can_be_left_out(dialogues: Path) -> None:
    """A choice made on some items is therefore tested on the others."""
    others = [case.id for case in read_set(dialogues, beyond=3).cases]
    assert others and not {"d0", "d4", "d8"} & set(others)
    assert len(others) + 3 == len(read_set(dialogues).cases)


async def test_equal_wordings_are_asked_once_and_nothing_is_asked_again(tmp_path: Path) -> None:
    """A question shared by two criteria costs once; a second run costs nothing but still knows the first cost."""
    memo, judge = AskMemo(tmp_path / "memo.db"), Sayer()
    twin = ASK.model_copy(update={"id": "c:b:x"})
    first = KeptJudge(judge, memo, "checks")
    reply = await first.decide(STATE, [ASK, twin])
    assert len(judge.asked) == 1
    assert {name: answer.question for name, answer in reply.answers.items()} == {"c:a:x": "c:a:x", "c:b:x": "c:b:x"}
    again = KeptJudge(judge, memo, "checks")
    await again.decide(STATE, [ASK])
    assert len(judge.asked) == 1
    assert [usage.prompt_tokens for usage in again.spent.values()] == [10]


async def test_swapped_options_come_back_under_their_own_ids() -> None:
    """The judge sees yes first; the answer is in the question's order again."""
    reply = await SwappedJudge(Sayer()).decide(STATE.model_copy(update={"text": "x" * 100}), [ASK])
    answer = reply.answers[ASK.id]
    assert isinstance(answer, Answer)
    assert list(answer.probabilities) == ["no", "yes"]
    assert answer.probabilities["no"] > 0.9  # this judge leans to whatever stands last


def test_vectors_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that was embedded in an earlier run is not embedded again."""
    np = pytest.importorskip("numpy")
    from evaluator.references import embedding

    calls: list[str] = []

    def embed(texts, progress=None):  # type: ignore[no-untyped-def]
        calls.extend(texts)
        return np.ones((len(texts), embedding.DIMENSIONS), dtype=np.float32)

    monkeypatch.setattr(embedding, "embed_passages", embed)
    monkeypatch.setattr(embedding, "embedder_version", lambda: "1")
    for _ in range(2):
        with kept_vectors(tmp_path / "v.npz"):
            assert embedding.embed_passages(["a", "b", "a"]).shape == (3, embedding.DIMENSIONS)
    assert calls == ["a", "b"]


def test_counting_of_readings() -> None:
    """Raw, logit, prior-corrected and anchored are what their names say, worked by hand."""

    def says(yes: float) -> Answer:
        return Answer(question="c:a:x", probabilities={"no": 1 - yes, "yes": yes})

    found = variants.asked(
        Answered({"c:a:x": says(0.5)}, {"c:a:x": says(0.2)}, [{"c:a:x": says(0.8)}, {"c:a:x": says(0.6)}]), "a"
    )
    assert found is not None
    assert variants.mean_share(found) == pytest.approx(0.5)
    assert variants.mean_logit(found) == pytest.approx(0.5)
    assert variants.prior_corrected(found) == pytest.approx(0.8)  # logit 0 - (-1.386) = 1.386
    assert variants.between_anchors(found) == pytest.approx(0.5)  # half-way from -1.386 to 1.386


def test_a_missing_answer_leaves_the_criterion_ungraded() -> None:
    """A question without an answer is not a zero."""
    failed = Ungraded(question="c:a:y", cause="timeout")
    answered = Answered({"c:a:x": Answer(question="c:a:x", probabilities={"no": 0.5, "yes": 0.5}), "c:a:y": failed})
    assert variants.asked(answered, "a") is None
    assert variants.asked(answered, "other") is None


async def test_reading_a_case_gives_every_way_of_asking(answers: Path, tmp_path: Path) -> None:
    """All ways can be counted; points lie within the item's maximum, and anchors in the wrong order leave none."""
    human = read_set(answers, ASKED)
    ways = ["checks", "swapped", "levels", "shown", "points"]
    reader = Reader(Sayer(), AskMemo(tmp_path / "m.db"), ways)
    readings = [await reader.read(case) for case in human.cases]
    for name, share in variants.variants(ways, references=True, anchored=True).items():
        points = variants.points_of(share, readings, human)["points"]
        assert points.between(0, 6).all() or name == "swapped, anchored", name


async def test_without_a_model_likeness_to_the_references_is_still_told(answers: Path, tmp_path: Path) -> None:
    """Without any judgement each witness of likeness still puts the best answer above the worst.

    The product needs no judgement if a written answer has no checks, and awards nothing if it has some.
    """
    asked, human = read_set(answers, ASKED), read_set(answers)
    reader = Reader(NoJudge(), AskMemo(tmp_path / "m.db"), [])
    best, worst = [await reader.read(human.cases[place]) for place in (0, 2)]
    assert variants.product(await reader.read(asked.cases[0]), "item1") is None
    assert variants.product(best, "item1") > variants.product(worst, "item1")
    good, bad = best.alike["item1"], worst.alike["item1"]
    assert good is not None and bad is not None
    assert good.coverage > bad.coverage and good.gist > bad.gist and good.words > bad.words


def test_key_points_are_planned_for_all_criteria(answers: Path) -> None:
    """The question about a key point belongs to every criterion."""
    case = read_set(answers).cases[0]
    assert {question.id[0] for question in plan("points", case.rubric)} == {"k"}
    assert variants.belongs("k:r1:r1p1", "item2") and not variants.belongs("c:item1:present", "item2")


def test_the_whole_benchmark_runs_and_writes_readouts(
    dialogues: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One command prints ceiling and variants, and what it writes a calibration run can read, on the humans' scale."""
    monkeypatch.setattr(agreement, "open_judge", lambda model: ScriptedJudge())
    monkeypatch.setattr(agreement, "open_memo", lambda: AskMemo(tmp_path / "memo.db"))
    app = typer.Typer()
    app.command()(agreement.main)
    out = tmp_path / "out"
    command = [
        str(dialogues),
        "--variant",
        "checks",
        "--variant",
        "each",
        "--resamples",
        "0",
        "--out",
        str(out),
        "--detail",
    ]
    found = CliRunner().invoke(app, command, catch_exceptions=False)
    assert found.exit_code == 0
    assert "two humans" in found.stdout and "each, raw" in found.stdout and "product" in found.stdout
    doubts = found.stdout.split("a cascade's doubt")[1].splitlines()[1]
    goes = [int(share) for share in re.findall(r"0\.\d+: +(\d+)%", doubts)]
    assert len(goes) == 5 and goes == sorted(goes, reverse=True)
    made = read_readouts(out / "readouts.jsonl")
    assert len(made.points) == 12
    assert made.points.to_numpy().min() >= -2 and made.points.to_numpy().max() <= 2
    assert not any(str(name).startswith("points/") for name in made.features.columns)


def test_an_unknown_way_of_asking_is_refused() -> None:
    """The sentence names the existing ways."""
    with pytest.raises(typer.BadParameter, match="swapped"):
        agreement.ways_of(["chekcs"], "embedded")


def test_the_embedded_model_can_be_asked_for_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through its own endpoint, under a name that holds no port, so that kept answers are found again."""
    monkeypatch.setattr(asking, "serve_embedded", lambda: "http://127.0.0.1:4711")
    judge = asking.open_judge("structured:embedded")
    assert judge.name == judge.stamp["endpoint"] == "structured:embedded" and not judge.traits.anchored
    assert judge.stamp["method"] == "structured/json_schema" and "4711" not in str(judge.stamp)


def test_jobs_for_peers_carry_everything_but_the_checks(answers: Path) -> None:
    """A peer gets question, answer, reference and one criterion with its levels; nothing that is this product's own."""
    jobs = jobs_of(read_set(answers).cases[0])
    assert [job["criterion"]["id"] for job in jobs] == ["item1", "item2"]
    assert "checks" not in jobs[0]["criterion"] and jobs[0]["reference"].startswith("Yeast eats")


def test_what_a_peer_did_not_grade_is_missing_and_no_zero(answers: Path, tmp_path: Path) -> None:
    """An item with a part missing has no points."""
    human = read_set(answers)
    rows = [
        {"item": "a0", "criterion": "item1", "points": 2.0},
        {"item": "a0", "criterion": "item2", "points": 3.5},
        {"item": "a1", "criterion": "item1", "points": 2.5},
        {"item": "a1", "criterion": "item2", "points": None},
    ]
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, rows)))
    table = points_of(read_results(tmp_path / "r.jsonl"), human)["points"]
    assert table["a0"] == 5.5
    assert table[["a1", "a2"]].isna().all()


@pytest.mark.parametrize(
    ("text", "points"),
    [("还行，给3分。\n得分：4", 4.0), ("Turn 3 was good.\nPoints: 2.5", 2.5), ("7/10", None), ("没有分数", None)],
)
def test_points_are_read_from_plain_text(text: str, points: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last named number counts; a number off the scale counts as none."""
    monkeypatch.syspath_prepend(str(Path(agreement.__file__).parents[1] / "peers" / "runners"))
    from run_plain import read_points

    assert read_points(text, 5) == points


def test_the_proxy_counts_what_the_endpoint_says() -> None:
    """Requests and tokens are added up whoever sends them, and errors are passed on as they are."""

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            usage = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}
            body = json.dumps({"usage": usage}).encode() if self.path == "/v1/ok" else b"<html>"
            self.send_response(200 if self.path == "/v1/ok" else 500)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Logs nothing."""

    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with counted(f"http://127.0.0.1:{server.server_address[1]}") as (base_url, counter):
        urllib.request.urlopen(urllib.request.Request(f"{base_url}/ok", b"{}")).read()
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(urllib.request.Request(f"{base_url}/bad", b"{}"))
        usage = counter.take()
    server.shutdown()
    assert (usage.prompt_tokens, usage.cached_tokens, usage.generated_tokens, usage.requests) == (9, 4, 2, 2)
    assert counter.take() == Usage()


def test_a_reply_is_limited_only_where_nobody_limited_it() -> None:
    """A grader's own limit stays; anything but JSON passes unchanged."""
    assert json.loads(limited(b'{"model": "m"}'))["max_tokens"] == MOST_TOKENS
    assert limited(b'{"max_tokens": 1}') == b'{"max_tokens": 1}'
    assert limited(b"<html>") == b"<html>"


CALL = "客服：您好，我是小林。灯不亮是吗？请拧紧灯泡。\n客户：好了，谢谢。"


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_harmless_changes_keep_speakers_and_words(name: str) -> None:
    """What a harmless change leaves is the same conversation: as many turns of each role."""
    text = HARMLESS[name](CALL, "zh")
    assert [turn.role for turn in parse(text).turns] == [turn.role for turn in parse(CALL).turns]


def test_padding_says_nothing_new_and_doubling_says_all_twice() -> None:
    """Padding goes into the graded speaker's turns; a written answer is padded at both ends."""
    padded = parse(pad(CALL, "zh"))
    assert [turn.role for turn in padded.turns] == ["agent", "customer"]
    assert "荣幸" in padded.turns[0].text and "荣幸" not in padded.turns[1].text
    assert pad("One.\nTwo.", "en").startswith("Thank you")
    assert double(CALL, "zh").count("灯泡") == 2


def test_variations_that_change_nothing_are_left_out() -> None:
    """English text has no traditional characters."""
    assert "traditional characters" not in changed("Fine. Done.", "en", HARMLESS | LENGTH)


def test_changes_are_in_per_cent_of_the_points() -> None:
    """Half a point of ten is five per cent; what was not graded gives no change."""
    assert changes_of({SAME: 5.0, "padded": 5.5}, 10) == {"padded": pytest.approx(5.0)}
    assert changes_of({"padded": 5.5}, 10) == {}


def test_a_change_that_a_peer_did_not_grade_whole_has_no_total() -> None:
    """Points of all criteria are added up by change; one that is missing leaves no total."""
    results = {(SAME, "a"): 2.0, (SAME, "b"): 1.5, ("padded", "a"): 2.0, ("padded", "b"): None}
    assert add_up_points(results) == {SAME: 3.5}


def test_a_text_is_asked_again_and_in_another_order() -> None:
    """`--repeat` asks anew each time, and once from the last question to the first.

    A judge that ignores the order says the same.
    """
    asked: list[list[str]] = []

    class Listening(ScriptedJudge):
        async def decide(self, state: State, questions: list[Question]) -> Reply:
            asked.append([question.id for question in questions])
            return await super().decide(state, questions)

    (rubric,) = shipped(["cross-border-wrong-item"])
    totals = asyncio.run(stability.totals_again(rubric, read_example(rubric, "good"), Listening(), 1))
    half = len(asked) // 2
    assert list(totals) == ["asked again (1)", "asked again, last question first"]
    assert asked[half:] == [questions[::-1] for questions in asked[:half]] and len(set(totals.values())) == 1


def test_a_few_changes_can_be_chosen_and_unknown_ones_are_named() -> None:
    """`--change` leaves the unchanged text and those named; a wrong name results in one sentence."""
    (rubric,) = shipped(["cross-border-wrong-item"])
    text = read_example(rubric, "good")
    assert list(versions_of(text, rubric.language, ["doubled", "padded"])) == [SAME, "doubled", "padded"]
    app = typer.Typer()
    app.command()(stability.main)
    wrong = CliRunner().invoke(app, ["--change", "louder"])
    assert wrong.exit_code == 2 and "louder" in wrong.output


def test_key_points_are_told_by_every_way() -> None:
    """The marks name key points that the rubrics have, and the lines count what each way says of them."""
    marks = yaml.safe_load(key_points.MARKS.read_text(encoding="utf-8"))
    for rubric in shipped(list(marks)):
        known = {point.id for reference in rubric.references for point in reference.key_points}
        for example in key_points.EXAMPLES:
            made, partly = key_points.marked(rubric.id, example)
            assert made | partly <= known and not made & partly
    told = [
        key_points.Told(True, 0.4, 0.8, 0.6),
        key_points.Told(False, 0.7, 0.1, 0.4),
        key_points.Told(True, 0.9, 0.2, 0.55),
    ]
    alike, model, product = key_points.lines(told)
    assert "area 0.500  right 33%" in alike and "missing 1 of 1" in alike and "made 1 of 2" in alike
    assert "area 1.000  right 67%" in model and "area 1.000  right 100%" in product


def test_a_peer_gets_the_same_versions_of_an_example() -> None:
    """The text as it is and its variations become cases of the shipped rubric, with the levels a peer needs."""
    (rubric,) = shipped(["staff-shortage"])
    versions = versions_of(read_example(rubric, "good"), rubric.language)
    cases = [as_case(change, text, rubric) for change, text in versions.items()]
    assert cases[0].id == SAME and {"padded", "doubled", "spaces"} <= {case.id for case in cases}
    assert [job["criterion"]["id"] for job in jobs_of(cases[0])] == [item.id for item in rubric.criteria]


def test_speed_reads_a_score_only_from_a_whole_object() -> None:
    """An object that was cut off has no score."""
    from benchmarks.speed.other_ways import score_in

    assert score_in('{"reason": "r", "score": 2}') == 2.0
    assert score_in('{"reason": "r') is None


def test_speed_grades_in_a_process_of_its_own_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """Every rubric is warmed up once by another text, every job reports its cost and the time of its first verdict."""
    import evaluator.grading
    from benchmarks.speed import product

    monkeypatch.setattr(evaluator.grading, "open_judge", lambda settings, name: ScriptedJudge())
    jobs = [{"id": name, "rubric": "staff-shortage", "text": f"我们排了三班。{name}"} for name in ("a", "b")]
    asyncio.run(product.run(jobs, 0.0))
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["kind"] for one in found] == ["start", "warm", "job", "job", "end"]
    assert all(0 < one["first_s"] <= one["wall_s"] for one in found if one["kind"] == "job")


def test_speed_keeps_what_it_measured_and_tells_ratios(tmp_path: Path) -> None:
    """Sums only over whole sets of jobs, and how many times as long the other ways take."""
    from benchmarks.speed.__main__ import Kept, add_up, ratios

    took = {"requests": 1, "read": 2, "cached": 3, "written": 4, "first_s": None}
    kept = Kept(tmp_path / "speed.json")
    for way, seconds in (("product", 2.0), ("same", 9.0)):
        kept.add(way, "ik", {"kind": "job", "job": "a", "wall_s": seconds, "cpu_s": seconds / 2, **took})
    again = Kept(tmp_path / "speed.json")
    assert again.has("same", "ik", "a") and not again.has("same", "xllamacpp", "a")
    assert add_up(again, "same", "ik", [{"id": "a"}, {"id": "b"}]) is None
    rows = {(way, "ik"): add_up(again, way, "ik", [{"id": "a"}]) for way in ("product", "same")}
    assert ratios(rows) == ["same (ik) takes 4.5 times as long as the product on ik, 4.5 in processor"]


@pytest.mark.parametrize(
    "stated", ["(a) (5 points)\n(b) (5 points)", "Question 1 (4 points)\nQuestion 2 (6 points)", "(10 points)"]
)
def test_a_points_rubric_that_names_no_parts_is_graded_as_a_whole(stated):
    """Points after bare letters and numbers make one criterion with all points, never several empty ones."""
    from benchmarks.agreement.cases import RUBRICS, build_criteria
    from benchmarks.agreement.splitting import read_points_rubric
    from evaluator.rubrics import load

    pattern = load(RUBRICS / "rubric_answers_en.yaml").criteria[0]
    (criterion,) = build_criteria(pattern, read_points_rubric(stated), 10)
    assert criterion.points == criterion.levels[-1].points == 10
    parts = build_criteria(pattern, read_points_rubric("Names the lock (4 points)\nExplains the wait (6 points)"), 10)
    assert [part.points for part in parts] == [4, 6]
