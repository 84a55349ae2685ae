"""The command that locks a protocol."""

from __future__ import annotations

import typer

from steget_eval.cli.options import ProtocolFile


def lock(protocol: ProtocolFile) -> None:
    """Write down what was decided, and when, in a lock file beside the protocol.

    Every report tells whether the lock was made before this package first read the outcomes, and whatever changed
    later. A changed protocol that is locked again is an amendment; what was locked before stays.
    """
    from steget_eval.cli.show import show_frame
    from steget_eval.face import lock_protocol
    from steget_eval.protocol.lock import lock_path

    found = lock_protocol(protocol)
    typer.echo(f"{lock_path(protocol)}: locked {found.locked_at:%Y-%m-%d %H:%M:%S} UTC")
    if found.deviations:
        show_frame(found.to_frame().astype(str))
