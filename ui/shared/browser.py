"""What only the browser can do: remember who it is, name the page's language, save while typing, print."""

from __future__ import annotations

import streamlit as st

from ui.shared import stores
from ui.shared.language import language

# The cookie lets a reload find its drafts. Text areas hand over what was typed only when they lose focus, so a pause in
# typing presses Ctrl+Enter for the user: then a reload or a crash loses nothing. In a form the same keys hand the form in,
# half written; there nothing is pressed.
_SCRIPT = """
export default function({ data }) {
  document.documentElement.lang = data.language === "zh" ? "zh-CN" : "en";
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${data.cookie}=${data.owner}; path=/; max-age=31536000; SameSite=Strict${secure}`;
  if (window.__evaluatorSaves) return;
  window.__evaluatorSaves = true;
  let pause;
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement) || event.isComposing) return;
    if (field.closest('[data-testid="stForm"]')) return;
    clearTimeout(pause);
    pause = setTimeout(() => field.dispatchEvent(new KeyboardEvent("keydown",
      { key: "Enter", code: "Enter", keyCode: 13, ctrlKey: true, bubbles: true })), 1500);
  });
}
"""

_PRINT = """
export default function({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = () => window.print();
}
"""

_PRINT_STYLE = """
button { font: inherit; color: inherit; background: transparent; border: 1px solid var(--st-border-color, #8888);
  border-radius: var(--st-button-radius, .5rem); padding: .25rem .75rem; min-height: 2.5rem;
  cursor: pointer; width: 100%; }
button:hover, button:focus-visible { border-color: var(--st-primary-color, currentColor); }
"""


@st.cache_resource(show_spinner=False)
def _components() -> dict[str, object]:
    from streamlit.components.v2 import component

    return {
        "frame": component("evaluator_frame", js=_SCRIPT, isolate_styles=False),
        "print": component("evaluator_print", html="<button type='button'></button>", js=_PRINT, css=_PRINT_STYLE),
    }


def mount() -> None:
    """Called once per run, by the app."""
    _components()["frame"](  # type: ignore[operator]
        key="evaluator_frame",
        data={"language": language(), "cookie": stores.COOKIE, "owner": stores.owner()},
        height=0,
    )


def print_button(label: str) -> None:
    """A button that opens the browser's print dialogue."""
    _components()["print"](key="evaluator_print", data={"label": label})  # type: ignore[operator]
