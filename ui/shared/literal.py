"""Text that came from a file, shown as it is: Streamlit draws most of what it is given as Markdown."""

from __future__ import annotations

import re

_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^&@/])")


def literal(text: str) -> str:
    """`text` for `st.write`, `st.caption`, `st.error` and the like, in which nothing is a link, an image, a formula or an
    icon; a line break becomes a space."""
    return _MEANS_SOMETHING.sub(r"\\\1", " ".join(text.splitlines()))
