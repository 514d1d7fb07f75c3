"""Files that strangers might write, and what becomes of each: the table of the threat model."""

# ruff: noqa: E501 - a table is read in rows

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

RECIPE = "base_model: a/b\nmicro_batch_size: 1\nsequence_len: 2048\n"


class Case(NamedTuple):
    """One hostile folder. `make` fills it, `arguments` follow `recipelint check`.

    `status` is the exit status and `says` what standard output or standard error has in it.
    """

    group: str
    name: str
    make: Callable[[Path], object]
    status: int
    says: str
    arguments: tuple[str, ...] = ("recipe.yaml",)


def write(path: Path, content: str | bytes) -> None:
    """A file with that content, and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def holds(content: str | bytes, name: str = "recipe.yaml") -> Callable[[Path], object]:
    """A folder with one file of that content."""
    return lambda folder: write(folder / name, content)


def more(content: str) -> Callable[[Path], object]:
    """A folder with a recipe that goes on with that content."""
    return holds(RECIPE + content)


def times(number: int, line: str) -> str:
    """A line again and again, each with its own number for `@`."""
    return "".join(line.replace("@", str(index)) for index in range(number))


def bomb(levels: int) -> str:
    """Aliases of lists of aliases: ten times as much with every line."""
    lines = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(["l0: &l0 x", *lines]) + "\n"


def _sparse(path: Path) -> None:
    with open(path, "wb") as stream:
        stream.write(RECIPE.encode())
        stream.truncate(100_000_000)


# --- what a file can hold

_VALUES = "more values than 100,000, the limit `limits.values`"
_DEPTH = "more levels than 100, the limit `limits.depth`"
_MERGES = f"w: &w {{{times(3_000, 'k@: 0, ')}}}\n" + times(400, "m@: {<<: *w}\n")
_CHAIN = "l0: &l0 [x]\n" + "".join(f"l{n}: &l{n} [*l{n - 1}]\n" for n in range(1, 500))
_DEEPSPEED = '{"train_batch_size": 1, "zero_optimization": '
_TITAN = "[job]\n[training]\n[activation_checkpoint]\n"
_HEADERS = times(9_000, f"[{'.'.join(['a'] * 89)}.b@]\n")
_TOML, _JSON = ("run.toml",), ("ds.json",)
_PHASES = "recipelint: 1\nphases:\n" + times(5_000, "  - {name: p@}\n")
_RULES = f"seed: 1 # recipelint: ignore[{times(10_000, 'A@,')}]\n"

CONTENT = (
    Case("text", "invalid UTF-8", holds(RECIPE.encode() + b"x: \xff\xfe\n"), 1, "CFG002"),
    Case("text", "UTF-16 with its mark", holds(f"{RECIPE}x: 1\n".encode("utf-16")), 0, ":4:1:"),
    Case("text", "half a UTF-16 character", holds(RECIPE.encode("utf-16") + b"a"), 0, ""),
    Case("text", "a byte order mark", holds(b"\xef\xbb\xbf" + RECIPE.encode()), 0, ""),
    Case("text", "NUL bytes", more("a: \0\0\n"), 1, "CFG001"),
    Case("text", "control characters", more("a: \x1b[31mred\x07\n"), 1, "CFG001"),
    Case("size", "100 MB", lambda f: _sparse(f / "recipe.yaml"), 1, "limit `limits.bytes`"),
    Case("size", "a scalar of 1 MB in one line", more("x: " + "y" * 10**6), 0, "CFG103"),
    Case("size", "a key of 1 MB", more('? "' + "y" * 10**6 + '"\n: 1\n'), 0, "CFG103"),
    Case("size", "500,000 values", more("x: [" + "1," * 500_000 + "]"), 1, _VALUES),
    Case("size", "an alias bomb", more(bomb(12)), 1, _VALUES),
    Case("size", "a bomb of merge keys", more(_MERGES), 1, _VALUES),
    Case("size", "5,000 documents", more(times(5_000, "---\na: 1\n")), 1, "CFG005"),
    Case("size", "20,000 values below a key of 1 MB", more('? "' + "y" * 10**6 + '"\n: [' + "1, " * 20_000 + "]\n"), 1, "limit `limits.path`"),
    Case("depth", "100,000 YAML lists", more("x: " + "[" * 100_000), 1, _DEPTH),
    Case("depth", "100,000 YAML mappings", more("x: " + "{a: " * 100_000), 1, _DEPTH),
    Case("depth", "100,000 YAML keys", more("? " * 100_000), 1, "CFG00"),
    Case("depth", "500 aliases in each other", more(_CHAIN), 1, _DEPTH),
    Case("depth", "JSON", holds(_DEEPSPEED + "[" * 100_000, "ds.json"), 1, _DEPTH, _JSON),
    Case("depth", "TOML", holds(_TITAN + "x = " + "[" * 100_000, "run.toml"), 1, _DEPTH, _TOML),
    Case("depth", "TOML headers of 90 parts", holds(_TITAN + _HEADERS, "run.toml"), 1, _VALUES, _TOML),
    Case("YAML", "an anchor that contains itself", more("x: &a [*a]\n"), 1, "CFG002"),
    Case("YAML", "an anchor set twice", more("x: &a 1\ny: &a 2\nz: *a\n"), 0, "CFG103"),
    Case("YAML", "an alias without an anchor", more("x: *nothing\n"), 1, "CFG001"),
    Case("YAML", "a tag of Python", more("seed: !!python/object/apply:os.system [touch pwned]\n"), 1, "CFG105"),
    Case("YAML", "an unknown tag", more("seed: !gpu 3\n"), 0, ""),
    Case("YAML", "a key that is a mapping", more("? {a: 1}\n: 2\n"), 1, "CFG007"),
    Case("YAML", "a key that is a list", more("? [a, b]\n: 2\n"), 1, "CFG007"),
    Case("YAML", "a directive of another version", holds("%YAML 9.9\n---\n" + RECIPE), 1, "CFG001"),
    Case("numbers", "1e400", more("learning_rate: 1.0e+400\n"), 0, ""),
    Case("numbers", "10,000 digits", more("seed: " + "9" * 10_000), 1, "CFG105"),
    Case("numbers", "an integer of 100,000 sixties", more("seed: 1" + ":1" * 100_000), 1, "CFG105"),
    Case("numbers", "infinity and NaN", more("learning_rate: .nan\nweight_decay: -.inf\n"), 0, ""),
    Case("numbers", "dates", more("seed: 2001-99-99\nval_set_size: 2001-01-01\n"), 1, "CFG105"),
    Case("numbers", "less than nothing", more("gradient_accumulation_steps: -1\n"), 0, ""),
    Case("many", "40,000 unknown keys", more(times(40_000, "k@_size: 1\n")), 0, "limits.findings"),
    Case("many", "20,000 repeated keys", more(times(20_000, "seed: 1\n")), 0, "limits.findings"),
    Case("many", "20,000 suppressions", more(times(20_000, "# recipelint: ignore[X@] y\n")), 0, "limits.findings"),
    Case("many", "10,000 rules in one suppression", more(_RULES), 0, "limits.findings"),
    Case("many", "100,000 braces of a template", more("x: '" + "{%" * 100_000 + "\n"), 1, "CFG001"),
    Case("many", "5,000 phases", holds(_PHASES), 1, "more phases than 100, the limit `limits.phases`"),
)  # fmt: skip


# --- what a file can be, and refer to


def _beside(name: str, content: str) -> Callable[[Path], object]:
    """A project with a recipe and another file."""

    def make(folder: Path) -> None:
        (folder / ".git").mkdir()
        write(folder / "recipe.yaml", RECIPE)
        write(folder / name, content)

    return make


def _then(
    first: Callable[[Path], object], act: Callable[[Path], object]
) -> Callable[[Path], object]:
    """Make a folder and do something to it."""

    def make(folder: Path) -> None:
        first(folder)
        act(folder)

    return make


_PLAIN = _beside("other.txt", "")


def _link(target: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "recipe.yaml").symlink_to(target)


def _socket(folder: Path) -> None:
    here = os.getcwd()
    os.chdir(folder)  # the path of a socket may have no more than 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind("recipe.yaml")
    finally:
        os.chdir(here)


def _refers(reference: str) -> Callable[[Path], object]:
    """A recipe in a project that refers to a DeepSpeed file; a wrong one lies outside."""

    def make(folder: Path) -> None:
        (folder / ".git").mkdir()
        write(folder / "runs" / "recipe.yaml", f"{RECIPE}deepspeed: {reference}\n")
        write(folder.parent / "outside.json", '{"zero_optimization": {"stage": 9}}')
        (folder / "link.json").symlink_to("../outside.json")
        (folder / "device.json").symlink_to("/dev/zero")
        os.mkfifo(folder / "pipe.json")

    return make


def _escape(folder: Path) -> None:
    write(folder.parent / "outside.yaml", RECIPE)
    (folder / "link.yaml").symlink_to("../outside.yaml")


_VERL = "actor_rollout_ref: {actor: {strategy: fsdp, ppo_mini_batch_size: '${a.b}'}}\n"
_EVERY = "defaults:\n" + times(10, "  - c@\n")
_CIRCLES = (
    _VERL
    + "a: {b: '${a.c}', c: '${a.b}'}\ntrainer: {nnodes: '${g0}'}\n"
    + "".join(f"g{n}: '${{g{n + 1}}}${{g{n + 1}}}'\n" for n in range(40))
    + "g40: 1\n"
)


def _crowd(folder: Path) -> None:
    """Ten files that each lay all ten under themselves."""
    for number in range(10):
        write(folder / f"c{number}.yaml", _EVERY)
    write(folder / "recipe.yaml", _EVERY + _VERL + "trainer: {n_gpus_per_node: 8}\n")


_RUN = ("runs/recipe.yaml",)
_NOT_REGULAR = "not a regular file"
_CROWDED = "more references than 1,000, the limit `limits.references`"
REACH = (
    Case("files", "a link to itself", _link("recipe.yaml"), 2, "no such file"),
    Case("files", "a named pipe", lambda f: os.mkfifo(f / "recipe.yaml"), 1, _NOT_REGULAR),
    Case("files", "a socket", _socket, 1, _NOT_REGULAR),
    Case("files", "/dev/zero", _link("/dev/zero"), 1, _NOT_REGULAR),
    Case("files", "/proc/self/mem", _link("/proc/self/mem"), 1, "CFG002"),
    Case(
        "files",
        "a link out of the repository",
        _then(_PLAIN, _escape),
        1,
        "leads out of the repository",
        (".",),
    ),
    Case("files", "a folder called recipe.yaml", lambda f: (f / "recipe.yaml").mkdir(), 0, ""),
    Case("files", "a file that is not there", holds("", "other.yaml"), 2, "there is no such file"),
    Case("references", "upwards out of the project", _refers("../../outside.json"), 0, "", _RUN),
    Case("references", "an absolute path", _refers("/etc/hostname.json"), 0, "", _RUN),
    Case("references", "a home folder", _refers("~/outside.json"), 0, "", _RUN),
    Case("references", "a link out of the project", _refers("link.json"), 0, "", _RUN),
    Case("references", "a link to /dev/zero", _refers("device.json"), 0, "", _RUN),
    Case("references", "a named pipe", _refers("pipe.json"), 0, "", _RUN),
    Case("references", "a URL", _refers("https://example.org/x.json"), 0, "", _RUN),
    Case("references", "files that lie under each other", _crowd, 1, _CROWDED),
    Case("references", "interpolation in circles", holds(_CIRCLES), 0, ""),
)


# --- settings


def _settings(content: str) -> Callable[[Path], object]:
    return _beside(".recipelint.yaml", content)


_OUTSIDE = "lies outside the project"
SETTINGS = (
    Case("settings", "a baseline outside", _settings("baseline: ../../x\n"), 2, _OUTSIDE),
    Case("settings", "rules outside", _settings("rules: [/etc]\n"), 2, _OUTSIDE),
    Case("settings", "a model's file outside", _settings("model-config: /etc/passwd\n"), 2, _OUTSIDE),
    Case("settings", "a file to write", _settings("output-file: /tmp/x\n"), 2, "no setting"),
    Case("settings", "a cache folder", _settings("cache-dir: /tmp/x\n"), 2, "no setting"),
    Case("settings", "a limit that is none", _settings("limits: {bytes: 99999999999}\n"), 2, "up to 20,000,000"),
    Case("settings", "a tag of Python", _settings("profile: !!python/object/apply:os.system [touch pwned]\n"), 2, "1:"),
    Case("settings", "an alias bomb", _settings(bomb(12) + "facts: {data: *l11}\n"), 2, "limits.values"),
    Case("settings", "100,000 levels", _settings("facts: " + "{a: " * 100_000), 2, "limits.depth"),
    Case("settings", "a glob of 2,000 stars", _settings(f"exclude: ['{'*a' * 2_000}']\n"), 0, ""),
    Case("settings", "100 MB", _then(_PLAIN, lambda f: _sparse(f / ".recipelint.yaml")), 2, "limits.bytes"),
    Case("settings", "a named pipe", _then(_PLAIN, lambda f: os.mkfifo(f / ".recipelint.yaml")), 2, "no regular file"),
    Case("settings", "a link out of the project", _then(_PLAIN, lambda f: (f / ".recipelint.yaml").symlink_to("/etc/passwd")), 2, "leads out"),
)  # fmt: skip


# --- rules

_RULE = """\
id: TST001
name: made-up
severity: error
summary: made up
requires: {requires}
at: optimizer.eps
message: "{message}"
why: because
evidence: [{{source: s, where: w, finds: f, status: judgement}}]
examples: {{bad: [], good: []}}
{more}
"""
_RULE_FILE = "rules/own/TST001-made-up.yaml"
_WITH_RULES = _settings("rules: [rules]\n")


def _rule(
    requires: str = "optimizer.eps < 1", message: str = "x", end: str = ""
) -> Callable[[Path], object]:
    """A project whose own rule has this in it."""
    quoted = "'" + requires.replace("'", "''") + "'"
    content = _RULE.format(requires=quoted, message=message, more=end)
    return _then(_WITH_RULES, lambda folder: write(folder / _RULE_FILE, content))


def _rule_is(make: Callable[[Path], object]) -> Callable[[Path], object]:
    """A project whose own rule file is something else than a file."""

    def act(folder: Path) -> None:
        path = folder / _RULE_FILE
        path.parent.mkdir(parents=True)
        make(path)

    return _then(_WITH_RULES, act)


_LINE_5, _LINE_7 = f"{_RULE_FILE}:5: requires:", f"{_RULE_FILE}:7: message:"
RULES = (
    Case("rules", "an attribute of Python", _rule("optimizer.eps.__class__ == 1"), 2, _LINE_5),
    Case("rules", "a dunder name", _rule("__import__('os').system('touch pwned')"), 2, _LINE_5),
    Case("rules", "a method", _rule("'x'.format(1) == 'x'"), 2, _LINE_5),
    Case("rules", "a tower of 400 powers", _rule("**".join(["9.0"] * 400) + " > 1"), 2, _LINE_5),
    Case("rules", "a text a billion times", _rule("'a' * 1000000000 == 'a'"), 2, _LINE_5),
    Case("rules", "a condition of 1 MB", _rule("1 < 2 and " * 100_000 + "1 < 2"), 2, _LINE_5),
    Case("rules", "900 brackets", _rule("(" * 900 + "1" + ")" * 900 + " > 0"), 2, _LINE_5),
    Case("rules", "a comprehension", _rule("[x for x in range(9)] == 1"), 2, _LINE_5),
    Case("rules", "an f-string", _rule("f'{optimizer.eps}' == 'x'"), 2, _LINE_5),
    Case("rules", "a lambda", _rule("(lambda: 1)() == 1"), 2, _LINE_5),
    Case("rules", "an index", _rule("data.stage_starts[0] == 1"), 2, _LINE_5),
    Case("rules", "an assignment", _rule("(x := 1) == 1"), 2, _LINE_5),
    Case("rules", "an attribute in a message", _rule(message="{x.__class__}"), 2, _LINE_7),
    Case("rules", "a width of a billion in a message", _rule(message="{optimizer.eps:>1000000000}"), 2, _LINE_7),
    Case("rules", "a conversion in a message", _rule(message="{optimizer.eps!r}"), 2, _LINE_7),
    Case("rules", "a function of Python as a check", _rule(end="check: os.system"), 2, f"{_RULE_FILE}:"),
    Case("rules", "a tag of Python", _rule(end="parameters: !!python/object/apply:os.system [touch pwned]"), 2, f"{_RULE_FILE}:"),
    Case("rules", "an alias bomb", _rule(end=bomb(12)), 2, "limits.values"),
    Case("rules", "100,000 levels", _rule(end="parameters: " + "[" * 100_000), 2, "limits.depth"),
    Case("rules", "a named pipe", _rule_is(os.mkfifo), 2, _NOT_REGULAR),
    Case("rules", "a link to /dev/zero", _rule_is(lambda p: p.symlink_to("/dev/zero")), 2, _OUTSIDE),
    Case("rules", "a link out of the project", _rule_is(lambda p: p.symlink_to("/etc/passwd")), 2, _OUTSIDE),
)  # fmt: skip


# --- baselines and logs


def _baseline(content: str) -> Callable[[Path], object]:
    return _then(_settings("baseline: base.json\n"), lambda f: write(f / "base.json", content))


def _known(path: str = '"recipe.yaml"', count: str = "1") -> Callable[[Path], object]:
    row = f'{{"rule": "X", "path": {path}, "key": "k", "value": "v", "count": {count}}}'
    return _baseline(f'{{"recipelint_baseline": 1, "findings": [{row}]}}')


_LOG = ("recipe.yaml", "--metrics", "log.json")
_NONE = "is no baseline"
_ENDLESS = '[{"step": 1e400, "loss": ' + "9" * 10_000 + "}]"
_ODD = '[{"step": {}, "loss": []}, {"step": NaN, "loss": 1}]'
OTHERS = (
    Case("baseline", "100,000 levels", _baseline("[" * 100_000), 2, _NONE),
    Case("baseline", "a count of 1e400", _known(count="1e400"), 2, _NONE),
    Case("baseline", "a count of 10,000 digits", _known(count="9" * 10_000), 2, _NONE),
    Case("baseline", "a path that is a mapping", _known(path="{}"), 2, _NONE),
    Case("baseline", "a path out of the project", _known(path='"../../../etc/passwd"'), 0, ""),
    Case("baseline", "a path with NUL", _known(path='"a\\u0000b"'), 0, ""),
    Case("baseline", "bytes that are no text", _baseline("\x00\x01\x80"), 2, _NONE),
    Case("baseline", "a named pipe", _then(_settings("baseline: base.json\n"), lambda f: os.mkfifo(f / "base.json")), 2, _NOT_REGULAR),
    Case("log", "100,000 levels", _beside("log.json", "[" * 100_000), 2, "log.json", _LOG),
    Case("log", "numbers without end", _beside("log.json", _ENDLESS), 2, "log.json", _LOG),
    Case("log", "steps that are no numbers", _beside("log.json", _ODD), 2, "log.json", _LOG),
    Case("log", "bytes that are no text", _beside("log.json", "\x00\x01\x80"), 2, "log.json", _LOG),
    Case("log", "a named pipe", _then(_PLAIN, lambda f: os.mkfifo(f / "log.json")), 2, _NOT_REGULAR, _LOG),
)  # fmt: skip

CASES = (*CONTENT, *REACH, *SETTINGS, *RULES, *OTHERS)
