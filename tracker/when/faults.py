"""What is wrong with a phrase, where in its text, and how to mend it."""


class PhraseError(ValueError):
    """A phrase that cannot be read or has no answer; `str()` is the sentence for its author.

    `column` counts characters from 0 and `length` is the width of the wrong words; both lie
    inside the text. `suggestion` is the whole phrase put right, where one can be made, `hint` a
    sentence that says what to do, `expected` the words that would do here. `code` is stable.
    """

    def __init__(  # noqa: PLR0913 -- a fault has as many parts as its display
        self,
        code: str,
        message: str,
        *,
        column: int = 0,
        length: int = 0,
        hint: str | None = None,
        suggestion: str | None = None,
        expected: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.column = column
        self.length = length
        self.hint = hint
        self.suggestion = suggestion
        self.expected = expected

    def suggesting(self, suggestion: str | None) -> "PhraseError":
        """Return the same fault with another suggestion."""
        return PhraseError(
            self.code,
            self.message,
            column=self.column,
            length=self.length,
            hint=self.hint,
            suggestion=suggestion,
            expected=self.expected,
        )
