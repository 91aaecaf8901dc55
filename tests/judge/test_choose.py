"""From a name to a judge."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import SecretStr

from evaluator.errors import InputError
from evaluator.judge.backends.providers import PROVIDERS
from evaluator.judge.choose import choose
from evaluator.settings import Settings
from tests.support.fake_endpoint import KEY


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for provider in PROVIDERS.values():
        if provider.key_variable:
            monkeypatch.delenv(provider.key_variable, raising=False)


def settings(**given):
    return Settings(**{"api_key": SecretStr(KEY), **given})


@pytest.mark.parametrize(
    ("name", "method", "endpoint"),
    [
        ("openai:gpt-6-luna", "decisions", "https://api.openai.com/v1"),
        ("decisions:gpt-6-luna", "decisions", "https://api.openai.com/v1"),
        ("openai:gpt-4.1-mini", "readout", "https://api.openai.com/v1"),
        ("openai:gpt-6-sol", "structured/json_schema", "https://api.openai.com/v1"),
        ("structured:openai:gpt-6-luna", "structured/json_schema", "https://api.openai.com/v1"),
        ("deepseek:deepseek-flash", "readout", "https://api.deepseek.com"),
        ("dashscope:qwen-plus", "readout", "https://dashscope.aliyuncs.com/compatible-mode/v1"),
        ("moonshot:kimi-k3", "structured/json_mode", "https://api.moonshot.cn/v1"),
        ("ollama:qwen3:8b", "readout", "http://127.0.0.1:11434/v1"),
        ("anthropic:claude-sonnet-5", "structured/json_schema", "anthropic"),
        ("google:gemini-3.8-flash", "structured/json_schema", "google_genai"),
        ("http://host:8000/v1#my/model", "readout", "http://host:8000/v1"),
        ("structured:http://host:8000/v1#m", "structured/json_schema", "http://host:8000/v1"),
        ("decisions:http://host:8000/v1#m", "decisions", "http://host:8000/v1"),
    ],
)
def test_a_name_decides_model_address_and_way_of_asking(name, method, endpoint):
    """Each kind of name creates the promised judge, which keeps the name that the user chose."""
    judge = choose(name, settings())
    assert judge.name == name
    assert judge.stamp["method"] == method
    assert judge.stamp["endpoint"] == endpoint


@pytest.mark.parametrize(
    "name", ["", "gpt-4", "openai:", "opnai:gpt-4", "mistral:x", "openai", "structured:x", "embeded"]
)
def test_an_unknown_name_says_what_is_possible(name):
    """The sentence lists what can be written, in both languages."""
    with pytest.raises(InputError) as unknown:
        choose(name, settings())
    for language in ("zh", "en"):
        assert "deepseek:" in unknown.value.text(language) and "panel:A+B" in unknown.value.text(language)


def test_a_near_miss_is_recognised():
    """A misspelt vendor name gets its correction."""
    with pytest.raises(InputError) as near:
        choose("deepseak:x", settings())
    assert near.value.values["near"] == "deepseek"


@pytest.mark.parametrize("name", ["http://host:8000/v1", "http://#m", "https:///v1#m", "http://host#"])
def test_an_address_needs_host_and_model(name):
    """A bare address does not say which model."""
    with pytest.raises(InputError) as wrong:
        choose(name, settings())
    assert wrong.value.code == "judge_address_incomplete"


@pytest.mark.parametrize(
    "name",
    [
        "panel:",
        "panel:embedded",
        "panel:openai:a+openai:a",
        "cascade:ollama:a",
        "cascade:ollama:a>ollama:b>ollama:c",
        "swapped:swapped:ollama:a",
    ],
)
def test_a_panel_or_cascade_needs_its_members(name):
    """Too few, too many or the same one twice is reported."""
    with pytest.raises(InputError) as wrong:
        choose(name, settings())
    assert wrong.value.code == "judge_name_joint"


def test_a_cascades_doubt_is_a_setting():
    """It reaches the judge and is part of its stamp, so that another doubt is another judge."""
    usual, other = (choose("cascade:ollama:a>ollama:b", settings(**own)) for own in ({}, {"cascade_doubt": 0.5}))
    assert other.doubt == 0.5 and (usual.stamp["doubt"], other.stamp["doubt"]) == ("0.9", "0.5")


def test_a_panel_can_be_made_of_two_prompts():
    """The same model with its options in both orders.

    These are two judges with names and stamps of their own, and one vendor's settings.
    """
    wrapped = []

    def wrap(judge):
        wrapped.append(judge.name)
        return judge

    panel = choose("panel:ollama:a+swapped:ollama:a", settings(base_url="http://near/v1"), of_members=wrap)
    assert wrapped == ["ollama:a", "swapped:ollama:a"]
    assert panel.stamp["2.options"] == "reversed" and "1.options" not in panel.stamp
    assert panel.stamp["1.endpoint"] == panel.stamp["2.endpoint"] == "http://near/v1"


def test_a_proposition_has_no_options_to_turn_round(monkeypatch):
    """Decisions ask whether something holds; in reverse they would contradict themselves."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    with pytest.raises(InputError) as wrong:
        choose("swapped:decisions:openai:gpt-6-luna", settings())
    assert wrong.value.code == "judge_way_impossible"


def test_a_way_that_a_vendor_has_not_is_refused():
    """Anthropic gives no log-probabilities, so it cannot be read that way."""
    with pytest.raises(InputError) as wrong:
        choose("readout:anthropic:claude-sonnet-5", settings())
    assert wrong.value.code == "judge_way_impossible"


def test_a_missing_key_names_the_variable():
    """The sentence says which variable to set."""
    with pytest.raises(InputError) as missing:
        choose("deepseek:deepseek-flash", settings(api_key=None))
    assert "DEEPSEEK_API_KEY" in missing.value.text("zh")


def test_keys_come_from_the_environment_and_never_show(monkeypatch):
    """The vendor's own variable is enough; neither stamp nor representation shows it."""
    monkeypatch.setenv("DEEPSEEK_API_KEY", KEY)
    judge = choose("deepseek:deepseek-flash", settings(api_key=None))
    endpoint = judge.asker.endpoint
    assert endpoint.api_key.get_secret_value() == KEY
    assert KEY not in repr(endpoint) + str(judge.stamp)


def test_a_local_server_gets_no_vendors_key(monkeypatch):
    """OPENAI_API_KEY is not sent to an address that is not OpenAI's."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert choose("http://host:8000/v1#m", settings(api_key=None)).asker.endpoint.api_key is None


def test_one_key_is_not_sent_to_two_vendors(monkeypatch):
    """In a panel of two vendors the key of the settings goes to neither; each needs its own."""
    monkeypatch.setenv("DEEPSEEK_API_KEY", "deepseek-own")
    monkeypatch.setenv("OPENAI_API_KEY", "openai-own")
    panel = choose("panel:openai:gpt-4.1+deepseek:deepseek-flash", settings(base_url="http://proxy/v1"))
    endpoints = [judge.asker.endpoint for judge in panel.judges]
    assert [each.api_key.get_secret_value() for each in endpoints] == ["openai-own", "deepseek-own"]
    assert "proxy" not in "".join(each.base_url for each in endpoints)


def test_the_base_url_of_the_settings_moves_a_vendor():
    """A proxy in front of a vendor is one setting."""
    judge = choose("openai:gpt-4.1", settings(base_url="http://proxy:9/v1"))
    assert judge.stamp["endpoint"] == "http://proxy:9/v1"


def test_credentials_in_an_address_do_not_show():
    """User and password in a URL stay out of name and stamp."""
    judge = choose("http://user:secret@host:8000/v1#m", settings())
    assert "secret" not in judge.name + str(judge.stamp)


def test_all_members_are_paid_from_one_account():
    """A panel has one spending limit, not one for each judge."""
    panel = choose("panel:ollama:a+ollama:b", settings(budget_usd=2.5))
    first, second = (judge.asker.spending for judge in panel.judges)
    assert first is second and first.limit_usd == 2.5


def test_timeouts_come_from_the_settings():
    """The limits of a judge are those of the settings."""
    judge = choose("ollama:a", settings(request_timeout_s=7.0, connect_timeout_s=3.0))
    assert judge.asker.client.transport.limits.timeout_s == 7.0
    assert judge.asker.endpoint.connect_timeout_s == 3.0


def test_choosing_loads_no_vendor():
    """Until a question is asked, neither openai nor LangChain is imported."""
    code = (
        "import sys; from evaluator.settings import Settings as S; from evaluator.judge.choose import choose;"
        "[choose(n, S(api_key='k')) for n in ('openai:gpt-6-luna', 'openai:gpt-4.1', 'anthropic:c')];"
        "print({m.split('.')[0] for m in sys.modules} & {'openai', 'langchain', 'langchain_core'})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
