"""Settings: from arguments, environment and file, in that order, and a wrong one is one sentence."""

from __future__ import annotations

import stat

import pytest

from evaluator.errors import InputError, StorageError
from evaluator.settings import load_settings, make_writable, save_settings


@pytest.fixture(autouse=True)
def own_file(tmp_path, monkeypatch):
    path = tmp_path / "config" / "settings.toml"
    monkeypatch.setenv("EVALUATOR_CONFIG", str(path))
    for name in ("EVALUATOR_MODEL", "EVALUATOR_LANG", "EVALUATOR_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    return path


def test_an_argument_wins_over_environment_and_file(monkeypatch):
    """The file is the weakest, an argument the strongest, None is no argument."""
    save_settings(model="from-file", concurrency=7)
    assert load_settings().model == "from-file"
    monkeypatch.setenv("EVALUATOR_MODEL", "from-environment")
    assert load_settings(model=None).model == "from-environment"
    assert load_settings(model="from-argument").model == "from-argument"
    assert load_settings().concurrency == 7


def test_all_data_lies_below_one_folder(tmp_path):
    """Records, references, models and rubrics follow the data directory."""
    settings = load_settings(data_dir=tmp_path)
    assert settings.records_url == f"sqlite:///{tmp_path}/records.db"
    places = (settings.model_dir, settings.chroma_dir, settings.user_rubric_dir, settings.memo_path)
    assert all(tmp_path in place.parents for place in places)


def test_a_key_is_private(own_file):
    """The file with the key is readable by its owner only, and the key shows nowhere."""
    save_settings(api_key="sk-very-secret")
    assert stat.S_IMODE(own_file.stat().st_mode) == 0o600
    settings = load_settings()
    assert settings.api_key.get_secret_value() == "sk-very-secret"
    assert "sk-very-secret" not in repr(settings) + str(settings)
    save_settings(api_key=None)
    assert load_settings().api_key is None


def test_the_language_may_be_a_locale(monkeypatch):
    """zh_CN.UTF-8 means Chinese; an unknown language is reported."""
    monkeypatch.setenv("EVALUATOR_LANG", "zh_CN.UTF-8")
    assert load_settings().lang == "zh"
    monkeypatch.setenv("EVALUATOR_LANG", "fr")
    with pytest.raises(InputError) as wrong:
        load_settings()
    assert "EVALUATOR_LANG" in str(wrong.value)


def test_a_misspelt_setting_is_told(own_file):
    """The file's mistakes come with the intended name; broken TOML with its place."""
    own_file.parent.mkdir()
    own_file.write_text('modle = "x"')
    with pytest.raises(InputError) as wrong:
        load_settings()
    assert wrong.value.code == "settings_unknown" and wrong.value.values["known"] == "model"
    own_file.write_text("model = ")
    with pytest.raises(InputError) as broken:
        load_settings()
    assert broken.value.code == "settings_unreadable" and str(own_file) in str(broken.value)


def test_a_wrong_change_is_not_written(own_file):
    """Saving checks first, so that the next start does not fail."""
    save_settings(concurrency=2)
    with pytest.raises(InputError):
        save_settings(concurrency=0)
    assert load_settings().concurrency == 2


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    """A file in the place of a folder gives a StorageError that names it."""
    (tmp_path / "taken").write_text("x")
    with pytest.raises(StorageError) as refused:
        make_writable(tmp_path / "taken")
    assert "taken" in str(refused.value)
