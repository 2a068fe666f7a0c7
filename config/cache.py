from django.core.cache.backends.redis import RedisCache
from redis import RedisError


class Cache(RedisCache):
    """A store that is away is an empty one: a page is made anew, and nobody meets an error because of it."""

    def add(self, *args, **kwargs) -> bool:
        try:
            return super().add(*args, **kwargs)
        except RedisError:
            return True

    def get(self, key, default=None, version=None):
        try:
            return super().get(key, default, version)
        except RedisError:
            return default

    def set(self, *args, **kwargs) -> None:
        try:
            super().set(*args, **kwargs)
        except RedisError:
            return

    def incr(self, *args, **kwargs) -> int:
        try:
            return super().incr(*args, **kwargs)
        except RedisError as away:
            raise ValueError("no such key") from away  # as Django says it of one that is not there
