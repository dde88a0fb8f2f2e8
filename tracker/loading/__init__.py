"""TOML on disk to shapes, or to problems for the author."""

from tracker.loading.files import FileKind, SourceFile
from tracker.loading.one_file import read_text
from tracker.loading.placing import place
from tracker.loading.shapes import Shape
from tracker.loading.shipped import shipped_folder, shipped_templates
from tracker.loading.world import Reading, read_world

__all__ = [
    "FileKind",
    "Reading",
    "Shape",
    "SourceFile",
    "place",
    "read_text",
    "read_world",
    "shipped_folder",
    "shipped_templates",
]
