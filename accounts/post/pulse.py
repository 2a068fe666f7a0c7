"""Signs of life: the worker and the beat leave one in the queue's own store every few seconds, and it fades by itself.

So one short question tells which part of the machine does not answer, the store among them.
"""

from __future__ import annotations

from functools import cache

from celery import current_app
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

QUEUE, WORKER, BEAT = "queue", "worker", "beat"
NAMES = {QUEUE: "消息队列（Redis 或 Valkey）", WORKER: "发信程序（worker）", BEAT: "定时程序（beat）"}
EVERY, FADES_AFTER = 15, 50  # seconds: three signs may be missed
PATIENCE = 1  # seconds a page waits for an answer


def leave_sign(part: str) -> None:
    """Nothing stops because a sign could not be left; that it is missing says enough."""
    try:
        _store(current_app.conf.broker_url).set(_place(part), "", ex=FADES_AFTER)
    except RedisError:
        return


def silent() -> list[str]:
    """The parts that do not answer now. Without a queue a task runs where it is asked for, and there are no parts."""
    if current_app.conf.task_always_eager:
        return []
    parts = [WORKER, BEAT]
    try:
        signs = _store(current_app.conf.broker_url).mget([_place(part) for part in parts])
    except RedisError:
        return [QUEUE]
    return [part for part, sign in zip(parts, signs, strict=True) if sign is None]


def hand_on(task, *args, times: int = 1) -> None:
    """Put a task into the queue, for so many workers, unless it is away: then nobody waits for it, and the next beat
    finds what is to do."""
    if QUEUE in silent():
        return
    for _ in range(times):
        task.delay(*args)


def _place(part: str) -> str:
    return f"statistics:sign:{part}"


@cache
def _store(url: str) -> Redis:
    wait = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0), **wait)
