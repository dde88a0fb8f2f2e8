"""A phrase cut into words, and a place in it that moves on as words are read."""

import re
from difflib import get_close_matches

from msgspec import Struct

from tracker.when.faults import PhraseError
from tracker.when.words import ALIASES, LONGEST_PHRASE

_WORD = re.compile(r",|[^\s,]+")
_NUMBER = re.compile(r"[0-9]+")
_SLUG = re.compile(r"(?=.*[a-z])[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


class Word(Struct, frozen=True):
    """A word as typed, in lower case (`plain`), and where it stands."""

    text: str
    plain: str
    offset: int

    @property
    def length(self) -> int:
        """Return its width."""
        return len(self.text)

    @property
    def end(self) -> int:
        """Return the offset just behind it."""
        return self.offset + len(self.text)

    @property
    def number(self) -> int | None:
        """Return the number it spells in digits."""
        return int(self.text) if _NUMBER.fullmatch(self.text) else None

    @property
    def is_slug(self) -> bool:
        """Say whether it could be the id of a step."""
        return _SLUG.fullmatch(self.plain) is not None


class Cursor:
    """Reads words from left to right; raises PhraseError at once if there are none or too many."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_PHRASE:
            raise PhraseError(
                "phrase-too-long",
                f"a phrase may have {LONGEST_PHRASE} characters; this one has {len(text):,}",
                column=LONGEST_PHRASE,
                length=len(text) - LONGEST_PHRASE,
            )
        self.text = text
        self.words = tuple(_words(text))
        self._plain = tuple(word.plain for word in self.words)
        self.at = 0
        if not self.words:
            raise PhraseError("phrase-empty", "there is nothing here", length=len(text))

    @property
    def done(self) -> bool:
        """Say whether every word has been read."""
        return self.at >= len(self.words)

    @property
    def rest(self) -> str:
        """Return what has not been read yet, as typed."""
        return "" if self.done else self.text[self.words[self.at].offset :].rstrip()

    @property
    def words_left(self) -> int:
        """Return how many words have not been read yet."""
        return len(self.words) - self.at

    def peek(self, ahead: int = 0) -> Word:
        """Look at a word without reading it; past the end it is an empty one."""
        at = self.at + ahead
        if at < len(self.words):
            return self.words[at]
        return Word("", "", self.words[-1].end)

    def next(self) -> Word:
        """Read one word."""
        word = self.peek()
        self.at += 1
        return word

    def sees(self, *plain: str) -> bool:
        """Say whether these words come next."""
        return self._plain[self.at : self.at + len(plain)] == plain

    def accept(self, *plain: str) -> bool:
        """Read these words if they come next."""
        if not self.sees(*plain):
            return False
        self.at += len(plain)
        return True

    def expect(self, *plain: str) -> None:
        """Read these words, or raise a fault at the first that differs."""
        for word in plain:
            if not self.accept(word):
                raise self.unknown((word,))

    def fault(
        self,
        code: str,
        message: str,
        *,
        words: int = 1,
        fix: str | None = None,
        hint: str | None = None,
        expected: tuple[str, ...] = (),
    ) -> PhraseError:
        """Make a fault about the next `words` words; `fix` is what should stand there instead."""
        first, last = self.peek(), self.peek(max(words, 1) - 1)
        if not first.text:  # the end: show the last word, for that is where something is missing
            first = last = self.words[-1]
            fix = None if fix is None else f"{first.text} {fix}"
        end = max(last.end if last.text else self.words[-1].end, first.end)
        whole = None if fix is None else f"{self.text[: first.offset]}{fix}{self.text[end:]}"
        return PhraseError(
            code,
            message,
            column=first.offset,
            length=end - first.offset,
            hint=hint,
            suggestion=None if whole is None else " ".join(whole.split()).replace(" ,", ","),
            expected=expected,
        )

    def unknown(self, expected: tuple[str, ...], *, known: tuple[str, ...] = ()) -> PhraseError:
        """Make the fault that the next word is none of those expected, with the nearest one.

        `known` are the words to look for the nearest in, if they are more than those to show.
        """
        word = self.peek()
        fix = nearest(word.plain, known or expected)
        if not word.text:
            return self.fault(
                "phrase-incomplete",
                f'something is missing after "{self.words[-1].text}"',
                fix=expected[0] if len(expected) == 1 else None,
                expected=expected,
            )
        return self.fault(
            "phrase-unknown-word",
            f'"{shown(word.text)}" cannot stand here',
            fix=fix,
            expected=expected,
        )


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """Return the known word that was most likely meant."""
    meant = ALIASES.get(word)
    if meant is not None and meant.split()[0] in {name.split()[0] for name in known}:
        return meant
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word, by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def shown(text: str) -> str:
    """Shorten a word for a message."""
    longest = 40
    return text if len(text) <= longest else f"{text[:longest]}…"


def _words(text: str) -> list[Word]:
    # Only ASCII is lowered: otherwise look-alikes such as the Kelvin sign would pass for a "k".
    return [
        Word(found[0], found[0].lower() if found[0].isascii() else found[0], found.start())
        for found in _WORD.finditer(text)
    ]
