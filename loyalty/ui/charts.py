"""Charts as SVG in percentages, drawn on the server: they fit any width, need no script and pass a strict CSP.

Every length is a percentage of the plot, ready for an SVG attribute ("12.50%"); y grows downwards.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from loyalty.formats import Number, compact

STEPS = 4
BAR_SHARE = 0.68  # of a slot; the rest is air between the groups
BAR_GAP = 0.12  # of a bar
ROUND_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Series:
    name: str
    values: Sequence[Number]
    tone: str = "1"


@dataclass(frozen=True)
class Tick:
    label: str
    y: str
    is_zero: bool


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    tone: str


@dataclass(frozen=True)
class Slot:
    """All values of one label, for the tooltip and the table."""

    label: str
    values: Sequence[tuple[str, Number]]


@dataclass(frozen=True)
class Axis:
    low: float
    high: float
    ticks: Sequence[Tick]

    def y(self, value: Number) -> float:
        return 100 * (self.high - float(value)) / (self.high - self.low)


@dataclass(frozen=True)
class Chart:
    series: Sequence[Series]
    slots: Sequence[Slot]
    ticks: Sequence[Tick]
    bars: Sequence[Bar] = ()
    line: str = ""
    area: str = ""

    @property
    def labels(self) -> list[str]:
        return [slot.label for slot in self.slots]

    @property
    def is_dense(self) -> bool:
        return len(self.slots) > 6


@dataclass(frozen=True)
class Spark:
    """A line in a box of 100 x 32, stretched to its place."""

    line: str
    area: str
    box: str = "0 0 100 32"


@dataclass(frozen=True)
class Share:
    name: str
    value: Number
    x: str
    width: str
    tone: str


def percent(value: float) -> str:
    return f"{value:.2f}%"


def axis(values: Sequence[Number]) -> Axis:
    """Round ticks from a bottom of at most 0 to a top of at least 0; a flat zero series gets 0 to 4."""
    low = min((float(value) for value in values), default=0.0)
    high = max((float(value) for value in values), default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    # Points are whole, so steps below 1 would only repeat labels.
    step = _round_step(max(high - low, STEPS) / STEPS)
    bottom, top = math.floor(low / step), math.ceil(high / step)
    top = top if top > bottom else bottom + STEPS
    ticks = [
        Tick(label=compact(step * i), y=percent(100 * (top - i) / (top - bottom)), is_zero=i == 0)
        for i in range(top, bottom - 1, -1)
    ]
    return Axis(low=bottom * step, high=top * step, ticks=ticks)


def bars(labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Grouped bars; every series has as many values as there are labels."""
    scale = axis([value for one in series for value in one.values])
    return Chart(
        series=series,
        slots=_slots(labels, series),
        ticks=scale.ticks,
        bars=list(_bars(len(labels), series, scale)),
    )


def area(labels: Sequence[str], series: Series) -> Chart:
    """One line over its area, such as a running balance."""
    scale = axis(series.values)
    points = [(x, scale.y(value)) for x, value in zip(_centres(len(labels)), series.values, strict=True)]
    line = _path(points)
    base = scale.y(0)
    return Chart(
        series=[series],
        slots=_slots(labels, [series]),
        ticks=scale.ticks,
        line=line,
        area=f"{line} L{points[-1][0]:.2f},{base:.2f} L{points[0][0]:.2f},{base:.2f}Z" if points else "",
    )


def spark(values: Sequence[Number]) -> Spark:
    """Nothing is drawn of no value; one value is a level line."""
    numbers = [float(value) for value in values]
    if not numbers:
        return Spark(line="", area="")
    numbers = numbers * 2 if len(numbers) == 1 else numbers
    low, spread = min(numbers), max(numbers) - min(numbers)
    width = 100 / (len(numbers) - 1)
    heights = [(value - low) / spread if spread else 0.5 for value in numbers]
    line = _path([(i * width, 2 + 28 * (1 - height)) for i, height in enumerate(heights)])
    return Spark(line=line, area=f"{line} L100,32 L0,32Z")


def shares(parts: Sequence[tuple[str, Number, str]]) -> list[Share]:
    """Parts of a whole, as (name, value, tone), side by side; negative values count as 0."""
    sizes = [max(Fraction(value), Fraction(0)) for _, value, _ in parts]
    total = sum(sizes) or Fraction(1)
    result, x = [], 0.0
    for (name, value, tone), size in zip(parts, sizes, strict=True):
        width = float(100 * size / total)
        result.append(Share(name=name, value=value, x=percent(x), width=percent(max(width - 0.6, 0)), tone=tone))
        x += width
    return result


def _round_step(least: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(least))
    step = next(factor * magnitude for factor in ROUND_STEPS if factor * magnitude >= least * (1 - 1e-9))
    return math.ceil(step) if step < 10 else step


def _centres(count: int) -> list[float]:
    return [100 * (i + 0.5) / count for i in range(count)]


def _bars(count: int, series: Sequence[Series], scale: Axis) -> Iterator[Bar]:
    width = 100 / max(count, 1) * BAR_SHARE / max(len(series), 1)
    zero = scale.y(0)
    for i, centre in enumerate(_centres(count)):
        left = centre - width * len(series) / 2
        for place, one in enumerate(series):
            y = scale.y(one.values[i])
            yield Bar(
                x=percent(left + width * (place + BAR_GAP / 2)),
                y=percent(min(y, zero)),
                width=percent(width * (1 - BAR_GAP)),
                height=percent(abs(zero - y)),
                tone=one.tone,
            )


def _slots(labels: Sequence[str], series: Sequence[Series]) -> list[Slot]:
    return [Slot(label, [(one.name, one.values[i]) for one in series]) for i, label in enumerate(labels)]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " ".join(f"{x:.2f},{y:.2f}" for x, y in points) if points else ""
