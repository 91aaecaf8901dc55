"""Everything that reads foreign input: well-formed inputs to start from, and what is done with a variant of them."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from pydantic import ValidationError

from evaluator import rubrics, transcript
from evaluator.bank.documents import read_as_json
from evaluator.batch.inputs import parsed, read_inputs
from evaluator.calibration.data.grades import read_grades
from evaluator.calibration.data.items import read_items, read_readouts
from evaluator.calibration.data.tables import read_table
from evaluator.errors import EvaluatorError
from evaluator.exams import parse_questions
from evaluator.files import Reader
from evaluator.guard.injection import inspect
from evaluator.guard.neutralise import neutralise
from evaluator.interviews import Found, Piece, find_segments, read_segments, segments_text
from evaluator.judge.backends.decisions import DecisionsJudge
from evaluator.judge.backends.endpoint import EndpointAsker
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.backends.replies import answers_in
from evaluator.judge.backends.spending import price_of
from evaluator.judge.backends.transport import Limits
from evaluator.judge.backends.vendor_openai import Endpoint
from evaluator.practice.persona_files import lint_persona_file
from evaluator.privacy import mask
from evaluator.profiles import Profile
from evaluator.resources import resource_dir
from evaluator.rubrics import find
from evaluator.service.decisions import DecisionsRequest
from evaluator.settings import load_settings
from tests.support.exam_cases import LIST, interview_paper, interview_transcript
from tests.support.judges import QUESTIONS, STATE

ROOT = Path(__file__).parents[2]
SUPPORT = ROOT / "tests" / "support"
WILD = ROOT.parent / "shared" / "wild"  # further inputs, where they exist
SMALL = 40_000  # bytes; larger inputs only make each run slower
READER = Reader()
LONGEST_SENTENCE = 4000


class Target(NamedTuple):
    """A reader: the file suffixes that it takes, its well-formed inputs, and a function that reads one file."""

    suffixes: tuple[str, ...]
    inputs: Callable[[], Iterable[bytes]]
    read: Callable[[Path], object]


def one_sentence(error: EvaluatorError) -> None:
    """Asserts that the error's text is one line in both languages."""
    for language in ("zh", "en"):
        text = error.text(language)
        assert text and "\n" not in text, ascii(text[:300])
        assert len(text) < LONGEST_SENTENCE, f"{len(text)} characters: {error.code}"


def _files(*patterns: str) -> Callable[[], list[bytes]]:
    """The small files below this project and beside it that match a pattern."""

    def found() -> list[bytes]:
        roots = (ROOT / "examples", ROOT / "rubrics", SUPPORT, WILD / "hostile", WILD / "transcripts", WILD / "rubrics")
        folders = [*roots, WILD / "papers" / "small"]
        paths = sorted({path for pattern in patterns for folder in folders for path in folder.rglob(pattern)})
        return [path.read_bytes() for path in paths if path.is_file() and path.stat().st_size <= SMALL]

    return found


def _texts(*texts: str) -> Callable[[], list[bytes]]:
    return lambda: [text.encode() for text in texts]


def _transcript(path: Path) -> None:
    form = ("dialogue", "answer", "email")[path.stat().st_size % 3]
    found = transcript.load(path, form=form)  # type: ignore[arg-type]
    assert len({turn.id for turn in found.turns}) == len(found.turns)
    inspect(found)
    text = "\n".join(turn.text for turn in found.turns)
    once = neutralise(text)
    assert neutralise(once) == once
    masked = mask(text)
    assert masked.unmask(masked.text) == text


def _interview(path: Path) -> None:
    found = transcript.load(path)
    if len(found.turns) < 20:  # each turn is embedded, which takes longer than everything else here
        find_segments(found, interview_paper())


def _rubric(path: Path) -> None:
    for finding in rubrics.lint_file(path):
        assert "\n" not in finding.text("zh") and finding.text("en")
    rubric = rubrics.load(path)
    assert rubrics.parse(rubrics.dump(rubric)) == rubric


def _persona(path: Path) -> None:
    for finding in lint_persona_file(path):
        assert "\n" not in finding.text("zh") and finding.text("en")


def _settings(path: Path) -> None:
    os.environ["EVALUATOR_CONFIG"] = str(path)
    try:
        load_settings()
    finally:
        del os.environ["EVALUATOR_CONFIG"]


def _document(path: Path) -> None:
    """In the child process, as the product reads it; a crash of the child is a sentence, but it is counted."""
    READER.call(read_as_json, path, path.name, "0" * 64, {})


def _batch(path: Path) -> None:
    for item in parsed(read_inputs(path).sources, find, find("cross-border-wrong-item")):
        assert item.transcript or item.error


def _grades(path: Path) -> None:
    read_grades(read_table(path))


def _reply(path: Path) -> None:
    """A vendor's reply to each way of asking; the same bytes as the text that a model wrote."""
    text = path.read_bytes().decode("utf-8", "replace")
    for entry in answers_in(text) or []:
        assert set(entry) == {"id", "option", "reason"}
    asyncio.run(_judged(text))


async def _judged(text: str) -> None:
    endpoint = Endpoint(name="openai:fake", model="fake-1", base_url="http://127.0.0.1:1/v1")
    limits = Limits(attempts=1, first_wait_s=0, longest_wait_s=0)
    asker = EndpointAsker(endpoint, limits=limits)
    for judge, client in (
        (ReadoutJudge(asker), asker.client),
        (deciding := DecisionsJudge(endpoint, limits=limits), deciding.client),
    ):
        client._clients[asyncio.get_running_loop()] = SimpleNamespace(post=_posting(text))
        try:
            reply = await judge.decide(STATE, QUESTIONS)
        except EvaluatorError as error:
            one_sentence(error)
            continue
        assert set(reply.answers) == {question.id for question in QUESTIONS}


def _posting(text: str) -> Any:
    async def post(*_: object, **__: object) -> Any:
        return SimpleNamespace(text=text)

    return post


def _request(path: Path) -> None:
    """A body of the HTTP API; pydantic's refusal is the API's 422."""
    try:
        DecisionsRequest.model_validate_json(path.read_bytes())
    except ValidationError:
        return


def _segments(path: Path) -> None:
    read_segments(path, interview_transcript(), interview_paper())


def _chat(message: Any, **more: Any) -> str:
    return json.dumps({"model": "m", "choices": [{"message": message, **more}], "usage": {"prompt_tokens": 5}})


_TOP = [
    {"token": "A", "logprob": -0.1, "top_logprobs": [{"token": "A", "logprob": -0.1}, {"token": "B", "logprob": -3}]}
]
_ANSWERS = {"answers": [{"id": "tone", "reason": "因为", "option": "l2"}, {"id": "kp:1", "option": "yes"}]}
_DECISIONS = {
    "answers": [
        {"name": "q1", "type": "predicate", "probability": 0.7},
        {"name": "q0", "type": "score", "probabilities": [{"label": "l0", "probability": 1.0}]},
    ]
}
_SETTINGS = 'model = "openai:gpt-5"\napi_key = "sk-0123456789"\nconcurrency = 4\nbudget_usd = 1.5\nlang = "zh"\n'
_ASKED = {"model": "m", "input": "客服：您好", "questions": [{"name": "a", "type": "predicate", "question": "好吗？"}]}
_LINES = "".join(
    json.dumps({"id": f"a{n}", "rubric": "cross-border-wrong-item", "text": "客服：您好。", "grades": {"empathy": n}})
    + "\n"
    for n in range(3)
)
_INTERVIEW = (
    "面试官：讲一次你处理客户投诉的经历吧。\n候选人：我先道歉，再换新的。\n面试官：怎样带新人？\n候选人：先示范。\n"
)
_TABLE = "id,transcript,rubric\na,客服：您好。,cross-border-wrong-item\nb,Agent: hello,\n"
_GRADES = "item,grader,criterion,points\na,张,empathy,3\nb,李,empathy,4.5\n"


def _built(kind: str) -> Callable[[], list[bytes]]:
    """Office files of our own, beside those that lie about."""

    def made() -> list[bytes]:
        import io

        target = io.BytesIO()
        if kind == "docx":
            import docx

            document = docx.Document()
            for line in (
                "一、单选题",
                "1. 火灾时先做什么？",
                "A. 灭火",
                "B. 救人",
                "答案：B",
                "客服：您好",
                "客户：好",
            ):
                document.add_paragraph(line)
            table = document.add_table(rows=2, cols=3)
            table.cell(0, 0).text, table.cell(1, 1).text = "客服", "您好"
            table.cell(0, 0).merge(table.cell(0, 1))
            document.save(target)
        else:
            import openpyxl

            book = openpyxl.Workbook()
            for row in (line.split(",") for line in (_TABLE if kind == "batch" else _GRADES).splitlines()):
                book.active.append(row)
            book.save(target)
        suffixes = ("*.docx",) if kind == "docx" else ("*.xlsx",)
        return [target.getvalue(), *_files(*suffixes)()]

    return made


def _zipped() -> list[bytes]:
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in (("a.txt", "客服：您好"), ("组/b.md", "1. 题？\n答案：A"), ("c.csv", _TABLE)):
            archive.writestr(name, text)
    return [target.getvalue()]


_WORDS = (".txt", ".md", ".srt", ".vtt", ".json", ".jsonl", ".csv", ".html", ".eml")
TARGETS: dict[str, Target] = {
    "transcript": Target(_WORDS, _files("*.txt", "*.srt", "*.vtt", "*.json", "*.csv"), _transcript),
    "interview": Target((".txt",), _texts(_INTERVIEW), _interview),
    "transcript-office": Target((".docx", ".xlsx"), _built("docx"), _transcript),
    "rubric": Target((".yaml",), _files("*.yaml"), _rubric),
    "persona": Target((".yaml",), lambda: [one.read_bytes() for one in _personas()], _persona),
    "question-list": Target((".yaml",), _texts(LIST), lambda path: parse_questions(rubrics.read_text(path), "x")),
    "segments": Target((".yaml",), lambda: [_own_segments().encode()], _segments),
    "prices": Target((".yaml",), lambda: [_prices().read_bytes()], lambda path: price_of("openai:x", path)),
    "settings": Target((".toml",), _texts(_SETTINGS), _settings),
    "profile": Target((".json",), _texts(json.dumps(_ANSWERS)), Profile.load),
    "paper": Target((".txt", ".md", ".html", ".csv", ".gift", ".xml"), _files("*.txt", "*.md", "*.html"), _document),
    "paper-office": Target((".docx", ".xlsx", ".pdf", ".doc"), _built("docx"), _document),
    "batch": Target((".csv", ".tsv", ".jsonl"), _texts(_TABLE, _LINES), _batch),
    "batch-office": Target((".xlsx",), _built("batch"), _batch),
    "batch-zip": Target((".zip",), _zipped, _batch),
    "grades": Target((".csv", ".tsv"), _texts(_GRADES, _GRADES.replace(",", "\t"), _TABLE), _grades),
    "grades-office": Target((".xlsx",), _built("grades"), _grades),
    "items": Target((".jsonl",), _texts(_LINES), read_items),
    "readouts": Target((".jsonl",), _texts(_LINES), read_readouts),
    "reply": Target(
        (".json",),
        _texts(
            _chat({"content": "A"}, logprobs={"content": _TOP}, finish_reason="length"),
            _chat({"content": json.dumps(_ANSWERS, ensure_ascii=False)}),
            json.dumps(_ANSWERS, ensure_ascii=False),
            json.dumps(_DECISIONS),
            '{"error": {"message": "x", "code": 429}}',
        ),
        _reply,
    ),
    "request": Target((".json",), _texts(json.dumps(_ASKED)), _request),
}


def _personas() -> list[Path]:
    return sorted((resource_dir("rubrics") / "personas").glob("*.yaml"))


def _prices() -> Path:
    return ROOT / "evaluator" / "judge" / "backends" / "prices.yaml"


def _own_segments() -> str:
    transcript, paper = interview_transcript(), interview_paper()
    pieces = [Piece(turn=turn.id, start=0, end=len(turn.text), questions=("q1",)) for turn in transcript.turns[1:5]]
    return segments_text(transcript, paper, Found(pieces=tuple(pieces)))
