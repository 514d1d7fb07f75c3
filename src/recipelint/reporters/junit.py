"""JUnit XML: a suite for each recipe, a case for each finding, for test reports in CI.

There is no standard; the elements are those that Jenkins, GitLab and pytest share. A finding fails
its case where it fails the run; below that the case passes and holds the finding as its output. A
recipe without findings is one case that passes.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from recipelint.findings import Finding
from recipelint.linter import Report
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible


def render(report: Report, options: Options) -> str:
    """One XML document in UTF-8."""
    found: dict[str, list[Finding]] = {name: [] for name in report.names}
    for finding in report.findings:
        found.setdefault(finding.path, []).append(finding)
    root = Element("testsuites", name="recipelint")
    root.extend(_suite(path, findings, options) for path, findings in found.items())
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode") + "\n"


def _suite(path: str, findings: list[Finding], options: Options) -> Element:
    shown = visible(path)
    suite = Element("testsuite", name=shown, tests=str(max(1, len(findings))))
    suite.set("failures", str(sum(options.fails(finding.severity) for finding in findings)))
    suite.set("errors", "0")
    if not findings:
        SubElement(suite, "testcase", name="recipelint", classname=shown, file=shown, time="0")
    for finding in findings:
        suite.append(_case(finding, shown, options))
    return suite


def _case(finding: Finding, path: str, options: Options) -> Element:
    place = f"{finding.span.line}:{finding.span.column}"
    name = f"{finding.rule} {visible(finding.name)} at {place}"
    case = Element("testcase", name=name, classname=path, file=path, time="0")
    case.set("line", str(finding.span.line))
    if options.fails(finding.severity):
        failure = SubElement(case, "failure", type=finding.severity.value)
        failure.set("message", visible(finding.message))
        failure.text = _text(finding, path, place)
    else:
        SubElement(case, "system-out").text = _text(finding, path, place)
    return case


def _text(finding: Finding, path: str, place: str) -> str:
    lines = [f"{path}:{place}: {finding.severity} {finding.rule}: {visible(finding.message)}"]
    lines += [
        f"{visible(value.name)} = {visible(value.value)} ({visible(value.origin)})"
        for value in finding.inputs
    ]
    if finding.help:
        lines.append(f"help: {visible(finding.help)}")
    return "\n".join(lines)
