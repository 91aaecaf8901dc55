"""`evaluator model check NAME`."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from evaluator.errors import EndpointError
from evaluator.judge.check import KNOWN, check, lines
from evaluator.messages import LANGUAGES
from evaluator.settings import Settings
from tests.support import fake_endpoint as fake
from tests.support.fake_endpoint import KEY, FakeEndpoint


@pytest.fixture
def endpoint():
    with FakeEndpoint() as running:
        yield running


def settings(**given):
    return Settings(api_key=SecretStr(KEY), attempts=1, **given)


def right_letter(body):
    """A model that knows the answers: it finds the question in the prompt and picks the right option's letter."""
    text = body["messages"][-1]["content"]
    for known in (each for language in LANGUAGES for each in KNOWN[language]):
        if known.question.text in text:
            right = next(option.text for option in known.question.options if option.id == known.right)
            letters = {line[3:]: line[0] for line in text.splitlines() if line[1:3] == ". "}
            return fake.logprobs({letter: 0.9 if option == right else 0.04 for option, letter in letters.items()})(body)
    raise AssertionError("a prompt without a known question")


def clever(body):
    return right_letter(body) if body.get("logprobs") else fake.written()(body)


@pytest.mark.parametrize("order", ["", "swapped:"])
async def test_a_good_model_passes_and_its_abilities_are_listed(endpoint, order):
    """A check finds log-probabilities, JSON, both languages, speed, tokens and price by asking.

    It asks in both orders of the options.
    """
    endpoint.usual = clever
    found = await check(f"{order}{endpoint.url}#m", settings())
    assert found.fit and found.log_probabilities.works and found.json_schema.works
    assert {key: result.right for key, result in found.languages.items()} == {"zh": 5, "en": 5}
    assert found.usage.requests == 10 and found.price is None
    for language in LANGUAGES:
        assert all(label and value for label, value in lines(found, language))


async def test_a_model_that_knows_one_language_is_told_so(endpoint):
    """Wrong answers in one language advise against it, in that language's name."""

    def only_english(body):
        chinese = any(known.question.text in body["messages"][-1]["content"] for known in KNOWN["zh"])
        return fake.logprobs({"C": 0.5, "B": 0.4})(body) if chinese else right_letter(body)

    endpoint.usual = lambda body: only_english(body) if body.get("logprobs") else fake.html(body)
    found = await check(f"{endpoint.url}#m", settings())
    assert found.fit and not found.languages["zh"].enough and found.languages["en"].enough
    assert found.json_schema.works is False
    assert "Chinese" in dict(lines(found, "en"))["Verdict"]


async def test_a_model_that_answers_nothing_is_not_fit(endpoint):
    """HTML for every question: all ungraded, and the verdict says to check name, address and way."""
    endpoint.usual = fake.html
    found = await check(f"{endpoint.url}#m", settings())
    assert not found.fit
    assert all(result.ungraded == result.asked for result in found.languages.values())
    assert found.log_probabilities.works is False


async def test_a_wrong_key_is_not_a_finding_but_an_error(endpoint):
    """Nothing can be said about a model that admits nobody."""
    endpoint.usual = fake.status(401)
    with pytest.raises(EndpointError):
        await check(f"{endpoint.url}#m", settings())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_known_answer_is_an_option(language):
    """The right option exists, and both languages ask the same things."""
    for known, other in zip(KNOWN[language], KNOWN["zh"], strict=True):
        assert known.right in [option.id for option in known.question.options]
        assert known.question.id == other.question.id and known.right == other.right
