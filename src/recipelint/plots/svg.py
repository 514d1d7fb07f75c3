"""SVG by hand: elements, escaping, and a style that is readable on light and dark pages."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from recipelint.reporters.sanitize import visible

STYLE = """
text { font: 12px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; }
.title { font-size: 15px; font-weight: 600; }
.head { font-weight: 600; }
.page { fill: #ffffff; }
.ink { fill: #1f2328; }
.soft { fill: #59636e; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.axis { stroke: #59636e; stroke-width: 1; fill: none; }
.curve { stroke: #0969da; stroke-width: 2; fill: none; stroke-linejoin: round; }
.mark { fill: #bc4c00; }
.warmup { fill: #bf8700; fill-opacity: .13; }
.stable { fill: #1a7f37; fill-opacity: .10; }
.decay { fill: #8250df; fill-opacity: .12; }
.limit { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 5 3; fill: none; }
.range { stroke: #1f2328; stroke-width: 1.5; fill: none; }
.part0 { fill: #0072b2; } .part1 { fill: #56b4e9; } .part2 { fill: #009e73; }
.part3 { fill: #e69f00; } .part4 { fill: #cc79a7; } .part5 { fill: #d55e00; }
.part6 { fill: #8c959f; }
.on { fill: #10151c; }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117; }
  .ink { fill: #e6edf3; }
  .soft { fill: #9198a1; }
  .grid { stroke: #30363d; }
  .axis { stroke: #9198a1; }
  .curve { stroke: #58a6ff; }
  .mark { fill: #f0883e; }
  .warmup { fill: #d29922; fill-opacity: .20; }
  .stable { fill: #3fb950; fill-opacity: .15; }
  .decay { fill: #a371f7; fill-opacity: .20; }
  .limit { stroke: #ff7b72; }
  .range { stroke: #e6edf3; }
}
"""


def document(width: float, height: float, title: str, body: Iterable[str]) -> str:
    """A whole SVG file with a title for screen readers; nothing in it is loaded from elsewhere."""
    wide, high = number(width), number(height)
    size = f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{safe(title)}</title>",
            f"<style>{STYLE}</style>",
            element("rect", "page", width=width, height=height),
            *body,
            "</svg>\n",
        ]
    )


def element(tag: str, style: str, **attributes: float | str) -> str:
    """An element without content. `stroke_width` is written stroke-width."""
    return f"<{tag} {_attributes(style, attributes)}/>"


def text(x: float, y: float, content: str, style: str = "ink", anchor: str = "start") -> str:
    """A line of text; `anchor` is start, middle or end."""
    where = _attributes(style, {"x": x, "y": y, "text-anchor": anchor})
    return f"<text {where}>{safe(content)}</text>"


def polyline(points: Iterable[tuple[float, float]], style: str, **attributes: float | str) -> str:
    """A line through points in pixels, to the hundredth."""
    path = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return element("polyline", style, points=path, **attributes)


def safe(content: str) -> str:
    """Text of a file as XML: nothing hidden, no markup, no character that XML forbids."""
    return escape(visible(content, 200))


def number(value: float) -> str:
    """A coordinate, to the hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _attributes(style: str, attributes: dict[str, float | str]) -> str:
    pairs = [f'class="{style}"']
    for name, value in attributes.items():
        shown = escape(value) if isinstance(value, str) else number(value)
        pairs.append(f'{name.replace("_", "-")}="{shown}"')
    return " ".join(pairs)
