"""Shell commands that start a run: which files they name, and how many processes they start.

Only what stands in the text is used. Variables are filled in from the environment that the file
itself states; a word that still holds one says nothing.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from itertools import dropwhile
from typing import NamedTuple

_SEPARATORS = "();&|\n"
_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#.*$")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*=")
_DEVICES = re.compile(r"^(?:CUDA|HIP|ROCR)_VISIBLE_DEVICES=")
_SERVER = re.compile(r"\bvllm[ -]serve\b|\bvllm\.entrypoints\b|\bsglang\.launch_server\b")
"""A server that takes some of the GPUs for itself."""
_FILE = re.compile(r"[\w./@+-]+\.(?:ya?ml|toml|json)")
_MOST_TEXT = 20_000

_PREFIXES = frozenset({"uv", "run", "exec", "time", "nohup", "sudo", "env", "python", "python3"})
"""Words before a program that do not change which one is started."""
_OPENING = frozenset({"if", "case", "for", "while", "until"})
_CLOSING = frozenset({"fi", "esac", "done"})
_WITHIN = frozenset({"then", "else", "elif", "do", "!", "{", "}"})
_TORCHRUN = frozenset({"torchrun", "torch.distributed.run", "torch.distributed.launch"})
_TRAINERS = frozenset(
    {
        "axolotl",
        "axolotl.cli.train",
        "composer",
        "litgpt",
        "llamafactory-cli",
        "swift",
        "trl",
    }
)
"""Programs that train by themselves, whatever launcher they start below them."""
_FLAGS: dict[str, dict[str, str]] = {
    "torchrun": {"nnodes": "cluster.nodes", "nproc_per_node": "cluster.gpus_per_node"},
    "accelerate": {"num_machines": "cluster.nodes", "num_processes": "parallel.world_size"},
    "deepspeed": {"num_nodes": "cluster.nodes", "num_gpus": "cluster.gpus_per_node"},
}
"""What a launcher's options say, by the launcher. `tune run` hands its own on to torchrun."""
_DEFAULTS: dict[str, dict[str, int]] = {
    "torchrun": {"cluster.nodes": 1, "cluster.gpus_per_node": 1},
}
"""Options that torchrun fills in with a constant (PyTorch, torch/distributed/run.py)."""


class Launch(NamedTuple):
    """One command that starts a run.

    `files` are the files it names, below the folder to which the shell was sent before;
    `sizes` are the numbers that the launcher is given, by the canonical fact they state; `open`
    are those facts that only the running machine can tell.
    """

    launcher: str
    files: tuple[str, ...]
    sizes: Mapping[str, int]
    stated: frozenset[str]
    """The sizes that the command states; the others are the launcher's defaults."""
    open: frozenset[str]


def launches(
    commands: Iterable[str], environment: Mapping[str, str]
) -> Iterator[tuple[int, Launch]]:
    """The launches in commands that one shell runs in order, each with its command's number.

    Text that no shell could read has none. The sizes are left open in a branch or a loop, which
    may be run on some of the machines only, and where GPUs are set aside: by a list of devices
    before the command, or for a server of rollouts.
    """
    texts = list(commands)
    shared = any(_SERVER.search(text) for text in texts)
    folder, depth = "", 0
    for number, text in enumerate(texts):
        for words in _simple_commands(text, environment):
            depth += (words[0] in _OPENING) - (words[0] in _CLOSING)
            simple = list(dropwhile(_comes_before, words))
            if len(simple) == 2 and simple[0] == "cd":
                folder = _entered(folder, simple[1])
                continue
            launch = _launch(simple, folder) if simple else None
            if launch is not None:
                chosen = depth > 0 or shared or any(map(_DEVICES.match, words))
                yield number, _opened(launch) if chosen else launch


def _comes_before(word: str) -> bool:
    """Whether a word stands before a command: a keyword, or an assignment for it alone."""
    return word in _WITHIN or bool(_ASSIGNMENT.match(word))


def _entered(folder: str, target: str) -> str:
    """The folder after `cd target`; absolute ones stay absolute, and are never opened."""
    return posixpath.normpath(posixpath.join(folder, target)) + "/"


def _opened(launch: Launch) -> Launch:
    """The launch with its sizes left open."""
    return Launch(
        launch.launcher, launch.files, {}, frozenset(), launch.open | frozenset(launch.sizes)
    )


def _simple_commands(text: str, environment: Mapping[str, str]) -> Iterator[list[str]]:
    """The words of each simple command, variables filled in."""
    if len(text) > _MOST_TEXT:
        return
    plain = _COMMENT.sub("", text).replace("\\\n", " ")
    lexer = shlex.shlex(plain, posix=True, punctuation_chars=_SEPARATORS)
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        for token in lexer:
            if token and set(token) <= set(_SEPARATORS):
                if words:
                    yield words
                words = []
            else:
                words.append(_filled(token, environment))
    except ValueError:
        return  # a quotation that does not end
    if words:
        yield words


def _filled(word: str, environment: Mapping[str, str]) -> str:
    def known(match: re.Match[str]) -> str:
        return environment.get(match[1] or match[2], match[0])

    return _VARIABLE.sub(known, word)


def _launch(words: list[str], folder: str) -> Launch | None:
    program, options = _program(words)
    if program is None:
        return None
    named = (name for word in options for name in _files(word))
    files = tuple(posixpath.normpath(posixpath.join(folder, name)) for name in named)
    stated, unknown = _sizes(program, options)
    defaults = {n: v for n, v in _DEFAULTS.get(program, {}).items() if n not in unknown}
    return Launch(program, files, {**defaults, **stated}, frozenset(stated), unknown)


def _program(words: list[str]) -> tuple[str | None, list[str]]:
    """The launcher or trainer that a simple command starts, and the words after its name."""
    index = 0
    while index < len(words) and _is_prefix(words[index], index):
        index += 1
    if index >= len(words):
        return None, []
    name, rest = words[index].rsplit("/", 1)[-1], words[index + 1 :]
    if name in _TORCHRUN:
        return "torchrun", rest
    if name == "tune" and rest[:1] == ["run"]:
        return "torchrun" if _distributed(rest) else "python", rest[1:]
    if (name == "accelerate" and rest[:1] == ["launch"]) or name == "accelerate.commands.launch":
        return "accelerate", rest
    if name == "deepspeed" or name in _TRAINERS:
        return name, rest
    return ("python", rest) if index else (None, [])


def _is_prefix(word: str, index: int) -> bool:
    """Whether a word comes before the program: `uv run`, `python -m`, `env A=1`."""
    return word in _PREFIXES or (
        index > 0 and (word.startswith("-") or bool(_ASSIGNMENT.match(word)))
    )


def _distributed(words: list[str]) -> bool:
    return any(_option(word)[0] in _FLAGS["torchrun"] for word in words)


def _files(word: str) -> Iterator[str]:
    """The file that a word or an option's value is."""
    value = word.partition("=")[2] if word.startswith("-") and "=" in word else word
    if _FILE.fullmatch(value):
        yield value


def _option(word: str) -> tuple[str, str | None]:
    """An option's name with underscores, and its value where it stands in the same word."""
    if not word.startswith("-"):
        return "", None
    name, equals, value = word.lstrip("-").partition("=")
    return name.replace("-", "_"), value if equals else None


def _sizes(program: str, words: list[str]) -> tuple[dict[str, int], frozenset[str]]:
    """The sizes that the launcher's own options state, and the ones they leave to the machine."""
    flags = _FLAGS.get(program, {})
    sizes: dict[str, int] = {}
    unknown: set[str] = set()
    for index, word in enumerate(words):
        if word.endswith(".py") or word in ("-m", "--module"):
            break  # what follows are the script's own options
        name, value = _option(word)
        fact = flags.get(name)
        if fact is None:
            continue
        stated = value if value is not None else next(iter(words[index + 1 : index + 2]), "")
        if stated.isdigit() and 0 < int(stated) < 1_000_000:
            sizes[fact] = int(stated)
        else:
            unknown.add(fact)
    return sizes, frozenset(unknown)
