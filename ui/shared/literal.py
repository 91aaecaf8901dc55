"""Text that came from a file, shown as it is: Streamlit draws most of its input as Markdown."""

from __future__ import annotations

import re

_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^&@/])")


def literal(text: str) -> str:
    """Returns `text` for `st.write`, `st.caption`, `st.error` and the like, without any markup effect.

    Nothing in it becomes a link, an image, a formula or an icon; a line break becomes a space.
    """
    return _MEANS_SOMETHING.sub(r"\\\1", " ".join(text.splitlines()))
