"""Rows of one table: what was measured, beside what, what it was to reach, and whether it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

HEAD = """\
| | median | least | most | unit | beside it | ratio | to reach | |
|---|--:|--:|--:|---|---|--:|---|---|"""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured round by round; `ratio` is to what stands beside it, in the same run."""

    what: str
    figures: Sequence[float]
    unit: str
    beside: str = ""
    ratio: float | None = None
    goal: str = ""
    reached: bool | None = None

    def __str__(self) -> str:
        """Return its line of the table."""
        cells = (median(self.figures), min(self.figures), max(self.figures))
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        said = {None: "", True: "reached", False: "**not reached**"}[self.reached]
        shown = " | ".join(f"{cell:,.1f}" for cell in cells)
        return (
            f"| {self.what} | {shown} | {self.unit} | {self.beside}"
            f" | {ratio} | {self.goal} | {said} |"
        )


def times(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the ratios, each worked out within its round."""
    return median(one / other for one, other in zip(ones, others, strict=True))
