"""A folder for sockets: the user's own, with a path short enough for one."""

from __future__ import annotations

import tempfile

from steget_eval.runs.scratch import Scratch

#: A socket's path may have about 100 characters; its folder's own name and the socket's take thirty of them.
_LONGEST = 64


def socket_folder() -> Scratch:
    """Return a new folder of mode 700 with a short absolute path; it goes when it is cleaned up."""
    usual = tempfile.gettempdir()
    where = usual if len(usual) <= _LONGEST else "/tmp"  # noqa: S108  # the folder in it is private
    return Scratch(where)
