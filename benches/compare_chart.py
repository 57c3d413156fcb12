"""The chart for the README: horizontal bars to a linear scale, so that lengths are in proportion."""

from __future__ import annotations

import statistics
from xml.sax.saxutils import escape

from compare_rows import Result
from compare_tools import RVENV

WIDTH, LEFT, LONGEST = 720, 96, 520  # the bars' area, and room for a value to the right of the longest
BAR, STEP, HEADING, GAP = 16, 26, 34, 18

CAPTION = "shorter is better; each group to its own scale"

STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #59636e }
.title { font-weight: 600; fill: #1f2328 }
.rvenv { font-weight: 600; fill: #b7410e }
.value { font-variant-numeric: tabular-nums }
rect { fill: #afb8c1 }
rect.rvenv { fill: #d9541e }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1 }
  .title { fill: #f0f6fc }
  .rvenv { fill: #ff8a5c }
  rect { fill: #4d5661 }
  rect.rvenv { fill: #f4743b }
}
"""


def duration(seconds: float) -> str:
    """A time in three digits."""
    value, unit = (seconds, "s") if seconds >= 1 else (seconds * 1000, "ms")
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {unit}"


def group(result: Result, top: int) -> tuple[list[str], int]:
    """The heading and the bars of one result, fastest first, and the position of the next result."""
    medians = {name: statistics.median(result.times[name]) for name in result.times}
    tools = [each.name for each in result.row.contestants if each.is_tool and each.name in medians]
    longest = max((medians[name] for name in tools), default=1)
    lines = [f'<text class="title" x="0" y="{top + 13}">{escape(result.row.title)}</text>']
    top += HEADING - BAR // 2
    for name in sorted(tools, key=medians.get):
        width, kind = LONGEST * medians[name] / longest, "rvenv" if name == RVENV else "tool"
        lines += [
            f'<text class="{kind}" x="{LEFT - 10}" y="{top + 13}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{kind}" x="{LEFT}" y="{top}" width="{width:.2f}" height="{BAR}"/>',
            f'<text class="{kind} value" x="{LEFT + width + 8:.2f}" y="{top + 13}">{duration(medians[name])}</text>',
        ]
        top += STEP
    return lines, top + GAP


def draw(results: list[Result]) -> str:
    """An SVG for light and dark pages, in which each result has its own scale."""
    body, top = [f'<text x="{WIDTH}" y="13" text-anchor="end">{CAPTION}</text>'], 0
    for result in results:
        lines, top = group(result, top)
        body += lines
    height = top - GAP
    opening = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
               f'height="{height}" role="img">')
    title = "<title>How long it takes to create an environment: shorter is better</title>"
    return "\n".join([opening, title, f"<style>{STYLE}</style>", *body, "</svg>", ""])
