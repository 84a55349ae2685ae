"""The manner of every result: a frame on request, a table in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class Tidy:
    """A result that can become a long frame and shows itself as HTML."""

    __slots__ = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per fact, as a frame whose columns `core.columns` explains."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        from steget_eval.core.html import frame_html

        return frame_html(self.to_frame())

    def __repr__(self) -> str:
        # No address and no data: a repr may end in a log.
        return f"<{type(self).__name__}: {len(self.to_frame())} rows>"
