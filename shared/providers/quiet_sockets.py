"""Sockets on which nothing may come for minutes. A load balancer drops connections that say nothing
for four: https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset"""

from __future__ import annotations

import socket

_IDLE = getattr(socket, "TCP_KEEPIDLE", None)  # macOS calls it otherwise
_SILENCE = 45
KEEP_ALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *([(socket.IPPROTO_TCP, _IDLE, _SILENCE)] if _IDLE is not None else []),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _SILENCE),
)
"""Options of a socket: it asks every 45 seconds whether the other side is there."""
