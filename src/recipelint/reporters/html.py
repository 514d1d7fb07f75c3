"""One page in HTML: each recipe's source with its findings in place, its facts and estimates.

The page stands alone: no script, nothing loaded from elsewhere, and a content security policy that
would not let anything be. It follows the reader's choice of light or dark. Every string of a file
passes `markup.text`.
"""

from __future__ import annotations

from collections.abc import Iterator

from recipelint import __version__
from recipelint.findings import Finding
from recipelint.linter import Report
from recipelint.reporters.html_page import annotated, details
from recipelint.reporters.html_page.markup import fold, text
from recipelint.reporters.html_page.style import CSS
from recipelint.reporters.options import Options
from recipelint.reporters.summary import Tally, plural

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(report: Report, options: Options) -> str:
    """The whole page."""
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>recipelint: {text(Tally(report).sentence())}</title>",
            f"<style>{CSS}</style>",
            "</head>",
            "<body>",
            *_body(report, options),
            "</body>",
            "</html>\n",
        ]
    )


def _body(report: Report, options: Options) -> Iterator[str]:
    found = _by_file(report, options)
    yield "<header>"
    yield "<h1>recipelint</h1>"
    yield f"<p>{text(Tally(report).sentence())}.</p>"
    yield from _left_out(report, found, options)
    yield "</header>"
    if found:
        yield from _contents(found)
    yield "<main>"
    for number, (path, findings) in enumerate(found.items(), 1):
        yield from _section(number, path, findings, report, options)
    yield "</main>"
    yield f"<footer>recipelint {text(__version__)}</footer>"


def _by_file(report: Report, options: Options) -> dict[str, list[Finding]]:
    """Findings by file, files with the worst first; recipes that are told in full come as well."""
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.path, []).append(finding)
    ordered = sorted(found, key=lambda path: (-_worst(found[path]), path))
    quiet = [name for name in options.recipes if name not in found]
    return {path: found.get(path, []) for path in (*ordered, *quiet)}


def _worst(findings: list[Finding]) -> int:
    return max(finding.severity.rank for finding in findings)


def _left_out(report: Report, found: dict[str, list[Finding]], options: Options) -> Iterator[str]:
    """What is not on the page, so that nobody takes it for the whole."""
    absent = sum(name not in found for name in report.names)
    if absent:
        verb = "is" if absent == 1 else "are"
        recipes = plural(absent, "recipe")
        yield f'<p class="faint">{recipes} without findings {verb} not shown.</p>'
    partial = sum(name in found and name not in options.recipes for name in report.names)
    if partial:
        recipes = plural(partial, "recipe")
        yield f'<p class="faint">Of {recipes} the findings are shown, and not the facts.</p>'


def _contents(found: dict[str, list[Finding]]) -> Iterator[str]:
    """The list of files, each with how much was found in it."""
    yield '<nav aria-label="Files"><ul>'
    for number, (path, findings) in enumerate(found.items(), 1):
        badges = " ".join(_badges(findings)) or '<span class="badge none">none</span>'
        yield f'<li><a href="#file-{number}">{text(path)}</a> {badges}</li>'
    yield "</ul></nav>"


def _badges(findings: list[Finding]) -> Iterator[str]:
    for severity, count in Tally(Report(findings=findings)).severities.items():
        if count:
            shown = plural(count, severity.value)
            yield f'<span class="badge {severity}">{shown}</span>'


def _section(
    number: int, path: str, findings: list[Finding], report: Report, options: Options
) -> Iterator[str]:
    yield f'<section id="file-{number}" aria-labelledby="name-{number}">'
    yield f'<h2 id="name-{number}">{text(path)}</h2>'
    if not findings:
        yield "<p>No findings.</p>"
    else:
        yield from annotated.source(report.sources.get(path, ""), findings)
    if path in options.recipes:
        yield from details.recipe(path, options.recipes[path])
    skipped = [rule for rule in report.not_assessed if rule.path == path]
    if skipped:
        rows = [
            f"<li>{text(rule.rule)} {text(rule.name)}: {text(', '.join(rule.missing))}"
            f"{text(f' ({rule.reason})' if rule.reason else '')}</li>"
            for rule in skipped
        ]
        yield from fold(f"Not assessed, for want of facts ({len(rows)})", ["<ul>", *rows, "</ul>"])
    yield "</section>"
