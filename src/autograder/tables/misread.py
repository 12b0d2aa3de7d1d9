"""Numbers that no score or winner can be: their column is not of the scale that it was read as."""

from __future__ import annotations

from decimal import Decimal

from autograder.errors import DataError
from autograder.jsonl import show
from autograder.tables.binding import Binding
from autograder.tables.layouts import winner_side
from autograder.tables.numbers import parsed
from autograder.tables.rows import SourceRow
from autograder.tables.values import look_up

_LOW, _HIGH = Decimal(1), Decimal(5)
_MOST_SHOWN = 5
_MOST_DIGITS = 30


class Misread:
    """What the column of scores, or of winners, holds so far.

    One number that does not fit makes all others doubtful: of labels that are 0 and 1, the ones
    fit a scale from 1 to 5 too, and would be its worst score. Where the user has named the scale,
    there is no doubt, and such a number is the fault of its row alone.

    Args:
        binding: where the fields of a row come from.
        scale_is_named: whether the user says what the scores are.
    """

    def __init__(self, binding: Binding, *, scale_is_named: bool) -> None:
        assumed = ["winner"] if scale_is_named else ["score", "winner"]
        fields = [field for field in assumed if field in binding.columns]
        self.field = fields[0] if fields else ""
        self.column = binding.columns.get(self.field, "")
        self.num_rows = self.num_outside = self.line = 0
        self.shown: dict[str, None] = {}
        self.numbers: list[Decimal] = []

    def __bool__(self) -> bool:
        """Whether there was such a number."""
        return self.num_outside > 0

    def look(self, row: SourceRow) -> None:
        """Count a row; one whose label is blank, or a word, says nothing of the scale."""
        self.num_rows += 1
        if not self.field:
            return
        value = look_up(row.values, self.column)
        found = winner_side(value) if self.field == "winner" else parsed(value)
        if found is None:
            return
        self.numbers = [min([*self.numbers, *found]), max([*self.numbers, *found])]
        if not self._fits(found):
            self.num_outside += 1
            self.line = self.line or row.line
            if len(self.shown) < _MOST_SHOWN:
                self.shown[show(value).strip('"')] = None

    def _fits(self, found: tuple[Decimal, ...]) -> bool:
        if self.field == "winner":
            return 1 <= found[0] <= 2
        return _LOW <= found[0] <= _HIGH and found[1:] in {(), (_HIGH,)}

    def error(self, name: str) -> DataError:
        """What to tell the user of the source of that name."""
        seen = f"{self.num_outside} of {self.num_rows} rows: {', '.join(self.shown)}"
        if self.field == "winner":
            expected = "1 (the first), 2 (the second) and 1.5 (a tie)"
            remedy = "write a and b, tie and both_bad in place of the numbers"
        else:
            expected = "the scale 1 to 5"
            low, high = map(str, self.numbers)
            if low == high or len(low + high) > _MOST_DIGITS:
                low, high = "LOW", "HIGH"
            remedy = f"--scale {low}:{high} if it is from {low} to {high}, --scale {high}:{low} if "
            remedy += f"{low} is the best, or --scale 1:5 if these are slips, whose rows are then "
            remedy += "rejected"
        message = f"holds numbers outside {expected}, in {seen}. The column may be of another scale"
        message += f", and nothing was written: {remedy}; --map {self.field}=COLUMN reads another"
        if self.column != self.field:
            message += f" (column {self.column!r})"
        return DataError(message, path=name, line=self.line, field=self.field)
