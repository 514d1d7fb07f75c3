"""HTML by hand: escaping and the few elements that several parts share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote

from recipelint.reporters.sanitize import cells, visible

_QUOTED = re.compile("`([^`]+)`")


def text(content: str) -> str:
    """Text of a file for an element or a quoted attribute: nothing hidden, no markup."""
    return escape(visible(content))


def prose(content: str) -> str:
    """A sentence of a rule; what stands between backquotes is set as code."""
    return _QUOTED.sub(r"<code>\1</code>", text(content))


def verbatim(content: str) -> str:
    """A piece of a source line with its tabs and blanks."""
    return escape("".join("\t" if raw == "\t" else shown for raw, shown in cells(content)))


def link(content: str, url: str | None) -> str:
    """Text as a link; only web addresses are linked, whatever a rule file holds."""
    if url is None or not url.startswith(("https://", "http://")):
        return text(content)
    safe = escape(quote(url, safe=":/?#[]@!$&'()*+,;=%-._~"))
    return f'<a href="{safe}" rel="noopener noreferrer">{text(content)}</a>'


def table(heads: Iterable[str], rows: Iterable[Iterable[str]], style: str = "") -> Iterator[str]:
    """A table; the cells are HTML, the first of each row is its heading."""
    yield f'<div class="wide"><table class="{style}"><thead><tr>'
    yield "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield "</tr></thead><tbody>"
    for first, *others in rows:
        listed = "".join(f"<td>{cell}</td>" for cell in others)
        yield f'<tr><th scope="row">{first}</th>{listed}</tr>'
    yield "</tbody></table></div>"


def fold(title: str, content: Iterable[str]) -> Iterator[str]:
    """A part that is opened by a click, without a script."""
    yield f"<details><summary>{text(title)}</summary>"
    yield from content
    yield "</details>"
