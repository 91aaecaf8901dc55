"""Settings: who judges, keys, language, limits."""

from __future__ import annotations

from typing import Any

import streamlit as st

from evaluator.encoding import redact
from evaluator.errors import InputError
from evaluator.judge.backends import PROVIDERS
from evaluator.settings import Settings, config_path, save_settings
from ui.scorecard.view import section
from ui.shared import runner, stores
from ui.shared.choices import hold
from ui.shared.language import tr
from ui.shared.layout import guarded, page
from ui.shared.literal import literal
from ui.shared.progress import watch

ADDRESS = "address"
OTHER = "other"


def model_form(settings: Settings) -> None:
    """Vendor, model, address and key; the key is stored and never shown again."""
    vendor_now, model_now, address_now = parts_of(settings.model)
    vendors = ["embedded", *PROVIDERS, ADDRESS, OTHER]
    hold("settings_vendor", vendors, vendor_now)
    vendor = st.selectbox(tr("vendor"), vendors, format_func=_vendor, key="settings_vendor")
    with st.form("settings_model", border=False):
        same = vendor == vendor_now
        model, address, key = model_now if same else "", redact(address_now) if same else "", ""
        if vendor == OTHER:
            model = st.text_input(tr("model_full"), value=model, help=tr("model_full_help"))
        elif vendor != "embedded":
            model = st.text_input(tr("model_name"), value=model)
        if vendor == ADDRESS:
            address = st.text_input(tr("address"), value=address, placeholder="http://127.0.0.1:8000/v1")
        if vendor != "embedded":
            kept = settings.api_key is not None
            key = st.text_input(
                tr("key"), type="password", placeholder=tr("key_kept" if kept else "key_none"), autocomplete="off"
            )
        if st.form_submit_button(tr("save"), type="primary"):
            with guarded():
                save_model(vendor, model.strip(), written(address.strip(), address_now), key.strip())
    if settings.api_key is not None and st.button(tr("forget_key"), key="settings_forget"):
        save_settings(api_key=None)
        st.rerun()


def written(typed: str, stored: str) -> str:
    """The intended address: the stored password is not shown, so an unchanged field means the stored address."""
    return stored if typed == redact(stored) else typed


def parts_of(name: str) -> tuple[str, str, str]:
    """Vendor, model and address of a model name, as the form shows them."""
    if name == "embedded":
        return "embedded", "", ""
    if name.startswith(("http://", "https://")):
        address, _, model = name.partition("#")
        return ADDRESS, model, address
    vendor, _, model = name.partition(":")
    return (vendor, model, "") if vendor in PROVIDERS else (OTHER, name, "")


def save_model(vendor: str, model: str, address: str, key: str) -> None:
    """Checks the name before it is written; `save_settings` passes no key on to another vendor or address."""
    names = {"embedded": "embedded", ADDRESS: f"{address}#{model}", OTHER: model}
    name = names.get(vendor, f"{vendor}:{model}")
    if vendor not in ("embedded", OTHER):
        from evaluator.judge import split

        split(name)
    elif not name:
        raise InputError("judge_name_unknown", name="–", known="embedded, panel:A+B, cascade:A>B")
    changes: dict[str, Any] = {"model": name}
    if key:
        changes["api_key"] = key
    save_settings(**changes)
    if stores.settings().model != name:
        raise InputError("ui_environment_wins", variable="EVALUATOR_MODEL", value=stores.settings().model)
    st.toast(tr("saved"), icon=":material/check:")
    st.rerun()


def _vendor(name: str) -> str:
    return tr(f"vendor_{name}") if name in ("embedded", ADDRESS, OTHER) else name


def try_model(settings: Settings) -> None:
    """Asks the chosen model a few questions whose answers are known."""
    jobs = runner.runner().jobs(stores.owner(), "check")
    job = jobs[-1] if jobs else None
    if st.button(tr("try_model"), icon=":material/network_check:", key="settings_try"):
        asking = tr("asking")

        async def work(job: runner.Job) -> Any:
            from evaluator.judge import check

            job.events.append(runner.Tick(0, 1, asking))
            return await check(settings.model, settings)

        runner.start("check", work, title=redact(settings.model))
        st.rerun()
    checked = watch(job)
    if checked is not None:
        for language, result in checked.languages.items():
            line = tr(f"check_{language}", right=result.right, asked=result.asked)
            st.markdown(f":material/{'check_circle' if result.enough else 'error'}: {line}")
        st.caption(tr("check_speed", seconds=f"{checked.seconds_per_question:.1f}"))


def defaults_form(settings: Settings) -> None:
    """Language, limits, and gradings at the same time."""
    with st.form("settings_defaults", border=False):
        languages = ["zh", "en"]
        names = {"zh": "中文", "en": "English"}
        index = languages.index(settings.lang) if settings.lang else 0
        lang = st.selectbox(tr("default_language"), languages, index=index, format_func=names.__getitem__)
        concurrency = st.number_input(tr("concurrency"), 1, 256, settings.concurrency, help=tr("concurrency_help"))
        budget = st.number_input(
            tr("budget"), 0.0, None, settings.budget_usd, 1.0, placeholder=tr("no_limit"), help=tr("budget_help")
        )
        who = st.text_input(tr("your_name"), value=stores.person(), help=tr("your_name_help"))
        if st.form_submit_button(tr("save"), type="primary"):
            with guarded():
                save_settings(lang=lang, concurrency=int(concurrency), budget_usd=budget)
                stores.remember_person(who)
                st.toast(tr("saved"), icon=":material/check:")


with page("nav_settings", "settings_lead"):
    now = stores.settings()
    with st.container(width=720):
        section("settings_model")
        model_form(now)
        try_model(now)
        section("settings_defaults")
        defaults_form(now)
        st.caption(literal(tr("settings_place", path=config_path(), data=now.data_dir)))
