"""Words tomli's messages anew, for people who have never heard of TOML."""

import re
from collections.abc import Callable

from msgspec import Struct

from tracker.fields import shown
from tracker.loading.date_slips import is_date_in_digits, readings, why_no_date
from tracker.loading.odd_spaces import is_odd_space, odd_space
from tracker.loading.positions import line_and_column, spots_of
from tracker.loading.slip import GOES_ON, Slip

_KEY_VALUE = re.compile(r"^[ \t]*([\w.\"'-]+)[ \t]*=[ \t]*")
_CURLY = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb\u2039\u203a\u0060\u00b4"
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}\S*)?")
_WORDS = {"True": "true", "False": "false", "yes": "true", "no": "false", "Yes": "true"}
_TEXT_VALUE = re.compile(r"[^\n#]*")
_LONGEST_FIX = 200
_ONE_LINE = "put the text on one line"
_OF_LINES = frozenset({"summary", "text", "note", "why"})  # where line breaks are allowed
_NEW_ENDS = "save the file with Unix (LF) or Windows (CRLF) line ends"
_TABLE = re.compile(r"\[+[ \t]*([^\]\n]*?)[ \t]*(?:\]|$)")
# What is written in double brackets in every kind of file; a playbook has one [meeting].
LISTS = frozenset({"ask", "target", "deadline", "follow-up", "signatory", "log", "coordinator"})


class _Place(Struct, frozen=True):
    """Where tomli stopped, and the line around it."""

    text: str
    at: int
    begin: int
    end: int

    @property
    def line(self) -> str:
        return self.text[self.begin : self.end]

    @property
    def sign(self) -> str:
        return self.text[self.at : self.at + 1]

    @property
    def value_at(self) -> int | None:
        """Return where the value of this line begins, if it has a key."""
        found = _KEY_VALUE.match(self.line)
        return self.begin + found.end() if found else None

    @property
    def value(self) -> str:
        """Return what stands behind the equals sign, without a comment."""
        at = self.value_at
        found = _TEXT_VALUE.match(self.text, at, self.end) if at is not None else None
        return found[0].rstrip() if found else ""

    @property
    def key(self) -> str:
        found = _KEY_VALUE.match(self.line)
        return found[1] if found else ""


def slip_of(message: str, text: str, at: int) -> Slip:
    """Say what an author slipped on, from tomli's message and the place where it stopped."""
    begin = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    place = _Place(text, at, begin, len(text) if end < 0 else end)
    if place.sign == "\r":
        return Slip(at, 1, "line-ends", "the line ends are those of an old Macintosh", _NEW_ENDS)
    if is_odd_space(place.sign) and not _within_text(message, place):
        return odd_space(at, place.sign)
    for beginning, reword in _REWORDED:
        if message.startswith(beginning):
            return reword(place)
    return _other(place, message)


def _within_text(message: str, place: _Place) -> bool:
    """Say whether what tomli stopped at belongs to a text without quotes."""
    begin = place.value_at
    left_over = message.startswith("Expected newline") and begin is not None
    bare = left_over and place.text[begin : place.at][:1] not in {'"', "'", "[", "{"}
    return bare and bool(place.text[place.at : place.end].partition("#")[0].strip())


def _left_over(place: _Place) -> Slip:
    """Name what follows a value: mostly text that lacks its quotes."""
    begin = place.value_at
    if begin is None:
        message = "this cannot stand behind a heading: put it on a line of its own"
        return Slip(place.at, _rest(place), "not-toml", message, in_line=True)
    if place.text[begin] in "\"'[{":
        return _behind_value(place)
    return _unquoted(place, begin)


def _behind_value(place: _Place) -> Slip:
    rest = place.text[place.at : place.end].strip()
    message = f"`{shown(rest)}` is left over behind the value"
    hint = "text has quotes at its beginning and its end only; a comment begins with #"
    return Slip(place.at, _rest(place), "left-over", message, hint, in_line=True)


def _value(place: _Place) -> Slip:
    """Name what stands where a value should."""
    if place.sign and place.sign in _CURLY:
        hint = f"write {place.key} = {_straight(place.value)}" if place.key else None
        return Slip(
            place.at, 1, "curly-quotes", "use straight quotes, \" or '", hint, in_line=True
        )
    if place.at >= place.end or place.sign == "#":
        what = f"`{place.key}` has no value" if place.key else "a value is missing here"
        hint = "write one, or delete the line"
        return Slip(place.at, 1, "no-value", what, hint, in_line=True)
    word = re.compile(r"[^\s,\]}#]+").match(place.text, place.at)
    if word and word[0] in _WORDS:
        wanted = _WORDS[word[0]]
        message = f"`{word[0]}` is written `{wanted}`"
        return Slip(place.at, len(word[0]), "not-true-or-false", message, in_line=True)
    begin = place.value_at
    if begin is not None and begin == place.at:
        return _unquoted(place, begin)
    width = len(word[0]) if word else 1
    hint = f'write "{word[0]}"' if word else None
    return Slip(place.at, width, "unquoted", "text must be in quotes", hint)


def _unquoted(place: _Place, begin: int) -> Slip:
    value = place.value
    if value.startswith("=") and value.strip("= "):
        hint = f"write {place.key} = {_written(value)}" if len(value) <= _LONGEST_FIX else None
        return Slip(begin, 1, "no-equals", "one = is enough", hint, in_line=True)
    if is_date_in_digits(value):
        return _date_in_digits(place, begin)
    hint = f"write {place.key} = {_quoted(value)}" if len(value) <= _LONGEST_FIX else None
    width = max(len(value), 1)
    if re.fullmatch(r"0\d+", value):
        message = "a number does not begin with 0; text must be in quotes"
        return Slip(begin, width, "unquoted", message, hint, in_line=True)
    if re.match(r"\d{1,2}:\d{2}", value):
        message = "this is not a time from 00:00 to 23:59, and text must be in quotes"
        return Slip(begin, width, "unquoted", message, in_line=True)
    return Slip(begin, width, "unquoted", "text must be in quotes", hint, in_line=True)


def _quoted(value: str) -> str:
    """Put a text in quotes; one that has them at its end only lost those at its beginning."""
    if value.count('"') == 1:
        value = value.removesuffix('"')
    plain = "".join(" " if is_odd_space(sign) else sign for sign in value.replace('"', "'"))
    return f'"{plain.strip()}"'.replace("\\", "/")


def _date_in_digits(place: _Place, begin: int) -> Slip:
    """Say how a date is written, and each day that this one may be."""
    days = readings(place.value)
    message = "a date is written year-month-day"
    hint = f"write {' or '.join(f'{place.key} = {day}' for day in days)}" if days else None
    if not days:
        message = f"there is no such date: {message}"
    return Slip(begin, len(place.value), "no-such-date", message, hint, in_line=True)


def _straight(value: str) -> str:
    inner = value.strip(_CURLY + "\"'").replace('"', "'").replace("\\", "/")
    return f'"{shown(inner)}"'


def _date(place: _Place) -> Slip:
    found = _DATE.match(place.text, place.at)
    width = len(found[0]) if found else 1
    parts = _ISO.match(place.text, place.at)
    message = "there is no such date or time"
    if parts:
        year, month, day = (int(part) for part in parts.groups())
        message = why_no_date(year, month, day)
    return Slip(place.at, width, "no-such-date", message, in_line=True)


def _twice(place: _Place) -> Slip:
    header = _TABLE.match(place.line.strip())
    if header:
        return _heading_twice(place)
    key = place.key
    earlier = _earlier_line(place, key)
    begin = place.begin + len(place.line) - len(place.line.lstrip())
    message = f"`{key}` is set twice" + (f", first on line {earlier}" if earlier else "")
    hint = "keep one of the two"
    return Slip(begin, max(len(key), 1), "set-twice", message, hint, in_line=bool(key))


def _earlier_line(place: _Place, key: str) -> int | None:
    """Find the first of two equal keys: what stands before the second is sound."""
    before = place.text[: place.begin]
    spots = spots_of(before + place.line[: place.line.find("=")].rstrip() + " = 0")
    name = key.strip("\"'").partition(".")[0]
    at = [spot.key for path, spot in spots.items() if path and path[-1] == name]
    own_table = before.rfind("\n[")
    here = [offset for offset in at if own_table <= offset < place.begin]
    return line_and_column(place.text, here[0])[0] if here else None


def _heading_twice(place: _Place) -> Slip:
    """Name a [heading] that stands twice; a list of a campaign lacks its second brackets."""
    line = place.line.strip()
    found = _TABLE.match(line)
    name = found[1] if found else ""
    begin = place.begin + len(place.line) - len(place.line.lstrip())
    double = f"[[{name}]]"
    doubled = re.search(rf"^[ \t]*\[\[[ \t]*{re.escape(name)}[ \t]*\]\]", place.text, re.MULTILINE)
    if line.startswith("[["):
        single = re.search(rf"^[ \t]*\[[ \t]*{re.escape(name)}[ \t]*\]", place.text, re.MULTILINE)
        first = line_and_column(place.text, single.start())[0] if single else None
        message = f"`{name}` was written otherwise" + (f" on line {first}" if first else " before")
        hint = f"write {double} there as well" if first else f"write {double} each time"
        return Slip(begin, len(line), "single-brackets", message, hint)
    if doubled or name in LISTS:
        message = f"this [{name}] lacks its second brackets"
        return Slip(begin, len(line), "single-brackets", message, f"write {double}")
    message = f"[{name}] stands here a second time"
    hint = "put its lines under the first one"
    if name == "meeting":
        hint = f"in a campaign write {double} each time, in a playbook {hint}"
    return Slip(begin, len(line), "set-twice", message, hint)


def _list_open(place: _Place) -> Slip:
    """Point at the last thing before a list goes on without a comma, or never ends."""
    before = place.text[: place.at]
    end = len(before.rstrip())
    line_begin = before.rfind("\n", 0, end) + 1
    comment = _comment_in(before[line_begin:end])
    if comment is not None:
        end = len(before[: line_begin + comment].rstrip())
    at = max(end - 1, 0)
    ended = place.at >= len(place.text) or place.text.startswith("[", place.begin)
    if ended or place.sign in {"=", ""}:
        return Slip(at, 1, "list-open", "the list is not closed", "put ] behind its last item")
    return Slip(at, 1, "comma-missing", "a comma is missing behind this")


def _comment_in(line: str) -> int | None:
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'', lambda found: "x" * len(found[0]), line)
    at = bare.find("#")
    return None if at < 0 else at


def _table_open(place: _Place) -> Slip:
    slip = _list_open(place)
    goes_on = place.text[place.begin : place.at].strip()
    if slip.code == "comma-missing" and goes_on:
        return slip
    return Slip(slip.offset, 1, "list-open", "the braces are not closed", "put } behind this")


def _equals(place: _Place) -> Slip:
    first = re.match(r"[ \t]*", place.line)
    begin = place.begin + (first.end() if first else 0)
    if place.sign == ":":
        key, _, value = place.line.strip().partition(":")
        hint = f"write {key.strip()} = {_written(value)}" if len(value) <= _LONGEST_FIX else None
        return Slip(place.at, 1, "no-equals", "use = instead of :", hint, in_line=True)
    if re.match(r"[^\W_]", place.sign) and not place.sign.isascii():
        return _odd_key(place, begin)
    line = place.line.strip()
    message = "this line is neither a `key = value` nor a [heading] nor a # comment"
    hint = "put an = between key and value, or # before what is only a remark"
    return Slip(begin, max(len(line), 1), "no-equals", message, hint)


def _written(value: str) -> str:
    """Return a value as it is written behind one `=`: what is not a number or a list in quotes."""
    value = value.strip("= \t")
    return value if value[:1] in {'"', "'", "["} or value[:1].isdigit() else f'"{value}"'


def _odd_key(place: _Place, begin: int) -> Slip:
    found = re.compile(r"[^\s=]+").match(place.text, begin)
    width = len(found[0]) if found else 1
    message = "a key is made of the letters a to z, digits, - and _"
    return Slip(begin, width, "odd-key", message)


def _statement(place: _Place) -> Slip:
    first = re.match(r"[ \t]*", place.line)
    begin = place.begin + (first.end() if first else 0)
    if place.sign == "=":
        return Slip(place.at, 1, "no-key", "the key before = is missing")
    if _is_control(place.sign):
        return _control(place)
    if place.sign in _CURLY or re.match(r"[^\W\d_]", place.sign):
        return _odd_key(place, begin)
    return _equals(_Place(place.text, begin, place.begin, place.end))


def _heading(place: _Place) -> Slip:
    double = place.line.lstrip().startswith("[[")
    brackets = "]]" if double else "]"
    begin = place.begin + len(place.line) - len(place.line.lstrip())
    width = max(place.end - begin, 1)
    return Slip(begin, width, "heading", f"a heading ends with {brackets}")


def _unclosed(place: _Place) -> Slip:
    """Name quotes that end nowhere, or the curly one that was to end them."""
    begin = place.value_at if place.value_at is not None else place.begin
    line = place.text[begin : place.end]
    curly = next((n for n, sign in enumerate(line) if sign in _CURLY), None)
    if curly is not None:
        return Slip(begin + curly, 1, "curly-quotes", "use straight quotes, \" or '", in_line=True)
    if line.startswith(('"""', "'''")) or place.at >= len(place.text) > place.end:
        return _text_open(place)
    message = "the quotes are not closed on this line"
    hint = f"write {place.line[begin - place.begin :][:1] or chr(34)} at the end of the text"
    if GOES_ON.match(place.text, place.end):
        several = place.key in _OF_LINES
        hint = 'write """ before and after a text of several lines' if several else _ONE_LINE
    triple = place.text.rfind('"""', 0, place.at)
    if begin == place.begin and triple >= 0:
        return _text_open(place)
    return Slip(begin, max(len(line), 1), "quotes-open", message, hint, in_line=True)


def _text_open(place: _Place) -> Slip:
    quotes = max(('"""', "'''"), key=lambda sign: place.text.rfind(sign, 0, place.at))
    at = max(place.text.rfind(quotes, 0, place.at), 0)
    return Slip(at, 3, "quotes-open", f"the text that begins here is not closed with {quotes}")


def _illegal(place: _Place) -> Slip:
    if place.sign in {"\n", ""}:
        return _unclosed(place)
    return _control(place)


def _control(place: _Place) -> Slip:
    number = f"U+{ord(place.sign):04X}" if place.sign else ""
    message = f"an invisible character stands here ({number})"
    return Slip(place.at, 1, "hidden-character", message, "delete it", in_line=True)


def _is_control(sign: str) -> bool:
    return bool(sign) and not sign.isprintable() and sign not in "\n\t"


def _backslash(place: _Place) -> Slip:
    at = place.text.rfind("\\", place.begin, place.at + 1)
    message = "a backslash has a meaning of its own in text"
    hint = "write / or \\\\ instead"
    return Slip(at if at >= 0 else place.at, 1, "backslash", message, hint, in_line=True)


def _key_part(place: _Place) -> Slip:
    if place.line.lstrip().startswith("["):
        return Slip(place.at, 1, "heading", "a heading needs a name, like [[target]]")
    return Slip(place.at, 1, "odd-key", "a key is made of the letters a to z, digits, - and _")


def _inside_twice(place: _Place) -> Slip:
    message = "the same key stands twice in these braces"
    return Slip(max(place.at - 1, place.begin), 1, "set-twice", message, in_line=True)


def _other(place: _Place, message: str) -> Slip:
    said = message[:1].lower() + message[1:]
    return Slip(place.at, 1, "not-toml", f"this cannot be read: {shown(said)}")


def _rest(place: _Place) -> int:
    return max(len(place.text[place.at : place.end].rstrip()), 1)


_REWORDED: tuple[tuple[str, Callable[[_Place], Slip]], ...] = (
    ("Expected newline or end of document", _left_over),
    ("Invalid value", _value),
    ("Invalid date or datetime", _date),
    ("Cannot overwrite a value", _twice),
    ("Cannot declare", _heading_twice),
    ("Cannot mutate immutable namespace", _twice),
    ("Cannot redefine namespace", _twice),
    ("Duplicate inline table key", _inside_twice),
    ("Unclosed array", _list_open),
    ("Unclosed inline table", _table_open),
    ("Expected '='", _equals),
    ("Invalid statement", _statement),
    ("Expected ']", _heading),
    ("Unterminated string", _unclosed),
    ('Expected "\'"', _unclosed),
    ("Expected \"'", _unclosed),
    ("Illegal character", _illegal),
    ("Found invalid character", _illegal),
    ("Unescaped '\\' in a string", _backslash),
    ("Escaped character", _backslash),
    ("Invalid hex value", _backslash),
    ("Invalid initial character for a key part", _key_part),
)
