"""The HTTP API: grading, batches, keys, limits, webhooks, decisions, and any request that a schema can generate."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("fastapi")

from fastapi.testclient import TestClient
from pydantic import SecretStr

from evaluator import rubrics
from evaluator.judge.scripted import ScriptedJudge
from evaluator.service import create_app
from evaluator.service.keys import Keys
from evaluator.service.logs import JsonLines
from evaluator.settings import Settings
from tests.support.grading_cases import COLD, GOOD, small_rubric


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr("evaluator.grading.evaluation._pull", lambda rubric, settings: [])
    found = Settings(data_dir=tmp_path, webhook_hosts=["127.0.0.1"], webhook_secret=SecretStr("s3cret"))
    rubrics.write(small_rubric(), found.user_rubric_dir)
    return found


@contextmanager
def served(settings):
    with TestClient(create_app(settings, judge=ScriptedJudge({})), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def api(settings):
    with served(settings) as client:
        yield client


def finished(api, batch_id: str) -> dict:
    for _ in range(600):
        state = api.get(f"/v1/batches/{batch_id}").json()
        if state["state"] == "finished":
            return state
        time.sleep(0.1)
    raise AssertionError(state)


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"}],
)
def test_without_a_key_only_this_machine_is_served(api, headers):
    """A web page opened here that asks through its own name, and a proxy in front, are not this machine."""
    assert api.get("/v1/batches").status_code == 200
    assert api.get("/v1/batches", headers=headers).status_code == 401


def test_a_refused_key_is_not_repeated(settings, caplog):
    """Neither the reply nor a log names the key that was sent, nor one in a refused body or address."""
    Keys(settings).add("page", ("read",))
    key = "ev_" + "x" * 43
    with served(settings) as client:
        replies = [
            client.get("/v1/batches", headers={"Authorization": f"Bearer {key}"}),
            client.post("/v1/gradings", json={"text": key, "rubric": key, "api_key": key}),
            client.get(f"/v1/batches/{key}"),
        ]
    assert all(reply.status_code in (401, 422) for reply in replies)
    assert key not in "".join(reply.text for reply in replies) and key not in caplog.text


def test_a_text_is_graded_corrected_and_found(api):
    """The scorecard comes back, is in the history, and accepts a person's points; a second request finds it."""
    asked = {"text": GOOD, "rubric": "leak", "label": "王"}
    card = api.post("/v1/gradings", json=asked).json()
    assert card["rubric"]["id"] == "leak" and len(card["verdicts"]) == 2
    assert api.post("/v1/gradings", json=asked).json()["id"] == card["id"]
    given = {"criterion": "sorry", "points": 1, "who": "林"}
    assert api.post(f"/v1/gradings/{card['id']}/overrides", json=given).status_code == 201
    (line,) = api.get("/v1/gradings", params={"text": "水管"}).json()
    assert line["label"] == "王" and line["corrected"]["total"] is not None
    assert api.get(f"/v1/gradings/{card['id']}").json()["overrides"][0]["who"] == "林"
    wrong = api.post(f"/v1/gradings/{card['id']}/overrides", json={**given, "points": 9}).json()
    assert wrong["detail"]["code"] == "storage_override_points"
    assert [one["id"] for one in api.get("/v1/rubrics").json()].count("leak") == 1


def test_a_batch_runs_behind_the_reply_and_tells_when_it_is_done(api):
    """202 at once, then progress and results with the caller's own fields; the webhook is signed."""
    heard: list[tuple[dict, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    items = [
        {"text": GOOD, "item": "王", "extra": {"店": 3}},
        {"text": COLD, "item": "李"},
        {"text": "  ", "item": "空"},
    ]
    hook = f"http://127.0.0.1:{server.server_address[1]}/done"
    begun = api.post("/v1/batches", json={"items": items, "rubric": "leak", "webhook": hook})
    assert begun.status_code == 202
    state = finished(api, begun.json()["id"])
    assert (state["done"], state["failed"]) == (3, 0), "silence reaches the lowest levels"
    rows = api.get(f"/v1/batches/{state['id']}/results").json()
    assert [row["item"] for row in rows] == ["王", "李", "空"] and rows[0]["店"] == 3
    assert len(api.get(f"/v1/batches/{state['id']}/results", params={"offset": 1, "limit": 1}).json()) == 1
    for _ in range(100):
        if heard:
            break
        time.sleep(0.05)
    server.shutdown()
    headers, body = heard[0]
    moment, given = (part.split("=")[1] for part in headers["X-Evaluator-Signature"].split(","))
    assert hmac.compare_digest(given, hmac.new(b"s3cret", f"{moment}.".encode() + body, hashlib.sha256).hexdigest())
    assert json.loads(body)["batch"]["done"] == 3
    refused = api.post("/v1/batches", json={"items": items, "rubric": "leak", "webhook": "http://10.0.0.1/x"})
    assert refused.status_code == 400 and refused.json()["detail"]["code"] == "service_webhook_host"


def test_a_request_that_is_sent_again_is_done_once(api):
    """The same idempotency key gives the same job; with another request it is refused."""
    asked, headers = {"text": GOOD, "rubric": "leak"}, {"Idempotency-Key": "k1"}
    first = api.post("/v1/jobs", json=asked, headers=headers).json()
    assert api.post("/v1/jobs", json=asked, headers=headers).json() == first
    finished(api, first["id"])
    assert len(api.get("/v1/batches").json()) == 1
    other = api.post("/v1/jobs", json={**asked, "label": "x"}, headers=headers)
    assert other.status_code == 422 and other.json()["detail"]["error_type"] == "idempotency_error"


def test_keys_do_what_their_scopes_say_and_see_their_own(settings):
    """No key, a wrong one, one without the scope, a revoked one; one owner's records are not another's."""
    keys = Keys(settings)
    graders, readers = keys.add("graders", ("grade", "read"), "a"), keys.add("readers", ("read",), "b")
    with served(settings) as api:
        asked = {"text": GOOD, "rubric": "leak"}
        assert api.post("/v1/gradings", json=asked).status_code == 401
        assert api.post("/v1/gradings", json=asked, headers={"Authorization": "Bearer nope"}).status_code == 401
        bearer = {name: {"Authorization": f"Bearer {secret}"} for name, secret in (("g", graders), ("r", readers))}
        assert api.post("/v1/gradings", json=asked, headers=bearer["r"]).status_code == 403
        card = api.post("/v1/gradings", json=asked, headers=bearer["g"]).json()
        assert api.get("/v1/gradings", headers=bearer["r"]).json() == []
        assert api.get(f"/v1/gradings/{card['id']}", headers=bearer["r"]).status_code == 404
        assert len(api.get("/v1/gradings", headers=bearer["g"]).json()) == 1
        keys.remove("graders")
        assert api.get("/v1/gradings", headers=bearer["g"]).status_code == 401
    assert graders not in keys.path.read_text() and keys.path.stat().st_mode & 0o077 == 0


def test_limits_ids_health_and_metrics(settings, caplog):
    """A body over the limit, too many requests, an id of the caller's, and counters.

    No word of a text is in any log line.
    """
    settings = settings.model_copy(update={"service_max_bytes": 2000, "service_rate": 5})
    caplog.set_level(logging.INFO, "evaluator.service")
    with served(settings) as api:
        assert api.get("/health", headers={"X-Request-Id": "abc-1"}).headers["X-Request-Id"] == "abc-1"
        assert api.get("/health", headers={"X-Request-Id": "a b\n"}).headers["X-Request-Id"] != "a b\n"
        assert api.post("/v1/gradings", json={"text": "长" * 3000, "rubric": "leak"}).status_code == 413
        grown = api.post("/v1/gradings", content=iter([b"x" * 1500] * 3), headers={"Content-Type": "application/json"})
        assert grown.status_code == 413
        assert api.post("/v1/gradings", json={"text": GOOD, "rubric": "leak"}).status_code == 200
        assert api.post("/v1/gradings", json={"text": GOOD, "rubric": 7}).status_code == 422
        told = api.get("/metrics").text
        assert "evaluator_gradings_total{outcome=" in told and "evaluator_tokens_total" in told
        replies = [api.get("/v1/rubrics") for _ in range(6)]
        assert replies[-1].status_code == 429 and int(replies[-1].headers["Retry-After"]) >= 1
    lines = [json.loads(record.message) for record in caplog.records if record.name == "evaluator.service"]
    assert {"request_id", "route", "status", "ms"} <= lines[0].keys() and "水管" not in caplog.text
    try:
        raise ValueError("somebody's words")
    except ValueError as error:
        record = logging.LogRecord("x", 40, "f", 1, "failed", (), (type(error), error, None))
    assert "words" not in JsonLines().format(record)


def test_errors_have_one_form(api):
    """Unknown ids, rubrics, routes and formats: a kind and a sentence, no traceback, nothing of what was sent."""
    for method, path, body in (
        ("get", "/v1/batches/0000", None),
        ("get", "/v1/gradings/0000", None),
        ("get", "/v1/none", None),
        ("post", "/v1/gradings", {"text": "x", "rubric": "no-such"}),
    ):
        reply = api.request(method, path, json=body)
        assert reply.status_code == 404 and {"error_type", "message"} <= reply.json()["detail"].keys()
    malformed = api.post("/v1/gradings", json={"text": {"secret": 1}})
    assert malformed.status_code == 422 and "secret" not in malformed.text


def test_openais_own_client_gets_decisions(api):
    """The protocol of /v1/decisions: a probability for each option, and a refusal if the model had no answer."""
    asked = {
        "model": "any",
        "input": [
            {"role": "developer", "content": "Judge."},
            {"role": "user", "content": [{"type": "input_text", "text": GOOD}]},
        ],
        "questions": [
            {"type": "predicate", "name": "p", "instructions": "道歉了吗？"},
            {"type": "score", "name": "s", "instructions": "多礼貌？", "levels": [{"label": "low"}, {"label": "high"}]},
            {"type": "choice", "name": "c", "instructions": "哪类？", "choices": [{"value": "a"}, {"value": "b"}]},
        ],
    }
    reply = api.post("/v1/decisions", json=asked).json()
    predicate, score, choice = reply["answers"]
    assert 0 <= predicate["probability"] <= 1 and [one["label"] for one in score["probabilities"]] == ["low", "high"]
    assert sum(one["probability"] for one in choice["probabilities"]) == pytest.approx(1)
    twice = {**asked, "questions": [asked["questions"][0]] * 2}
    assert api.post("/v1/decisions", json=twice).status_code == 400


@contextmanager
def listening(settings):
    """The API on a real port."""
    import uvicorn

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = settings.model_copy(update={"service_rate": 100_000})
    config = uvicorn.Config(create_app(settings, judge=ScriptedJudge({})), port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


def test_systemone_conforms(settings):
    """jevcompat's requirements, both mandatory and recommended ones."""
    run = pytest.importorskip("jevcompat.runner").run

    with listening(settings) as url:
        report = run(url, sdk=False)
    assert report.aborted is None
    failed = {one.id: one.findings for one in report.results if one.status == "fail"}
    assert failed == {}, failed


@pytest.mark.filterwarnings("ignore")
def test_no_request_that_fits_the_schema_breaks_it(settings, monkeypatch):
    """Generated requests from the schema, including invalid ones, never cause a 5xx or an undocumented reply."""
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, given
    from hypothesis import settings as examples

    app = create_app(settings.model_copy(update={"service_rate": 100_000}), judge=ScriptedJudge({}))
    monkeypatch.setattr("evaluator.references.retrieval.search", lambda *_, **__: [])
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    for operation in schema.get_all_operations():
        found = operation.ok()

        @given(case=found.as_strategy())
        @examples(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def check(case):
            reply = case.call(timeout=120)
            assert reply.status_code < 500 or reply.status_code == 503, (case.method, case.path, reply.text[:300])

        check()
