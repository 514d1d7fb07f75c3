"""The page: it stands alone, shows everything, and holds nothing of a file but text."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from recipelint.findings import Input, Span
from recipelint.recipe.facts import Fact, Origin, Phase, Recipe
from recipelint.reporters.html import render
from recipelint.reporters.options import Options
from tests.reporters.samples import EPSILON, MISSPELT, UNKNOWN, at, report

VOID = {"meta", "br", "hr", "img", "input", "link", "rect", "line", "polyline"}


class Page(HTMLParser):
    """The elements of a page, its text, and whether every element is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)

    def marked(self) -> list[str | None]:
        return [attributes["class"] for tag, attributes in self.tags if tag == "mark"]


def test_a_finding_is_shown_with_its_sum_evidence_help_and_fix() -> None:
    page = Page(render(report(MISSPELT, EPSILON, not_assessed=[UNKNOWN]), Options()))
    for shown in (
        "Epsilon is 2.6 times the largest RMS",
        "estimate.gradient.rms_bound",
        "estimate: clip / sqrt(parameters)",
        "OLMo 2, arXiv 2501.00656",
        "settles faster",
        "1.0e-8 or lower",
        "changes what the run does",
        "expert-groups",
        "adam_eps: ",
    ):
        assert shown in page.text
    assert page.marked() == ["error", "warning"]


def test_evidence_is_open_once_for_each_rule_of_a_file() -> None:
    page = Page(render(report(EPSILON, EPSILON), Options()))
    assert page.text.count("settles faster") == 2
    assert [tag for tag, _ in page.tags].count("details") == 1
    assert page.text.count("Evidence, as above") == 1


def test_nothing_is_loaded_and_no_script_is_there() -> None:
    page = Page(render(report(MISSPELT, EPSILON), Options()))
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert not any("src" in attributes for _, attributes in page.tags)
    policies = [a["content"] for t, a in page.tags if a.get("http-equiv")]
    assert policies
    assert "default-src 'none'" in str(policies[0])


def test_light_and_dark_are_both_styled() -> None:
    page = render(report(), Options())
    assert "prefers-color-scheme: dark" in page
    assert "color-scheme: light dark" in page


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_text_of_files_adds_no_element(text: str) -> None:
    def page(content: str) -> Page:
        sample = at(
            "key: value",
            Span(1, 1, 1, 4),
            message=content,
            path=f"a{content}",
            key=f"k{content}",
            help=f"h{content}",
            inputs=(Input(content, content, content),),
            url=f"javascript:{content}",
        )
        return Page(render(sample, Options()))

    harmless = [tag for tag, _ in page("x").tags]
    assert [tag for tag, _ in page(text.replace("`", "")).tags] == harmless


def test_a_line_of_markup_stays_text() -> None:
    line = "a: </code><script>alert(1)</script>"
    page = Page(render(at(line, Span(1, 4, 1, 11)), Options()))
    assert "script" not in {tag for tag, _ in page.tags}
    assert line in page.text


def test_only_web_addresses_become_links() -> None:
    def links(url: str) -> list[str | None]:
        tags = Page(render(report(EPSILON._replace(url=url)), Options())).tags
        return [a["href"] for tag, a in tags if tag == "a" and not str(a["href"]).startswith("#")]

    assert links("javascript:alert(1)") == []
    assert links("https://example.org/a") == ["https://example.org/a"]


def test_overlapping_spans_show_the_worst() -> None:
    inner = EPSILON._replace(span=Span(4, 13, 4, 15))
    outer = MISSPELT._replace(path="pretrain.yaml", span=Span(4, 3, 4, 14))
    assert Page(render(report(inner, outer), Options())).marked() == ["error", "error", "warning"]


def test_what_is_left_out_is_counted() -> None:
    recipes = {"c.yaml": Recipe("neutral", None, [Phase(None)])}
    sample = report(MISSPELT, suppressed=2, known=1)
    sample.names = ["a.yaml", "b.yaml", "c.yaml", MISSPELT.path]
    page = Page(render(sample, Options(recipes=recipes)))
    assert "2 recipes without findings are not shown." in page.text
    assert "Of 1 recipe the findings are shown, and not the facts." in page.text
    assert "2 suppressed, 1 in the baseline" in page.text


def test_of_a_whole_report_nothing_is_said_to_be_left_out() -> None:
    sample = report()
    sample.names = ["a.yaml"]
    recipes = {"a.yaml": Recipe("neutral", None, [Phase(None)])}
    assert "not shown" not in Page(render(sample, Options(recipes=recipes))).text


def test_long_files_are_shown_around_their_findings() -> None:
    text = "".join(f"key{number}: 1\n" for number in range(1, 1001))
    page = Page(render(at(text, Span(500, 1, 500, 7)), Options()))
    assert "key494: 1" in page.text
    assert "key493: 1" not in page.text
    assert "⋯" in page.text


def test_a_recipe_in_full_has_facts_with_origins_estimates_and_a_picture() -> None:
    phase = Phase(None)
    phase.add(Fact("batch.micro_batch", 4, Origin.STATED, "a.yaml", Span(3, 1, 3, 2), None, "mb"))
    recipes = {"a.yaml": Recipe("neutral", None, [phase])}
    page = Page(render(report(), Options(recipes=recipes)))
    assert "stated in a.yaml:3 as mb" in page.text
    assert "svg" in {tag for tag, _ in page.tags}
    assert "parameters.total" in page.text
