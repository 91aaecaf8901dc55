"""Roles: the table, the records that hold to it, and every page and route, tried by a trainee."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from evaluator.errors import InputError
from evaluator.messages import catalogue
from evaluator.policy import API, NEEDS, PAGES, ROLES, TABLE, Account, account_of, guard
from evaluator.settings import Settings
from evaluator.storage import NewItem, OwnPoint, open_records
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript
from tests.support.ui_pages import OWNER, fine, open_page, prepare, said

ROOT = Path(__file__).parents[2]
THEIRS = "somebody@else.example"
TRAINEE = Account(OWNER, "trainee")


@pytest.fixture
def records(tmp_path):
    with open_records(Settings(data_dir=tmp_path)) as opened:
        yield opened


def stored(records, owner=THEIRS, words="别人的秘密。"):
    transcript = make_transcript(words)
    return records.save(make_scorecard(transcript), transcript, owner=owner, rubric=make_rubric(), label="别人")


def methods(records):
    """Every public method of the records and their parts, by path."""
    places = {"": records, **{name: part for name, part in vars(records).items() if name != "database"}}
    for part, place in places.items():
        for name, method in inspect.getmembers(place, inspect.ismethod):
            if not name.startswith("_"):
                yield (f"{part}.{name}" if part else name), method


def test_every_method_of_the_records_needs_a_stated_action(records):
    """Nothing was forgotten, and nothing is listed that does not exist."""
    assert set(NEEDS) == {path for path, _ in methods(records)}


def test_every_page_and_every_route_has_its_action():
    """A new page or scope without one fails here."""
    from evaluator.service.keys import SCOPES

    assert set(PAGES) == {path.stem for path in (ROOT / "ui" / "views").glob("*.py")}
    assert set(API) == set(SCOPES) and set(TABLE) == set(ROLES)
    assert {f"role_{role}" for role in ROLES} <= set(catalogue("ui"))


def test_only_an_administrator_changes_model_key_and_budget_and_only_trainers_edit():
    """The lines of the table that people ask about."""
    having = {action: {role for role in ROLES if action in TABLE[role]} for action in (*PAGES.values(), "edit_rubrics")}
    assert having["settings"] == {"administrator"}
    assert having["edit_rubrics"] == having["edit_bank"] == {"trainer", "administrator"}
    assert "trainee" not in having["grade"]


def test_a_trainee_reaches_no_record_of_others_by_any_method(records):
    """Each method that takes an id or an owner is called with somebody else's; each refuses, or says nothing."""
    rubric, transcript = make_rubric(), make_transcript("别人的。")
    grading = stored(records)
    ids = {
        "grading": grading,
        "gradings": [grading],
        "ids": [grading],
        "grading_id": grading,
        "subject": grading,
        "appeal": records.appeals.open(grading, "care", "x", who="x").id,
        "batch_id": records.batches.create("b", [NewItem(item="a")], owner=THEIRS),
        "interview_id": records.interviews.add(paper={}, transcript=transcript, segments={}, owner=THEIRS),
        "sitting_id": records.sittings.begin(paper={}, digest="0" * 64, title="t", owner=THEIRS),
        "attempt_id": records.attempts.begin(THEIRS, rubric, transcript, {"care": OwnPoint(points=1)}).id,
        "call_id": records.calls.begin(THEIRS, rubric, {}, "w").id,
        "owner": THEIRS,
    }
    ids["interview_ids"] = [ids["interview_id"]]
    prefixes = {"": grading, "interviews": ids["interview_id"], "sittings": ids["sitting_id"]}
    prefixes |= {"appeals": ids["appeal"], "batches": ids["batch_id"]}
    mine, tried = guard(records, TRAINEE), 0
    for path, method in methods(records):
        part, _, name = path.rpartition(".")
        wanted = inspect.signature(method).parameters
        keyed = {key: ids[key] for key in wanted if key in ids}
        if "id_or_prefix" in wanted:
            keyed["id_or_prefix"] = prefixes[part]
        if not keyed:
            continue
        rest = [key for key, one in wanted.items() if key not in keyed and one.default is inspect.Parameter.empty]
        several = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        values = keyed | {key: "x" for key in rest if wanted[key].kind not in several}
        try:
            getattr(getattr(mine, part) if part else mine, name)(**values)
        except InputError:
            pass
        else:
            raise AssertionError(path)
        tried += 1
    assert tried > 50


def test_a_beginning_of_an_id_opens_nothing_either(records):
    """The beginning of another's id is refused like an id that does not exist."""
    grading = stored(records)
    mine = guard(records, TRAINEE)
    for key in (grading, grading[:6], grading.upper()):
        with pytest.raises(InputError) as refused:
            mine.record(key)
        assert refused.value.code in ("storage_unknown_id", "storage_ambiguous_id")


def test_lists_without_an_owner_are_closed_to_those_who_see_only_their_own(records):
    """Leaving the owner out would list everybody's."""
    stored(records)
    mine = guard(records, TRAINEE)
    for act in (mine.history, mine.count, mine.batches.all, mine.appeals.queue, mine.sittings.all, mine.audit.entries):
        with pytest.raises(InputError):
            act()
    assert mine.history(owner=OWNER) == [] and len(guard(records, Account("r", "reviewer")).history()) == 1


def test_ones_own_records_are_open(records):
    """Reading, appealing and practising with one's own records works; correcting does not."""
    grading = stored(records, OWNER)
    mine = guard(records, TRAINEE)
    assert mine.record(grading).id == grading and mine.history(owner=OWNER)
    assert mine.appeals.open(grading, "care", "x", who=OWNER).state == "open"
    for act in (
        lambda: mine.override(grading, "care", 3, who=OWNER),
        lambda: mine.delete(grading),
        lambda: mine.samples.draw(1, owner=OWNER),
        lambda: mine.rubrics.save(make_rubric()),
        lambda: mine.database,
    ):
        with pytest.raises(InputError):
            act()


def test_roles_are_off_unless_named_and_a_cookie_is_nobody():
    """Without roles everything is open; with them one has to sign in, and has the default role if not listed."""
    assert account_of(Settings(), "cookie", signed_in=False).role is None
    on = Settings(roles={"administrator": ["Boss@X.example"]})
    assert account_of(on, "boss@x.example", signed_in=True).role == "administrator"
    assert account_of(on, "new@x.example", signed_in=True).role == "trainee"
    with pytest.raises(InputError):
        account_of(on, "cookie", signed_in=False)


@pytest.fixture
def site(monkeypatch, tmp_path):
    """The page with roles on: the person of the tests is signed in and not listed, so a trainee."""
    folder = prepare(monkeypatch, tmp_path)
    monkeypatch.setenv("EVALUATOR_ROLES", json.dumps({"administrator": ["boss@x.example"]}))
    with open_records() as records:
        return folder, stored(records)


def test_a_trainee_at_the_page_reaches_no_record_of_others(site):
    """By its address, by the list, and by the toggle for the command line."""
    _, grading = site
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(ROOT / "ui" / "views" / "history.py"), default_timeout=120)
    page.session_state["lang"] = "zh"
    page.query_params["id"] = grading
    page.run()
    assert page.error and not page.exception and "别人" not in said(page)
    listed = open_page("history")
    assert fine(listed) and grading not in said(listed) and not listed.dataframe


@pytest.mark.parametrize("name", [name for name, action in PAGES.items() if action not in TABLE["trainee"]])
def test_a_trainee_cannot_open_the_other_pages(site, name):
    """The page says so and draws nothing else, whatever leads to it."""
    page = open_page(name)
    assert "学员" in said(page) or "trainee" in said(page)
    assert not page.exception and not page.button and not page.text_input


def test_an_administrator_can_open_the_settings(site, monkeypatch):
    """The same page with the role that may."""
    monkeypatch.setenv("EVALUATOR_ROLES", json.dumps({"administrator": [OWNER]}))
    assert fine(open_page("settings"))


def test_a_trainees_key_reads_nothing_of_others_and_changes_nothing(tmp_path):
    """The API with a role: another's grading is missing, a correction is forbidden; a reviewer's key sees it."""
    pytest.importorskip("fastapi")
    from fastapi.testclient import TestClient

    from evaluator.service import Keys, create_app

    settings = Settings(data_dir=tmp_path)
    with open_records(settings) as records:
        grading = stored(records)
    heads = {
        role: {"Authorization": f"Bearer {Keys(settings).add(role, (), OWNER, role)}"}
        for role in ("trainee", "reviewer")
    }
    with TestClient(create_app(settings)) as client:
        assert client.get(f"/v1/gradings/{grading}", headers=heads["trainee"]).status_code == 404
        assert client.get("/v1/gradings", headers=heads["trainee"]).json() == []
        change = {"criterion": "care", "points": 3, "who": "x"}
        place = f"/v1/gradings/{grading}/overrides"
        assert client.post(place, json=change, headers=heads["trainee"]).status_code == 403
        assert client.get(f"/v1/gradings/{grading}", headers=heads["reviewer"]).status_code == 200
        assert client.post(place, json=change, headers=heads["reviewer"]).status_code == 201
        assert client.get("/metrics", headers=heads["reviewer"]).status_code == 403
