"""The names in a mail that are written from right to left."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.json import encode

from tracker.campaign import World
from tracker.content import MailContent

# The first bytes of Hebrew, Arabic and what is written like them, in UTF-8.
_RIGHT_TO_LEFT = re.compile(rb"[\xd6-\xdf]|\xe0[\xa0-\xa3]|\xef[\xac-\xbb]")


def right_to_left(content: MailContent, campaigns: Iterable[str], world: World) -> tuple[str, ...]:
    """Return whatever people typed from right to left, where a mail has anything of it."""
    if not _is_there(encode(content)):
        return ()
    shapes = [world.campaigns[one] for one in campaigns if one in world.campaigns]
    typed = {
        text
        for shape in (*shapes, *world.forums.values(), *world.playbooks.values(), world.config)
        for text in _texts(shape.model_dump())
    }
    return tuple(sorted(one for one in typed if _is_there(one.encode())))


def _is_there(raw: bytes) -> bool:
    return _RIGHT_TO_LEFT.search(raw) is not None


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 -- whatever a file holds
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from _texts(one)
        case list() | tuple():
            for one in value:
                yield from _texts(one)
        case _:
            pass  # dates and figures
