"""Where templates come from and how little they may do: own folders, no links, a sandbox."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, Undefined
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tracker.compose.isolating import BEGINS, ENDS
from tracker.compose.wide import columns_of, fitting, is_wide
from tracker.content import blocks

LARGEST = 64 * 1024
WIDTH = 72
HEAD, CELL = 6, 9  # seven days fit the width
_ACROSS = re.compile(f"{BEGINS}[^{BEGINS}{ENDS}]*{ENDS}")
_NAME = re.compile(r"[a-z0-9_./-]{1,80}")
# Not `replace`, `center` and their like, with which a few words fill the memory.
_FILTERS = ("default", "e", "escape", "first", "join", "last", "length", "lower", "trim", "upper")
# To call what is undefined is safe: it raises, with the name in its message.
_CALLABLE = (Macro, BlockReference, LoopContext, Undefined)
Stamp = tuple[str, int, int]


def environment(*folders: Path) -> Environment:
    """Return the sandbox that compiles each template once, from the first folder that has it.

    Templates get plain dicts, call only macros and blocks, and use a short list of filters, so
    that no template reaches an attribute of ours, a secret or a gigabyte. Every name but *.txt is
    escaped for HTML.
    """
    sandbox = _Sandbox(
        loader=_Folders(folders),
        undefined=StrictUndefined,
        autoescape=lambda name: name is None or not name.endswith(".txt"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sandbox.globals.clear()
    filters = {name: sandbox.filters[name] for name in _FILTERS}
    sandbox.filters.clear()
    sandbox.filters.update(filters, said=said, sentence=sentence, sentences=sentences)
    sandbox.filters.update(wrapped=wrapped, underlined=underlined, words=words)
    sandbox.filters.update(columns=columns, blocks=blocks)
    return sandbox


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Wrap at 72 columns; a word that is longer, such as an address, is never cut.

    `textwrap` does as much in five times the time, which is a third of what a mail costs.
    """
    rows: list[str] = []
    before = indent if first is None else first
    for line in text.splitlines():
        rest = " ".join(line.split())
        if is_wide(rest):
            while (cut := fitting(rest, WIDTH - len(before))) < len(rest):
                rows.append(before + rest[:cut])
                before, rest = indent, rest[cut:].lstrip(" ")
        while len(rest) > (room := WIDTH - len(before)):
            cut = rest.rfind(" ", 0, room + 1)
            cut = rest.find(" ", room) if cut < 0 else cut
            if cut < 0:
                break
            rows.append(before + rest[:cut])
            before, rest = indent, rest[cut + 1 :]
        rows.append(before + rest if rest else "")
        before = indent
    found = "\n".join(rows)
    return _line_by_line(found) if BEGINS in found else found


def _line_by_line(text: str) -> str:
    """End an isolated name with its line and begin it anew on the next: each stands alone."""
    return _ACROSS.sub(lambda name: name[0].replace("\n", f"{ENDS}\n{BEGINS}"), text)


def underlined(text: str, sign: str = "-") -> str:
    """Wrap a heading and rule it off below, as wide as its longest line."""
    heading = wrapped(text)
    return f"{heading}\n{sign * max(map(columns_of, heading.splitlines()), default=0)}"


def columns(cells: Iterable[str | Mapping[str, str]], head: str) -> str:
    """Write a row of the picture: its head, then its days or what stands above them."""
    said_ = (cell if isinstance(cell, str) else cell["said"] for cell in cells)
    return f"{head:<{HEAD}}{''.join(f'{one:<{CELL}}' for one in said_)}".rstrip()


def said(parts: Iterable[str], sign: str = ", ") -> str:
    """Join what there is to say and leave out what is empty."""
    return sign.join(part for part in parts if part)


def sentence(text: str) -> str:
    """Begin with a capital and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def sentences(parts: Iterable[str]) -> str:
    """Join what there is to say, each part a sentence of its own."""
    return ". ".join(sentence(part) for part in parts if part)


def words(text: str) -> list[str]:
    """Part a command at its blanks."""
    return text.split(" ")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Refuses three signs and all calls into Python, since Jinja's sandbox limits no resources.

    `7**10**7`, `'x'*10**9`, `'%999999999d' % 1` and `'x'.center(10**9)` would take the memory.
    What is left (`~` in a macro that calls itself) is the administrator's, who edits templates.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 -- a template's values
        if operator != "**" and isinstance(left, int) and isinstance(right, int):
            return super().call_binop(context, operator, left, right)
        raise SecurityError(f"a template may use {operator} on whole numbers only, and never **")

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 -- a template's values
        """Look at once into what templates look into most: dicts, and each other.

        None of a dict's methods may be called anyway.
        """
        if type(obj) is TemplateModule and attribute in obj.__dict__ and attribute[0] != "_":
            return obj.__dict__[attribute]  # its macros; each call of one asks for it
        if type(obj) is not dict:
            return super().getattr(obj, attribute)
        try:
            return obj[attribute]
        except KeyError:
            return self.undefined(obj=obj, name=attribute)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- a template's values
        """Call a macro at once: Jinja takes longer to find out what it wants than to call it."""
        if type(obj) is not Macro:
            return super().call(context, obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return obj(context.eval_ctx, *args, **kwargs)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401 -- a template's values
        if isinstance(obj, _CALLABLE):
            return True
        raise SecurityError("a template may call its own macros and blocks, and nothing else")


class _Folders(BaseLoader):
    """Loads regular files beneath the folders, the first folder that has one wins."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 -- Jinja's signature
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        stamp = self._stamp(template)
        if stamp is None:
            raise TemplateNotFound(template, f'there is no template named "{template}"')
        folder, path = Path(stamp[0]), str(Path(stamp[0], template))
        return _read(folder, template), path, lambda: self._stamp(template) == stamp

    def list_templates(self) -> list[str]:
        """Return the names of all templates that lie right in the folders."""
        found = {path.name for one in self.folders if one.is_dir() for path in one.iterdir()}
        return sorted(found)

    def _stamp(self, name: str) -> Stamp | None:
        """Say which file a name means now, so that an edit or a new override is noticed."""
        if not _is_name(name):
            return None
        for folder in self.folders:
            try:
                found = os.lstat(f"{folder}/{name}")  # eight a mail: a Path takes as long again
            except OSError:
                continue
            return str(folder), found.st_mtime_ns, found.st_size
        return None


@lru_cache(256)
def _is_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and all(part.strip(".") for part in name.split("/"))


def _read(folder: Path, name: str) -> str:
    """Read one file, following no link on the way, so that a swap in between gains nothing."""
    *parents, last = name.split("/")
    try:
        opened = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY)]
    except OSError as trouble:
        raise _refused(name, folder, trouble.strerror or "cannot be read") from trouble
    try:
        for part in parents:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            opened.append(os.open(part, flags, dir_fd=opened[-1]))
        # O_NONBLOCK: a named pipe must not hold us up.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        opened.append(os.open(last, flags, dir_fd=opened[-1]))
        return _text(opened[-1], name, folder)
    except OSError as trouble:
        raise _refused(name, folder, "it is a link or cannot be read") from trouble
    finally:
        for descriptor in reversed(opened):
            os.close(descriptor)


def _text(descriptor: int, name: str, folder: Path) -> str:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise _refused(name, folder, "it is no regular file")
    raw = os.read(descriptor, LARGEST + 1)
    if len(raw) > LARGEST:
        raise _refused(name, folder, f"it is larger than {LARGEST // 1024} KiB")
    try:
        return raw.decode()
    except UnicodeDecodeError as wrong:
        raise _refused(name, folder, "it is not in UTF-8") from wrong


def _refused(name: str, folder: Path, why: str) -> TemplateSyntaxError:
    return TemplateSyntaxError(f"not used: {why}", 1, name, str(folder / name))
