"""Makes the faults that every kind of file can have: unknown names, names used twice, dates."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches

from tracker.errors import Fault, KeyPath, advice
from tracker.fields import slug_of
from tracker.when import PhraseError, When, fixed_day

MOST_SHOWN = 12
_FOLDERS = {"forum": "forums", "playbook": "playbooks", "workdays": "workdays"}
_CALLED = {"workdays": "working-day calendar"}


def phrase_fault(path: KeyPath, wrong: PhraseError) -> Fault:
    """Turn what is wrong with a phrase into a fault at the key that holds it."""
    return Fault(
        path=path,
        code=wrong.code,
        message=wrong.message,
        hint=advice(wrong.suggestion, wrong.hint),
        expected=wrong.expected,
        span=(wrong.column, wrong.length),
    )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was most likely meant."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.6)), None)


def nearest_of(name: str, called: Mapping[str, str]) -> str | None:
    """Return the id that was most likely meant, also by a word of it or of what it is called."""
    plain = slug_of(name)
    forms = {form: one for one, said in called.items() for form in (slug_of(said), one)}
    by_word = {one for form, one in forms.items() if plain in form.split("-")}
    if plain in forms or len(by_word) == 1:
        return forms.get(plain) or min(by_word)
    near = get_close_matches(plain, list(forms), n=1, cutoff=0.7)  # Anna is not Vienna
    return forms[near[0]] if near else None


def unknown(path: KeyPath, what: str, name: str, known: Iterable[str], where: str) -> Fault:
    """Make the fault that a name stands for nothing; `known` may say how each is called."""
    names = sorted(known)
    meant = nearest_of(name, known) if isinstance(known, Mapping) else nearest(name, names)
    return Fault(
        path=path,
        code=f"unknown-{what}",
        message=f'there is no {what} "{name}" in {where}',
        hint=advice(meant, None),
        expected=tuple(names[:MOST_SHOWN]),
    )


def missing_file(
    path: KeyPath, kind: str, name: str, known: Iterable[str], broken: str = ""
) -> Fault:
    """Make the fault that a file is not there, or has errors and is `broken` (its path)."""
    called = _CALLED.get(kind, kind)
    if broken:
        message = f'the {called} "{name}" is not in force: {broken} has errors'
        hint = "mend that file first"
        return Fault(path=path, code=f"unknown-{kind}", message=message, hint=hint)
    names = sorted(known)
    meant = nearest_of(name, {one: one for one in names}) or nearest(name, names)
    return Fault(
        path=path,
        code=f"unknown-{kind}",
        message=f'there is no {called} "{name}"',
        hint=advice(meant, None if meant else f"make {_FOLDERS[kind]}/{name}.toml"),
        expected=tuple(names[:MOST_SHOWN]),
    )


def twice(entries: Iterable[tuple[KeyPath, str]], what: str) -> Iterator[Fault]:
    """Yield a fault for each name that was used before."""
    seen: dict[str, KeyPath] = {}
    for path, name in entries:
        if name in seen:
            yield Fault(
                path=path,
                code=f"{what}-twice",
                message=f'the {what} "{name}" is used twice',
                hint="change one of them",
                first=seen[name],
            )
        seen.setdefault(name, path)


def day_of(
    path: KeyPath,
    when: When | None,
    opened: date | None,
    faults: list[Fault],
    near: date | None = None,
) -> date | None:
    """Return the plain date that a key holds; if it holds another phrase, add a fault.

    Without `opened` to decide a year, the one around the day `near` is proposed.
    """
    if when is None:
        return None
    try:
        return fixed_day(when, opened, near=near)
    except PhraseError as wrong:
        faults.append(phrase_fault(path, wrong))
        return None
