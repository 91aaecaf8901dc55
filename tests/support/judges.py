"""What the tests of judges share: a state, questions of each kind, and judges using the fake endpoint."""

from __future__ import annotations

from pydantic import SecretStr

from evaluator.judge.backends.asking import Prompt
from evaluator.judge.backends.decisions import DecisionsJudge
from evaluator.judge.backends.endpoint import EndpointAsker
from evaluator.judge.backends.spending import Spending
from evaluator.judge.backends.structured import StructuredJudge
from evaluator.judge.backends.transport import Limits
from evaluator.judge.backends.vendor_langchain import ChatModel
from evaluator.judge.backends.vendor_openai import Endpoint
from evaluator.judge.questions import Option, Question, State
from tests.support.fake_endpoint import KEY, FakeEndpoint

LIMITS = Limits(timeout_s=20, attempts=3, first_wait_s=0.01, longest_wait_s=0.05)
STATE = State(language="zh", task="处理一次投诉", text="t1 客服：您好，我来帮您换货。")
SCORE = Question(
    id="tone",
    kind="score",
    text="语气怎么样？",
    options=(Option(id="l0", text="冷淡"), Option(id="l1", text="一般"), Option(id="l2", text="亲切")),
)
PREDICATE = Question(
    id="kp:1",
    kind="predicate",
    text="提到换货了吗？",
    options=(Option(id="no", text="没有"), Option(id="yes", text="提到")),
)
CHOICE = Question(
    id="kind",
    kind="choice",
    text="属于哪一类？",
    options=(Option(id="a", text="物流"), Option(id="b", text="质量")),
)
QUESTIONS = [SCORE, PREDICATE, CHOICE]


def prompt(shared: str = "shared\n", question: str = "q\n", labels: tuple[str, ...] = ("A", "B")) -> Prompt:
    return Prompt(system="system", text=shared, question=question, labels=labels)


def place(fake: FakeEndpoint, **more: object) -> Endpoint:
    given = {"name": "openai:fake", "model": "fake-1", "base_url": fake.url, "api_key": SecretStr(KEY)}
    return Endpoint(**{**given, **more})


def asker(
    fake: FakeEndpoint, spending: Spending | None = None, limits: Limits = LIMITS, **more: object
) -> EndpointAsker:
    return EndpointAsker(place(fake, **more), spending, limits)


def decider(fake: FakeEndpoint, spending: Spending | None = None, limits: Limits = LIMITS) -> DecisionsJudge:
    return DecisionsJudge(place(fake), spending, limits)


def writer(
    fake: FakeEndpoint,
    spending: Spending | None = None,
    limits: Limits = LIMITS,
    samples: int = 1,
    **more: object,
) -> StructuredJudge:
    given = {
        "name": "openai:fake",
        "provider": "openai",
        "model": "fake-1",
        "base_url": fake.url,
        "api_key": SecretStr(KEY),
        "most_generated": 500,
    }
    return StructuredJudge(ChatModel(**{**given, **more}), spending, limits, samples=samples)
