"""The user's own models: from a file, an address or a hub; pinned, resumed, checked, and asked as measured."""

from __future__ import annotations

import hashlib
import os

import pytest
from typer.testing import CliRunner

from evaluator.cli import build
from evaluator.errors import InputError, ModelDamaged, ModelError, ModelMissing, StorageError
from evaluator.judge import knowledge
from evaluator.judge.backends import downloading
from evaluator.judge.backends.embedded import EmbeddedAsker
from evaluator.judge.backends.own_models import Measured, keep_measured, name_of, own_models, pull_own, require_own
from evaluator.judge.choose import choose
from evaluator.judge.knowledge import PAIRS, Knowledge, measure_knowledge
from evaluator.judge.questions import Answer, Reply
from evaluator.messages import LANGUAGES
from evaluator.settings import load_settings
from tests.support.fake_hub import FakeHub

DATA = b"GGUF" + bytes(range(256)) * 2000
SOURCE = "hub:owner/repo-GGUF/big-q4.gguf"


@pytest.fixture
def settings(tmp_path):
    """An empty folder for models; the engine is named, so that none is tried."""
    return load_settings(data_dir=tmp_path / "data", engine="xllamacpp")


@pytest.fixture
def hub(monkeypatch):
    """A hub with one model, named in HF_ENDPOINT; nobody waits between attempts."""
    running = FakeHub()
    running.files["owner/repo-GGUF/big-q4.gguf"] = DATA
    monkeypatch.setenv("HF_ENDPOINT", running.url)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(downloading.time, "sleep", lambda seconds: None)
    yield running
    running.close()


def test_model_from_a_hub_is_pinned_and_not_loaded_twice(settings, hub):
    """Through the hub's redirect; digest, size and source are noted, and a second pull only checks."""
    seen = []
    model = pull_own(settings, SOURCE, progress=lambda done, total: seen.append((done, total)))
    assert (model.name, model.size, model.source) == ("big-q4", len(DATA), SOURCE)
    assert model.sha256 == hashlib.sha256(DATA).hexdigest() and model.path.read_bytes() == DATA
    assert seen[-1] == (len(DATA), len(DATA)) and len(seen) > 1
    asked = len(hub.asked)
    assert pull_own(settings, SOURCE) == model and len(hub.asked) == asked
    assert require_own(settings, "big-q4") == model
    assert sorted(path.name for path in settings.model_dir.iterdir() if not path.name.endswith(".lock")) == [
        "big-q4.gguf",
        "big-q4.gguf.sha256",
        "big-q4.model.json",
    ]


def test_broken_connection_is_taken_up_where_it_broke(settings, hub):
    """Within one pull, as long as each attempt makes progress; no byte is sent twice."""
    hub.breaks_after = [100_000, 70_000]
    model = pull_own(settings, SOURCE)
    assert model.sha256 == hashlib.sha256(DATA).hexdigest()
    ranges = [wanted for server, wanted, _ in hub.asked if server == "store"]
    assert ranges == [None, "bytes=100000-", "bytes=170000-"]


def test_pull_that_was_broken_off_goes_on_in_the_next(settings, hub):
    """What arrived is kept when a pull gives up.

    A file that changed in the meantime is downloaded anew, as is any file from a server that does not know ranges.
    """
    hub.breaks_after = [100_000, *[0] * 10]
    with pytest.raises(ModelError, match="continue"):
        pull_own(settings, SOURCE)
    hub.breaks_after, hub.asked = [], []
    assert pull_own(settings, SOURCE).size == len(DATA)
    assert [wanted for server, wanted, _ in hub.asked if server == "store"] == ["bytes=100000-"]
    other = DATA[:-1] + b"x"
    hub.files["owner/repo-GGUF/two.gguf"] = DATA
    hub.breaks_after = [100_000, *[0] * 10]
    with pytest.raises(ModelError):
        pull_own(settings, "hub:owner/repo-GGUF/two.gguf")
    hub.breaks_after, hub.files["owner/repo-GGUF/two.gguf"] = [], other
    assert pull_own(settings, "hub:owner/repo-GGUF/two.gguf").path.read_bytes() == other
    hub.ranges, hub.breaks_after = False, [100_000]
    hub.files["owner/repo-GGUF/three.gguf"] = DATA
    assert pull_own(settings, "hub:owner/repo-GGUF/three.gguf").path.read_bytes() == DATA


def test_other_weights_under_the_same_name_are_refused_unless_wanted(settings, hub, tmp_path):
    """The digest is pinned at the first pull.

    A changed source replaces nothing by itself, nor does a file on disk that was exchanged.
    """
    model = pull_own(settings, SOURCE)
    keep_measured(settings, model.name, measured(knows=True))
    model.path.unlink()
    hub.files["owner/repo-GGUF/big-q4.gguf"] = changed = DATA + b"more"
    with pytest.raises(ModelDamaged, match="--anew"):
        pull_own(settings, SOURCE)
    assert not model.path.exists()
    newer = pull_own(settings, SOURCE, anew=True)
    assert newer.path.read_bytes() == changed and newer.measured is None  # the measurement was of other weights
    newer.path.write_bytes(DATA)
    with pytest.raises(ModelDamaged):
        require_own(settings, "big-q4")


def test_file_of_ones_own_stays_where_it_is(settings, tmp_path):
    """A path is noted, not copied; when the file changes or goes, one sentence says so."""
    path = tmp_path / "mine.gguf"
    path.write_bytes(DATA)
    model = pull_own(settings, str(path))
    assert model.path == path and not list(settings.model_dir.glob("*.gguf"))
    path.write_bytes(DATA + b"x")
    with pytest.raises(ModelDamaged):
        pull_own(settings, str(path))
    assert pull_own(settings, str(path), anew=True).size == len(DATA) + 1
    path.unlink()
    with pytest.raises(ModelMissing, match="mine"):
        require_own(settings, "mine")


def test_promised_digest_decides(settings, hub):
    """A file that differs from the hub's description is removed."""
    hub.promised = "0" * 64
    with pytest.raises(ModelDamaged):
        pull_own(settings, SOURCE)
    assert not list(settings.model_dir.glob("*.gguf")) and not own_models(settings)


def test_token_goes_to_the_hub_alone(settings, hub, monkeypatch):
    """A model behind a login needs HF_TOKEN, which the store that the hub redirects to never sees."""
    hub.needs_token = "hf_secret"
    with pytest.raises(InputError, match="HF_TOKEN"):
        pull_own(settings, SOURCE)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    pull_own(settings, SOURCE)
    assert {token for server, _, token in hub.asked if server == "store"} == {None}


@pytest.mark.parametrize(
    "source", ["", "model.bin", "hub:owner/file.gguf", "hub:owner//file.gguf", "hub:", "https://example.org/", ".gguf"]
)
def test_what_is_no_source_is_one_sentence(settings, source):
    """This happens before anything is requested."""
    with pytest.raises(InputError):
        pull_own(settings, source)


def test_page_or_missing_file_is_one_sentence(settings, hub, tmp_path):
    """A page of HTML under that name, a name unknown to the hub, a missing file or one that is not a GGUF."""
    hub.files["owner/repo-GGUF/page.gguf"] = b"<html>log in</html>"
    for source in ("hub:owner/repo-GGUF/page.gguf", "hub:owner/repo-GGUF/none.gguf", str(tmp_path / "none.gguf")):
        with pytest.raises(InputError):
            pull_own(settings, source)
    (tmp_path / "text.gguf").write_text("no model")
    with pytest.raises(InputError, match="GGUF"):
        pull_own(settings, str(tmp_path / "text.gguf"))
    with pytest.raises(ModelMissing, match="nobody"):
        choose("embedded:nobody", settings)


def test_full_disk_is_told_before_the_first_byte(settings, hub, monkeypatch):
    """The size is known from the server."""
    monkeypatch.setattr(downloading, "MARGIN", 10**18)
    with pytest.raises(StorageError):
        pull_own(settings, SOURCE)
    assert not list(settings.model_dir.glob(".*.part"))


def test_names_are_safe_as_files():
    """Whatever an address contains, the name is that of a file in the folder."""
    assert name_of("https://example.org/a/b%2F..%2Fc%20d.gguf?token=x") == "c-d"
    assert name_of("hub:o/r/sub/Qwen3-8B-Q4_K_M.gguf") == "Qwen3-8B-Q4_K_M"
    assert os.sep not in name_of(r"C:\models\my model.GGUF")


def measured(knows: bool, version: int = knowledge.VERSION) -> Measured:
    """What a check would note."""
    return Measured(knows=knows, understands=("zh",), knowledge="", seconds_per_question=1.0, version=version)


def test_knows_follows_from_the_measurement(settings, hub):
    """It is not asked about knowledge until a check has measured it, with the current questions.

    Then the stamp says so.
    """
    name = f"embedded:{pull_own(settings, SOURCE).name}"
    assert not choose(name, settings).traits.knows
    plain = EmbeddedAsker(settings, name).stamp
    keep_measured(settings, "big-q4", measured(knows=True))
    asker = EmbeddedAsker(settings, name)
    assert asker.traits.knows and asker.stamp != plain and asker.name == name
    keep_measured(settings, "big-q4", measured(knows=True, version=knowledge.VERSION - 1))
    assert EmbeddedAsker(settings, name).stamp == plain


class SureJudge:
    """Applies `says` to every answer."""

    def __init__(self, says):
        self._says = says

    async def decide(self, state, questions):
        """The same to all questions."""
        yes = self._says(state.text)
        answers = {item.id: Answer(question=item.id, probabilities={"no": 1 - yes, "yes": yes}) for item in questions}
        return Reply(model="m", answers=answers)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_says_yes_to_all_knows_nothing(language):
    """Right and wrong answers are counted separately; a model that gets all of them right has knowledge."""
    rights = {pair.right for pair in PAIRS[language]}
    count = len(PAIRS[language])
    agreeing = await measure_knowledge(SureJudge(lambda text: 0.9), language)
    assert agreeing == Knowledge(count, count, 0) and not agreeing.enough
    knowing = await measure_knowledge(SureJudge(lambda text: 0.9 if text in rights else 0.1), language)
    assert knowing == Knowledge(count, count, count) and knowing.enough


def test_commands_pull_and_list(settings, hub, monkeypatch):
    """From the command line: the pull says how to name the model, the list shows it with what was measured."""
    monkeypatch.setenv("EVALUATOR_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("EVALUATOR_LANG", "en")
    pulled = CliRunner().invoke(build(), ["model", "pull", SOURCE])
    assert pulled.exit_code == 0 and "embedded:big-q4" in pulled.output.replace("\n", "")
    keep_measured(settings, "big-q4", measured(knows=False))
    listed = CliRunner().invoke(build(), ["model", "list"])
    assert "embedded:big-q4" in listed.output and "1.00 s" in listed.output
