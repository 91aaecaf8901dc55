"""Keys and passwords: bound to the address they were entered for, and in nothing that leaves the process.

docs/design/secrets.md lists the ways out; each has its test here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from evaluator import messages
from evaluator.encoding.redaction import forget_secrets, keep_secret, redact, redact_logs, redact_value
from evaluator.errors import EndpointError, EvaluatorError, InputError, StorageError
from evaluator.files.bounded import Reader
from evaluator.grading import grade
from evaluator.judge.backends.endpoint import EndpointAsker
from evaluator.judge.backends.faults import by_status, detail_of
from evaluator.judge.backends.tracing import request_span
from evaluator.judge.backends.vendor_openai import Endpoint
from evaluator.judge.choose import choose
from evaluator.judge.combined import MaskingJudge, last_sent
from evaluator.judge.questions import Ungraded
from evaluator.judge.scripted import ScriptedJudge
from evaluator.scorecard import Usage
from evaluator.service.keys import Keys
from evaluator.settings import Settings, config_path, destination_of, load_settings, save_settings
from evaluator.storage import open_records
from evaluator.transcript import parse
from tests.support.judges import prompt
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript

SECRET = "Tr0ub4dor&3-x!"
KEY = "sk-live-0123456789abcdef"


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("EVALUATOR_API_KEY", "EVALUATOR_MODEL", "EVALUATOR_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EVALUATOR_CONFIG", str(tmp_path / "settings.toml"))
    monkeypatch.setenv("EVALUATOR_DATA_DIR", str(tmp_path / "data"))
    yield tmp_path
    forget_secrets()


# A key belongs to the address that it was entered for.


@pytest.mark.parametrize(
    ("name", "base_url", "destination"),
    [
        ("openai:gpt", None, "openai"),
        ("structured:openai:gpt", None, "openai"),
        ("decisions:gpt", None, "openai"),
        ("openai:gpt", "https://proxy.example/v1", "https://proxy.example:443"),
        ("http://a.example:8000/v1#m", None, "http://a.example:8000"),
        ("swapped:readout:http://a.example/v1#m", None, "http://a.example:80"),
        ("http://a.example@evil.example/v1#m", None, "http://evil.example:80"),
        ("panel:openai:a+openai:b", None, "openai"),
        ("cascade:embedded>deepseek:x", None, "deepseek"),
        ("panel:openai:a+deepseek:b", None, None),
        ("embedded", None, None),
    ],
)
def test_where_a_model_is(name: str, base_url: str | None, destination: str | None) -> None:
    assert destination_of(name, base_url) == destination


def sent_key(model: str, **more: Any) -> str | None:
    """The key that a judge of this name would send."""
    judge = choose(model, load_settings(**more))
    key = judge.asker.endpoint.api_key  # type: ignore[attr-defined]
    return key.get_secret_value() if key else None


def test_a_key_is_not_sent_to_another_address() -> None:
    save_settings(model="http://mine.example:8000/v1#m", api_key=KEY)
    assert load_settings().api_key_for == "http://mine.example:8000"
    assert sent_key("http://mine.example:8000/v1#m") == KEY
    assert sent_key("http://mine.example:8000/v1#other") == KEY
    assert sent_key("http://evil.example:8000/v1#m") is None
    assert sent_key("http://mine.example:9000/v1#m") is None


def test_who_changes_the_address_loses_the_key() -> None:
    save_settings(model="http://mine.example/v1#m", api_key=KEY)
    save_settings(model="http://mine.example/v1#better", concurrency=2)
    assert load_settings().api_key
    save_settings(model="http://evil.example/v1#m")
    assert load_settings().api_key is None
    assert KEY not in config_path().read_text(encoding="utf-8")


@pytest.mark.parametrize("change", [{"base_url": "https://evil.example/v1"}, {"model": "deepseek:x"}])
def test_a_changed_base_or_vendor_loses_it_too(change: dict[str, str]) -> None:
    save_settings(model="readout:openai:gpt", api_key=KEY)
    save_settings(**change)
    assert load_settings().api_key is None


def test_a_key_stored_by_an_older_version_belongs_to_the_address_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    config_path().write_text(f'model = "http://mine.example/v1#m"\napi_key = "{KEY}"\n', encoding="utf-8")
    assert sent_key("http://mine.example/v1#m") == KEY
    assert sent_key("http://evil.example/v1#m") is None
    monkeypatch.setenv("EVALUATOR_MODEL", "http://evil.example/v1#m")
    assert sent_key(load_settings().model) is None
    save_settings(model="http://evil.example/v1#m")
    assert load_settings().api_key is None


def test_a_key_of_the_environment_is_meant_for_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALUATOR_API_KEY", KEY)
    assert sent_key("http://mine.example/v1#m") == KEY


# What leaves the process.


@pytest.mark.parametrize(
    "text",
    [
        f"connect to http://me:{SECRET}@host:8000/x failed",
        f"GET https://host/v1?api_key={SECRET}&x=1",
        f"Authorization: Bearer {SECRET.replace('&', 'a').replace('!', 'b')}",
        f"Incorrect API key provided: {KEY}. You can find",
        "Incorrect API key provided: sk-proj-****************abcd.",
        "postgresql+psycopg://me:Tr0ub4dor&3-x!@db/x",
        "key AIzaSyD-0123456789abcdefgh",
        "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
    ],
)
def test_what_looks_like_a_secret_goes(text: str) -> None:
    cleaned = redact(text)
    assert "…" in cleaned
    for piece in (SECRET, KEY, "Tr0ub4dor", "0123456789", "abcd.", "eyJzdWIi"):
        assert piece not in cleaned


@pytest.mark.parametrize(
    "text",
    ["/home/me/keyboard.txt", "sk 评分", "http://host:8000/v1#name", "me@example.com", "key_points", "risk-averse"],
)
def test_what_only_resembles_one_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text(max_size=30), st.text(min_size=5, max_size=20), st.text(max_size=30))
def test_a_known_secret_goes_wherever_it_stands(before: str, secret: str, after: str) -> None:
    keep_secret(secret)
    try:
        assert secret not in redact(before + secret + after) or secret in "…@ "
        assert secret not in json.dumps(redact_value({"a": [before + secret]}), ensure_ascii=False)
    finally:
        forget_secrets()


def test_redaction_takes_linear_time() -> None:
    for text in ("://" * 50_000, "bearer " * 20_000, "sk-" * 50_000, "?key=" * 30_000, "eyJ" * 50_000, "a:b@" * 50_000):
        started = time.process_time()
        redact(text)
        assert time.process_time() - started < 2


def errors() -> Iterator[EvaluatorError]:
    """Failures whose text mentions an address or what a vendor said."""
    url = f"http://me:{SECRET}@127.0.0.1:1"
    yield StorageError("references_server_unreachable", path=url, detail=f"{url} refused")
    yield InputError("references_server_address", url=url)
    yield InputError("ui_environment_wins", variable="EVALUATOR_MODEL", value=f"{url}/v1#m")
    yield StorageError("storage_failed", path=url, detail=f"password authentication failed for {SECRET}")
    fault = by_status(400, f"Incorrect API key provided: {KEY}", {}, "openai:x", url)
    assert isinstance(fault, EvaluatorError)
    yield fault


def test_no_sentence_shows_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALUATOR_CHROMA_URL", f"http://me:{SECRET}@127.0.0.1:1")
    load_settings()
    for error in errors():
        for language in messages.LANGUAGES:
            assert SECRET not in error.text(language) and KEY not in error.text(language)
            assert "Tr0ub" not in error.text(language)


@pytest.mark.parametrize(
    "variable",
    ["EVALUATOR_CHROMA_TOKEN", "EVALUATOR_WEBHOOK_SECRET", "ZHIPU_API_KEY", "HF_TOKEN", "AZURE_OPENAI_API_KEY"],
)
def test_every_secret_of_the_environment_is_known(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one without the shape of a key, which a vendor's error repeats."""
    monkeypatch.setenv(variable, "plain4words7and9more")
    load_settings()
    assert "4words7" not in EndpointError(
        "judge_key_refused", model="plain4words7and9more", address="x", status=401
    ).text("en")
    assert "4words7" not in detail_of("no such key: plain4words7and9more")


def test_a_key_of_the_service_is_known_by_its_shape(own: Path) -> None:
    secret = Keys(Settings(data_dir=own)).add("page", ())
    assert (
        secret not in redact(f"bad key {secret}.")
        and redact("ev_total and ev_key-points") == "ev_total and ev_key-points"
    )
    assert secret not in (own / "service-keys.json").read_text(encoding="utf-8")


def test_no_span_shows_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names and addresses of a request, as an operator's tracing receives them."""
    told: dict[str, Any] = {}
    span = SimpleNamespace(set_attribute=told.__setitem__, set_status=lambda _: None)

    @contextmanager
    def start(name: str, attributes: dict[str, Any], **_: Any) -> Iterator[Any]:
        told.update(attributes, name=name)
        yield span

    trace = SimpleNamespace(get_tracer=lambda _: SimpleNamespace(start_as_current_span=start))
    monkeypatch.setitem(sys.modules, "opentelemetry", SimpleNamespace(trace=trace))
    monkeypatch.setenv("EVALUATOR_TRACES", "1")
    with request_span("chat", f"m?key={SECRET.replace('&', '')}", f"http://me:{SECRET}@host/v1") as opened:
        opened.end_with(Usage(), f"echo of {KEY}")
    assert "Tr0ub" not in str(told) and KEY not in str(told) and "host/v1" in str(told)


def test_a_request_in_a_providers_file_holds_none() -> None:
    """A batch's requests are uploaded as a file; the key is a header, and nothing of the body."""
    endpoint = Endpoint(name="openai:m", model="m", base_url=f"http://me:{SECRET}@host/v1", api_key=SecretStr(KEY))
    body = json.dumps(EndpointAsker(endpoint).body_of(prompt()))
    assert KEY not in body and SECRET not in body and KEY not in repr(endpoint)


def test_neither_a_scorecard_nor_what_was_sent_names_one() -> None:
    """A model named by an address with a password: as `--format json` and `--show-sent` print it."""
    judge = ScriptedJudge({})
    judge.name = f"http://me:{SECRET}@host/v1#m"
    transcript = parse("客服：您好，马上补发。\n客户：好的。")
    card = asyncio.run(grade(transcript, make_rubric(), MaskingJudge(judge), [], lambda _: None))
    for shown in (card.model_dump_json(), str(last_sent())):
        assert SECRET not in shown and "Tr0ub" not in shown and "host/v1" in shown


def test_the_audit_log_holds_none(own: Path) -> None:
    """Who did what to which record; neither words nor comments, into which somebody could paste a key."""
    transcript = make_transcript(f"您好，密钥是 {KEY}。")
    with open_records(Settings(data_dir=own)) as records:
        card = make_scorecard(transcript)
        records.save(card, transcript, rubric=make_rubric(), label=KEY)
        records.override(card.id, "care", 1.0, comment=KEY, who="林")
        assert KEY not in str(records.audit.entries()) and len(records.audit.entries()) == 2


def test_no_repr_of_the_settings_shows_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither keys nor passwords in addresses, as a debugger or a failing test would print them."""
    monkeypatch.setenv("EVALUATOR_DATABASE_URL", f"postgresql://u:{SECRET}@db/x")
    monkeypatch.setenv("EVALUATOR_CHROMA_URL", f"http://u:{SECRET}@chroma:8000")
    monkeypatch.setenv("EVALUATOR_API_KEY", KEY)
    settings = load_settings()
    assert settings.database_url and SECRET in settings.database_url
    for shown in (repr(settings), str(settings), f"{settings!r}", repr([settings])):
        assert SECRET not in shown and KEY not in shown and "db/x" in shown


def test_no_log_record_shows_one(caplog: pytest.LogCaptureFixture) -> None:
    keep_secret(SECRET)
    before = logging.getLogRecordFactory()
    redact_logs()
    try:
        try:
            raise ValueError(f"cannot connect with {SECRET}")
        except ValueError:
            logging.getLogger("somebody").exception("failed for %s", {"url": f"http://a:{SECRET}@b"})
        logging.getLogger("openai").warning("headers %r", {"Authorization": f"Bearer {KEY}"})
    finally:
        logging.setLogRecordFactory(before)
    assert "cannot connect" in caplog.text and SECRET not in caplog.text and KEY not in caplog.text


def test_the_traceback_file_and_the_last_sentence_show_none(own: Path) -> None:
    """An unexpected error on the command line: what is written for a developer, and what is printed."""
    code = (
        "import sys, evaluator.cli as cli\n"
        f"def broken(): raise KeyError('http://me:{SECRET}@host {KEY}')\n"
        "cli.build = broken\n"
        "sys.argv = ['evaluator']\n"
        "cli.main()\n"
    )
    environment = {"PATH": "/usr/bin", "TMPDIR": str(own), "EVALUATOR_CONFIG": str(own / "s.toml"), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=Path(__file__).parents[1]
    )
    (written,) = own.glob("evaluator-*.log")
    for text in (done.stdout, done.stderr, written.read_text(encoding="utf-8")):
        assert SECRET not in text and KEY not in text
    assert "KeyError" in written.read_text(encoding="utf-8")


def test_no_record_holds_one(own: Path) -> None:
    """Whatever address or vendor text a judge contains, the database on disk has none of it."""
    keep_secret(SECRET)
    detail = Ungraded(question="q", cause="refused", detail=f"key {KEY} at http://me:{SECRET}@host").detail
    assert KEY not in detail_of(f"bad key {KEY}")
    transcript = make_transcript()
    card = make_scorecard(transcript)
    judge = {**card.judge, "endpoint": f"https://me:{SECRET}@host/v1", "model": f"x?key={SECRET}"}
    card = card.model_copy(
        update={"judge": judge, "raw": {"q": {"question": "q", "cause": "refused", "detail": detail}}}
    )
    with open_records(Settings(data_dir=own / "data")) as records:
        records.save(card, transcript, rubric=make_rubric())
    for path in (own / "data").rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes() and KEY.encode() not in path.read_bytes()
    assert sqlite3.connect(own / "data" / "records.db").execute("SELECT count(*) FROM gradings").fetchone() == (1,)


def show_environment(path: Path) -> dict[str, str]:
    import os

    return dict(os.environ)


def test_the_process_that_reads_files_gets_none(monkeypatch: pytest.MonkeyPatch, own: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("EVALUATOR_DATABASE_URL", f"postgresql://me:{SECRET}@db/x")
    (own / "a.txt").write_text("x")
    with Reader() as reader:
        environment = reader.call(show_environment, own / "a.txt")
    assert KEY not in str(environment) and SECRET not in str(environment)
