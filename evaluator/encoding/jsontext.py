"""JSON read within limits: whatever cannot be read raises `Malformed`, however deep or long it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from evaluator.encoding.malformed import Malformed

MAX_CHARACTERS = 64 * 2**20


def read_json(text: str, *, constant: Callable[[str], Any] | None = None) -> Any:
    """The value of a JSON text. Raises Malformed.

    `constant` maps NaN and the infinities, which are not JSON, to values; without it they are refused.
    """
    if len(text) > MAX_CHARACTERS:
        raise Malformed("too_large", detail=f"{MAX_CHARACTERS // 2**20} MB")
    try:
        return json.loads(text, parse_constant=constant or _refuse)
    except Malformed:
        raise
    except json.JSONDecodeError as error:
        raise Malformed("syntax", error.lineno, error.msg) from None
    except RecursionError:
        raise Malformed("too_deep", detail="brackets in brackets") from None
    except ValueError as error:  # a number with thousands of digits
        raise Malformed("number", detail=str(error).partition(";")[0]) from None


def _refuse(name: str) -> Any:
    raise Malformed("value", detail=name)
