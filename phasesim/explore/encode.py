"""Arrays and texts in the form in which a page holds them."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def array(values: ArrayLike) -> dict[str, Any]:
    """Numbers as base64 of little-endian float32 in C order, with their shape.

    >>> array([1.0])
    {'shape': [1], 'data': 'AACAPw=='}
    """
    made = np.ascontiguousarray(values, dtype="<f4")
    return {"shape": list(made.shape), "data": base64.b64encode(made.tobytes()).decode()}


def n_bytes(n_numbers: int) -> int:
    """What so many numbers take on a page."""
    return 4 * -(-4 * n_numbers // 3)


def script_json(document: Any) -> str:
    r"""JSON that can stand inside a script element: no character in it is markup.

    >>> script_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(document, allow_nan=False, separators=(",", ":"))
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text
