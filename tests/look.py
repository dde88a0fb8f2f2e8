"""Shows the sample mails as a reader sees them: python -m tests.look FOLDER.

Writes each kind's text and HTML into the folder, with pictures made by headless Chromium: on a
desk and on a phone, light and dark.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.samples import SAMPLES, name_of
from tracker.compose import Composer

TEMPLATES = Path(__file__).parents[1] / "templates"
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
    """Render, write and photograph every sample."""
    parser = argparse.ArgumentParser(description="Look at the sample mails.")
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    composer = Composer(TEMPLATES)
    for content in SAMPLES:
        rendered = composer.render(content)
        (folder / f"{name_of(content)}.txt").write_text(rendered.text)
        page = folder / f"{name_of(content)}.html"
        page.write_text(rendered.html)
        for place, width in WIDTHS.items():
            for scheme, number in SCHEMES.items():
                photograph(
                    page, folder / f"{name_of(content)}-{place}-{scheme}.png", width, number
                )


def photograph(page: Path, picture: Path, width: int, scheme: int) -> None:
    """Take one picture; a frame holds the page, since a window is never under 500 px wide."""
    frame = page.with_suffix(f".{width}.frame.html")
    frame.write_text(
        f'<body style="margin:0"><iframe src="{page.name}" '
        f'style="border:0;width:{width}px;height:2000px"></iframe>'
    )
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603 -- our own arguments
            [
                shutil.which("chromium") or "chromium",
                *QUIET,
                f"--user-data-dir={profile}",
                f"--blink-settings=preferredColorScheme={scheme}",
                f"--window-size={max(width, 500)},2000",
                f"--screenshot={picture.resolve()}",
                frame.resolve().as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    main()
