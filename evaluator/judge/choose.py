"""From a name to a judge: the one setting that decides which model grades.

embedded                      the built-in model, no key, no network
embedded:NAME                 the user's own GGUF model, also local (evaluator model pull)
openai:NAME                   Decisions, log-probabilities or JSON, whichever the model supports
deepseek: dashscope: moonshot: ollama: anthropic: google:   the same for other vendors
http://host:8000/v1#NAME      any OpenAI-compatible server
structured:openai:NAME        another way of asking: decisions:, readout: or structured:
decisions:NAME                short for decisions:openai:NAME
panel:A+B                     both together          cascade:A>B   A first, B where A is uncertain
swapped:A                     A, with the options in reverse order
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from pydantic import SecretStr

from evaluator.encoding import keep_secret, redact
from evaluator.errors import InputError
from evaluator.judge.backends.endpoint import EndpointAsker
from evaluator.judge.backends.providers import ADDRESS, PROVIDERS, WAYS, Provider, Way
from evaluator.judge.backends.spending import Spending
from evaluator.judge.backends.transport import MOST_GENERATED, Limits
from evaluator.judge.backends.vendor_langchain import ChatModel
from evaluator.judge.backends.vendor_openai import Endpoint
from evaluator.judge.combined import PREFIX, CascadeJudge, MaskingJudge, PanelJudge, SwappedJudge
from evaluator.judge.questions import Judge
from evaluator.settings import Settings, destination_of
from evaluator.text import well_formed


def choose(
    name: str,
    settings: Settings,
    spending: Spending | None = None,
    of_members: Callable[[Judge], Judge] = lambda judge: judge,
) -> Judge:
    """The judge called `name`.

    All judges of one choice are charged to `spending` (by default a new account with the limit `settings.budget_usd`).
    `of_members` wraps each judge of a panel or cascade, so that they can cache their own answers. InputError lists the
    possibilities if the name is invalid, or says which key is missing.
    """
    account = spending or open_account(settings)
    name = well_formed(name).strip()  # bytes from a shell that are no text
    if name.startswith("panel:"):
        return PanelJudge(_members(name, name.removeprefix("panel:").split("+"), settings, account, of_members))
    if name.startswith("cascade:"):
        members = _members(name, name.removeprefix("cascade:").split(">"), settings, account, of_members)
        if len(members) != 2:
            raise InputError("judge_name_joint", name=name)
        cheap, strong = members
        return CascadeJudge(cheap, strong, settings.cascade_doubt)
    return _single(name, settings, account)


def open_account(settings: Settings) -> Spending:
    """A new account for one run, with the limit and the price file from the settings."""
    return Spending(settings.budget_usd, settings.prices)


def _members(
    name: str, parts: list[str], settings: Settings, account: Spending, wrap: Callable[[Judge], Judge]
) -> list[Judge]:
    """The judges of a panel or cascade.

    One key and one address in the settings cannot be meant for several vendors, so they count only if all members are
    of one vendor: a key must not be sent to a vendor for which it was not entered.
    """
    parts = [part.strip() for part in parts]
    if len(parts) < 2 or not all(parts) or len(set(parts)) < len(parts):
        raise InputError("judge_name_joint", name=name)
    plain = {part.removeprefix(PREFIX) for part in parts}
    vendors = {split(part)[1] for part in plain if not is_embedded(part)}
    own = settings if len(vendors) <= 1 else settings.model_copy(update={"api_key": None, "base_url": None})
    return [wrap(_single(part, own, account)) for part in parts]


def _single(name: str, settings: Settings, account: Spending) -> Judge:
    if name.startswith(PREFIX):
        if name.removeprefix(PREFIX).startswith(PREFIX):  # the model itself again, under a name that hides it
            raise InputError("judge_name_joint", name=name)
        judge = _single(name.removeprefix(PREFIX), settings, account)
        if judge.stamp.get("method") == "decisions":  # a proposition is true or false: it has no options to reverse
            raise InputError("judge_way_impossible", name=name, way="decisions", vendor="swapped")
        return SwappedJudge(judge)
    if is_embedded(name):
        return _embedded(settings, name)
    if name == "scripted":  # for tests, and only if the environment asks for it
        from evaluator.judge.scripted import scripted_judge

        return scripted_judge()
    way, vendor, model = split(name)
    provider = PROVIDERS.get(vendor, ADDRESS)
    elsewhere = is_elsewhere(_address(provider, vendor, settings))
    if elsewhere and settings.privacy == "strict":
        raise InputError("privacy_strict", name=_shown(name))
    judge = _beyond_this_process(name, settings, account, way, provider, vendor, model)
    if elsewhere and settings.privacy == "standard":
        return MaskingJudge(judge, orders=settings.mask_order_numbers)
    return judge


def _beyond_this_process(
    name: str, settings: Settings, account: Spending, way: Way | None, provider: Provider, vendor: str, model: str
) -> Judge:
    chosen = way or provider.way_of(model)
    if chosen not in provider.possible:
        raise InputError("judge_way_impossible", name=name, way=chosen, vendor=vendor)
    if chosen == "structured":
        return _structured(name, provider, vendor, model, settings, account)
    endpoint = _endpoint(name, provider, vendor, model, settings)
    if chosen == "decisions":
        from evaluator.judge.backends.decisions import DecisionsJudge

        return DecisionsJudge(endpoint, account, limits_of(settings))
    return _readout(EndpointAsker(endpoint, account, limits_of(settings)))


def is_elsewhere(address: str) -> bool:
    """True for an address that is not this machine's own; without one a vendor's."""
    return (urlsplit(address).hostname or "") not in ("localhost", "127.0.0.1", "::1")


def is_embedded(name: str) -> bool:
    """True for a local model: `embedded`, or one of the user's own, `embedded:NAME`."""
    return name == "embedded" or name.startswith("embedded:")


def split(name: str) -> tuple[Way | None, str, str]:
    """The way of asking (None: the model's own), the vendor or address, and the model; InputError if invalid."""
    way: Way | None = next((each for each in WAYS if name.startswith(f"{each}:")), None)
    rest = name.removeprefix(f"{way}:") if way else name
    if rest.startswith(("http://", "https://")):
        address, _, model = rest.partition("#")
        if not model or not urlsplit(address).hostname:
            raise InputError("judge_address_incomplete", name=name)
        return way, address, model
    vendor, _, model = rest.partition(":")
    if way == "decisions" and not model:
        vendor, model = "openai", vendor
    if vendor not in PROVIDERS or not model:
        raise _unknown(name, vendor)
    return way, vendor, model


def _unknown(name: str, vendor: str) -> InputError:
    known = [
        "embedded",
        "embedded:…",
        *(f"{each}:…" for each in PROVIDERS),
        "http://host:8000/v1#…",
        "panel:A+B",
        "cascade:A>B",
        "swapped:A",
    ]
    near = difflib.get_close_matches(vendor, ["embedded", *PROVIDERS], n=1)
    if near and near[0] != vendor:
        return InputError("judge_name_near", name=name, near=near[0], known=", ".join(known))
    return InputError("judge_name_unknown", name=name, known=", ".join(known))


def limits_of(settings: Settings) -> Limits:
    """Timeouts and limits from the settings."""
    return Limits(timeout_s=settings.request_timeout_s, attempts=settings.attempts, at_once=settings.requests_at_once)


def endpoint_of(name: str, settings: Settings) -> Endpoint:
    """The OpenAI-compatible endpoint called `name`; InputError if it is none, or its key is missing."""
    way, vendor, model = split(name)
    provider = PROVIDERS.get(vendor, ADDRESS)
    if not provider.base_url:
        raise InputError("judge_way_impossible", name=name, way=way or "openai", vendor=vendor)
    return _endpoint(name, provider, vendor, model, settings)


def _endpoint(name: str, provider: Provider, vendor: str, model: str, settings: Settings) -> Endpoint:
    return Endpoint(
        name=_shown(name),
        billed_as=_shown(f"{vendor}#{model}" if provider is ADDRESS else f"{vendor}:{model}"),
        takes_cache_key=vendor == "openai",
        model=model,
        base_url=_address(provider, vendor, settings),
        api_key=_key(name, provider, vendor, settings),
        connect_timeout_s=settings.connect_timeout_s,
        token_limit_name=provider.token_limit_name,
        extra={**provider.extra, **settings.request_fields},
        most_generated=settings.output_limit or MOST_GENERATED,
    )


def _structured(name: str, provider: Provider, vendor: str, model: str, settings: Settings, account: Spending) -> Judge:
    from evaluator.judge.backends.structured import StructuredJudge

    compatible = provider.langchain == "openai"
    chat = ChatModel(
        name=_shown(name),
        billed_as=_shown(f"{vendor}#{model}" if provider is ADDRESS else f"{vendor}:{model}"),
        provider=provider.langchain,
        model=model,
        base_url=_address(provider, vendor, settings) or None,
        api_key=_key(name, provider, vendor, settings) or (SecretStr("none") if compatible else None),
        schema_method=provider.schema_method,
        package=provider.package,
        caches_by_mark=provider.caches_by_mark,
        options=provider.options,
        extra_body={**provider.extra, **settings.request_fields},
        most_generated=settings.output_limit or MOST_GENERATED,
        token_limit_name=provider.token_limit_name,
    )
    return StructuredJudge(chat, account, limits_of(settings), samples=settings.samples)


def _shown(name: str) -> str:
    """The name as shown in records and tables: without a user and password in an address."""
    return redact(re.sub(r"(?<=//)[^/@#]*+@", "", name))


def _address(provider: Provider, vendor: str, settings: Settings) -> str:
    if provider is ADDRESS:
        return vendor
    return settings.base_url or provider.base_url


def _key(name: str, provider: Provider, vendor: str, settings: Settings) -> SecretStr | None:
    """The settings' key if it was entered for this vendor or address, otherwise the vendor's own variable.

    A bare address gets only what the settings say.
    """
    bound = settings.api_key_for
    if settings.api_key and bound in (None, destination_of(name, settings.base_url)):
        return settings.api_key
    if provider.key_variable is None:
        return None
    found = os.environ.get(provider.key_variable, "").strip()
    if not found:
        raise InputError("judge_key_missing", vendor=vendor, variable=provider.key_variable)
    keep_secret(found)
    return SecretStr(found)


def _readout(asker: EndpointAsker) -> Judge:
    from evaluator.judge.backends.readout import ReadoutJudge

    return ReadoutJudge(asker)


def _embedded(settings: Settings, name: str) -> Judge:
    from evaluator.judge.backends.embedded import embedded_judge

    return embedded_judge(settings, name)
