"""What an edit did: two versions of the files, and what a coordinator would call different."""

from tracker.differences.concern import concerned
from tracker.differences.files import differences

__all__ = ["concerned", "differences"]
