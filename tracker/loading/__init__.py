"""TOML on disk to shapes, or to problems for the author.

One file is read here; `tracker.loading.world` reads them all and checks them against one another,
which needs the plan: whoever asks for a single calendar does not wait for it.
"""

from tracker.loading.files import FileKind, SourceFile
from tracker.loading.one_file import read_again, read_text
from tracker.loading.placing import place
from tracker.loading.shapes import Shape
from tracker.loading.shipped import shipped_folder, shipped_templates

__all__ = [
    "FileKind",
    "Shape",
    "SourceFile",
    "place",
    "read_again",
    "read_text",
    "shipped_folder",
    "shipped_templates",
]
