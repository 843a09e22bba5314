"""Waiting that a stop ends at once."""

import asyncio


async def happens(event: asyncio.Event, within_seconds: float) -> bool:
    """Wait for an event, at most so long; answers whether it happened."""
    try:
        await asyncio.wait_for(event.wait(), within_seconds)
    except TimeoutError:
        return event.is_set()
    return True


async def first_of(*events: asyncio.Event, within_seconds: float | None = None) -> None:
    """Wait until one of the events happens, at most so long."""
    waiters = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiters, timeout=within_seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiters:
            waiter.cancel()
