"""Signing in and out with OpenID Connect, as Streamlit does it, and which pages a role opens."""

from __future__ import annotations

import streamlit as st

from evaluator.errors import EvaluatorError
from evaluator.policy import PAGES, allows
from ui.shared import stores
from ui.shared.language import tr
from ui.shared.literal import literal


def offer() -> None:
    """A button that signs in; a sentence for the administrator where that is not configured."""
    if configured():
        st.button(tr("sign_in"), icon=":material/login:", type="primary", on_click=st.login, key="sign_in")
    else:
        st.info(tr("sign_in_missing"), icon=":material/key:")


def configured() -> bool:
    """Whether `[auth]` is in the secrets of this Streamlit."""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


def show_person() -> None:
    """In the sidebar: who is signed in, and a button that signs out; nothing where roles are off."""
    name = stores.signed_in()
    if not stores.settings().roles or name is None:
        return
    role = stores.account().role
    st.caption(tr("signed_in_as", name=literal(name), role=tr(f"role_{role}")))
    if configured():
        st.button(tr("sign_out"), icon=":material/logout:", on_click=st.logout, key="sign_out")


def open_pages() -> list[str]:
    """The names of the pages that the person's role opens; the first page alone for somebody who has to sign in."""
    try:
        who = stores.account()
    except EvaluatorError:
        return ["home"]
    return [name for name, action in PAGES.items() if allows(who, action)]
