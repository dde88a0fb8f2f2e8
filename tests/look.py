"""Shows mails as a reader sees them: python -m tests.look FOLDER [--summer].

Writes the text and HTML of a sample of each kind into the folder, with --summer those of ten
mornings of 2010, and pictures made by headless Chromium: on a desk and on a phone, light and dark.
"""

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.samples import SAMPLES, name_of
from tests.summer import mornings
from tracker.compose import Composer

TEMPLATES = Path(__file__).parents[1] / "templates"
HEIGHT = 3600
WIDTHS = {"desk": 640, "phone": 375}
# Chromium has no switch for a reader's preference alone; 0 is dark, 1 is light.
SCHEMES = {"dark": 0, "light": 1}
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def main() -> None:
    """Render, write and photograph every sample, or every mail of the ten mornings."""
    parser = argparse.ArgumentParser(description="Look at the mails.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--summer", action="store_true", help="ten mornings of the summer of 2010")
    args = parser.parse_args()
    folder: Path = args.folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, text, html in _summer() if args.summer else _samples():
        (folder / f"{name}.txt").write_text(text)
        page = folder / f"{name}.html"
        page.write_text(html)
        for place, width in WIDTHS.items():
            for scheme, number in SCHEMES.items():
                photograph(page, folder / f"{name}-{place}-{scheme}.png", width, number)


def _samples() -> Iterator[tuple[str, str, str]]:
    composer = Composer(TEMPLATES)
    for content in SAMPLES:
        rendered = composer.render(content)
        yield name_of(content), rendered.text, rendered.html


def _summer() -> Iterator[tuple[str, str, str]]:
    return ((mail.name, mail.text, mail.html) for mail in mornings())


def photograph(page: Path, picture: Path, width: int, scheme: int) -> None:
    """Take one picture; a frame holds the page, since a window is never under 500 px wide."""
    frame = page.with_suffix(f".{width}.frame.html")
    frame.write_text(
        f'<body style="margin:0"><iframe src="{page.name}" '
        f'style="border:0;width:{width}px;height:{HEIGHT}px"></iframe>'
    )
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603 -- our own arguments
            [
                shutil.which("chromium") or "chromium",
                *QUIET,
                f"--user-data-dir={profile}",
                f"--blink-settings=preferredColorScheme={scheme}",
                f"--window-size={max(width, 500)},{HEIGHT}",
                f"--screenshot={picture.resolve()}",
                frame.resolve().as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    main()
