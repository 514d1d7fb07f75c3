"""Write the key tables of the dialects anew from the released packages.

    python tools/extract_schemas.py --cache FOLDER [--offline] [DIALECT ...]

Packages are fetched with pip into the cache folder and read as text with ``ast``; none of them is
imported. (For a release without a wheel, pip asks the source archive's own build script for its
metadata.) The same releases always give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.schemas import (
    accelerate,
    axolotl,
    deepspeed,
    distilabel,
    dstack,
    fairseq2,
    gpt_neox,
    hub_enums,
    levanter,
    lighteval,
    lingua,
    litgpt,
    llm_foundry,
    maxtext,
    megatron_bridge,
    megatron_lm,
    nanotron,
    nemo,
    nemo_automodel,
    nemo_rl,
    olmo,
    olmo_core,
    post_training,
    prime_rl,
    scripts,
    torchtitan,
    torchtune,
    trl,
)
from tools.schemas.releases import Release, ReleaseMissingError, open_release
from tools.schemas.table import Sections, Source, merge_releases, render

OUTPUT = ROOT / "src/recipelint/dialects/schemas"

#: All packages read here are published under the same licence.
LICENCE = "Apache-2.0"


@dataclass(frozen=True)
class Shelf:
    """Where archives are kept, and whether missing ones may be fetched."""

    cache: Path
    fetch: bool

    def take(
        self, package: str, versions: tuple[str, ...], prefixes: tuple[str, ...]
    ) -> list[Release]:
        """The named releases in the order given; raises ``ReleaseMissingError``."""
        return [
            open_release(package, version, self.cache, prefixes, self.fetch) for version in versions
        ]


def axolotl_table(shelf: Shelf) -> str:
    """The axolotl data file's text."""
    hub = shelf.take(hub_enums.PACKAGE, hub_enums.VERSIONS, hub_enums.PREFIXES)
    external = hub_enums.enum_choices(hub)
    releases = shelf.take(axolotl.PACKAGE, axolotl.VERSIONS, axolotl.PREFIXES)
    tables: list[tuple[str, Sections]] = [
        (release.version, axolotl.read(release, external)) for release in releases
    ]
    merged = axolotl.add_before_pypi(merge_releases(axolotl.PACKAGE, tables))
    return render("axolotl", [Source(axolotl.PACKAGE, LICENCE, axolotl.VERSIONS)], merged)


def trl_table(shelf: Shelf) -> str:
    """The data file's text for TRL and the Hugging Face trainer."""
    hub = shelf.take(hub_enums.PACKAGE, hub_enums.VERSIONS, hub_enums.PREFIXES)
    external = hub_enums.enum_choices(hub)
    releases = shelf.take(trl.PACKAGE, trl.VERSIONS, trl.PREFIXES)
    launchers = shelf.take(accelerate.PACKAGE, accelerate.VERSIONS, accelerate.PREFIXES)
    packages = {
        hub_enums.PACKAGE: [(release.version, trl.read(release, external)) for release in hub],
        trl.PACKAGE: [(release.version, trl.read(release, external)) for release in releases],
    }
    sections = trl.merge(packages, trl.launch_keys(launchers))
    scripts.add_scripts(sections)
    sources = [
        Source(hub_enums.PACKAGE, LICENCE, hub_enums.VERSIONS),
        Source(trl.PACKAGE, LICENCE, trl.VERSIONS),
        Source(accelerate.PACKAGE, LICENCE, accelerate.VERSIONS),
    ]
    return render("trl", sources, sections)


def accelerate_table(shelf: Shelf) -> str:
    """The accelerate data file's text."""
    releases = shelf.take(accelerate.PACKAGE, accelerate.VERSIONS, accelerate.PREFIXES)
    tables = [(release.version, accelerate.read(release)) for release in releases]
    merged = merge_releases(accelerate.PACKAGE, tables)
    source = Source(accelerate.PACKAGE, LICENCE, accelerate.VERSIONS)
    return render("accelerate", [source], merged)


def deepspeed_table(shelf: Shelf) -> str:
    """The DeepSpeed data file's text."""
    releases = shelf.take(deepspeed.PACKAGE, deepspeed.VERSIONS, deepspeed.PREFIXES)
    tables = [(release.version, deepspeed.read(release)) for release in releases]
    merged = merge_releases(deepspeed.PACKAGE, tables)
    source = Source(deepspeed.PACKAGE, LICENCE, deepspeed.VERSIONS)
    return render("deepspeed", [source], merged)


def nanotron_table(shelf: Shelf) -> str:
    """The nanotron data file's text."""
    releases = shelf.take(nanotron.PACKAGE, nanotron.VERSIONS, nanotron.PREFIXES)
    tables = [(release.version, nanotron.read(release)) for release in releases]
    tables.append((nanotron.MAIN_VERSION, nanotron.read_main()))
    merged = nanotron.moved(merge_releases(nanotron.PACKAGE, tables))
    versions = (*nanotron.VERSIONS, nanotron.MAIN_VERSION)
    return render("nanotron", [Source(nanotron.PACKAGE, LICENCE, versions)], merged)


def torchtitan_table(shelf: Shelf) -> str:
    """The torchtitan data file's text: the releases whose jobs are TOML."""
    releases = shelf.take(torchtitan.PACKAGE, torchtitan.VERSIONS, torchtitan.PREFIXES)
    tables = [(torchtitan.FIRST_VERSION, torchtitan.read_first())]
    tables += [(release.version, torchtitan.read(release)) for release in releases]
    merged = torchtitan.moved(merge_releases(torchtitan.PACKAGE, tables))
    versions = (torchtitan.FIRST_VERSION, *torchtitan.VERSIONS)
    source = Source(torchtitan.PACKAGE, torchtitan.LICENCE, versions)
    return render("torchtitan", [source], merged)


def gpt_neox_table(_shelf: Shelf) -> str:
    """The GPT-NeoX data file's text; it is on no package index."""
    return render("gpt-neox", [Source("gpt-neox", LICENCE, gpt_neox.VERSIONS)], gpt_neox.table())


def megatron_lm_table(shelf: Shelf) -> str:
    """The Megatron-LM data file's text."""
    releases = shelf.take(megatron_lm.PACKAGE, megatron_lm.VERSIONS, megatron_lm.PREFIXES)
    tables = [(release.version, megatron_lm.read(release)) for release in releases]
    merged = merge_releases(megatron_lm.PACKAGE, tables)
    source = Source(megatron_lm.PACKAGE, LICENCE, megatron_lm.VERSIONS)
    return render("megatron-lm", [source], merged)


def megatron_bridge_table(shelf: Shelf) -> str:
    """The Megatron-Bridge data file's text, each release read with its Megatron Core."""
    own = megatron_bridge
    releases = shelf.take(own.PACKAGE, own.VERSIONS, own.PREFIXES)
    cores = shelf.take(own.CORE, own.CORE_VERSIONS, own.CORE_PREFIXES)
    tables = [
        (release.version, own.read(release, core))
        for release, core in zip(releases, cores, strict=True)
    ]
    sources = [
        Source(own.PACKAGE, LICENCE, own.VERSIONS),
        Source(own.CORE, LICENCE, own.CORE_VERSIONS),
    ]
    return render("megatron-bridge", sources, merge_releases(own.PACKAGE, tables))


def nemo_table(shelf: Shelf) -> str:
    """The NeMo data file's text: `exp_manager` and Lightning's `trainer`."""
    managers = shelf.take(nemo.PACKAGE, nemo.VERSIONS, nemo.PREFIXES)
    trainers = shelf.take(nemo.TRAINER, nemo.TRAINER_VERSIONS, nemo.TRAINER_PREFIXES)
    merged = merge_releases(nemo.PACKAGE, [(r.version, nemo.read(r)) for r in managers])
    trainer = merge_releases(nemo.TRAINER, [(r.version, nemo.read_trainer(r)) for r in trainers])
    merged[""].keys |= trainer[""].keys
    merged["Trainer"] = trainer["Trainer"]
    sources = [
        Source(nemo.PACKAGE, LICENCE, nemo.VERSIONS),
        Source(nemo.TRAINER, LICENCE, nemo.TRAINER_VERSIONS),
    ]
    return render("nemo", sources, merged)


def nemo_automodel_table(shelf: Shelf) -> str:
    """The NeMo AutoModel data file's text."""
    own = nemo_automodel
    releases = shelf.take(own.PACKAGE, own.VERSIONS, own.PREFIXES)
    merged = merge_releases(own.PACKAGE, [(r.version, own.read(r)) for r in releases])
    return render("nemo-automodel", [Source(own.PACKAGE, LICENCE, own.VERSIONS)], merged)


def torchtune_table(shelf: Shelf) -> str:
    """The torchtune data file's text: the recipes' keys and the signatures of the components."""
    releases = shelf.take(torchtune.PACKAGE, torchtune.VERSIONS, torchtune.PREFIXES)
    tables = [(release.version, torchtune.read(release)) for release in releases]
    tables.append((torchtune.MAIN_VERSION, torchtune.read_main()))
    merged = torchtune.moved(merge_releases(torchtune.PACKAGE, tables))
    versions = (*torchtune.VERSIONS, torchtune.MAIN_VERSION)
    source = Source(torchtune.PACKAGE, torchtune.LICENCE, versions)
    return render("torchtune", [source], merged)


def dstack_table(shelf: Shelf) -> str:
    """The data file's text for dstack's tasks."""
    releases = shelf.take(dstack.PACKAGE, dstack.VERSIONS, dstack.PREFIXES)
    tables = [(release.version, dstack.read(release)) for release in releases]
    merged = merge_releases(dstack.PACKAGE, tables)
    source = Source(dstack.PACKAGE, dstack.LICENCE, dstack.VERSIONS)
    return render("dstack", [source], merged)


def lingua_table(shelf: Shelf) -> str:
    """The data file's text for Meta Lingua, whose fields are written down by hand."""
    source = Source(lingua.PACKAGE, lingua.LICENCE, lingua.VERSIONS)
    return render("lingua", [source], lingua.read())


def prime_rl_table(shelf: Shelf) -> str:
    """The data file's text for prime-rl, whose fields are written down by hand."""
    source = Source(prime_rl.PACKAGE, prime_rl.LICENCE, prime_rl.VERSIONS)
    return render("prime-rl", [source], prime_rl.read())


def olmo_table(shelf: Shelf) -> str:
    """The data file's text for OLMo's first trainer."""
    releases = shelf.take(olmo.PACKAGE, olmo.VERSIONS, olmo.PREFIXES)
    tables = [(release.version, olmo.read(release)) for release in releases]
    tables.append((olmo.MAIN_VERSION, olmo.read_main(tables[-1][1])))
    merged = olmo.moved(merge_releases(olmo.PACKAGE, tables))
    return render("olmo", [Source(olmo.PACKAGE, LICENCE, olmo.VERSIONS)], merged)


def olmo_core_table(shelf: Shelf) -> str:
    """The data file's text for OLMo-core's saved configurations."""
    releases = shelf.take(olmo_core.PACKAGE, olmo_core.VERSIONS, olmo_core.PREFIXES)
    tables = [(release.version, olmo_core.read(release)) for release in releases]
    merged = olmo_core.finish(merge_releases(olmo_core.PACKAGE, tables))
    return render("olmo-core", [Source(olmo_core.PACKAGE, LICENCE, olmo_core.VERSIONS)], merged)


def _llm_foundry(shelf: Shelf) -> tuple[Source, Sections]:
    releases = shelf.take(llm_foundry.PACKAGE, llm_foundry.VERSIONS, llm_foundry.PREFIXES)
    tables = [(release.version, llm_foundry.read(release)) for release in releases]
    merged = llm_foundry.finish(merge_releases(llm_foundry.PACKAGE, tables))
    return Source(llm_foundry.PACKAGE, LICENCE, llm_foundry.VERSIONS), merged


def llm_foundry_table(shelf: Shelf) -> str:
    """The llm-foundry data file's text."""
    source, sections = _llm_foundry(shelf)
    return render("llm-foundry", [source], sections)


def llm_foundry_mcli_table(shelf: Shelf) -> str:
    """The data file's text for run files with an llm-foundry recipe inside."""
    source, sections = _llm_foundry(shelf)
    return render("llm-foundry-mcli", [source], llm_foundry.mcli(sections))


def levanter_table(shelf: Shelf) -> str:
    """The Levanter data file's text, over the package's two names."""
    early = shelf.take(levanter.PACKAGE, levanter.VERSIONS, levanter.PREFIXES)
    late = shelf.take(levanter.LATER_PACKAGE, levanter.LATER_VERSIONS, levanter.PREFIXES)
    tables = [
        *((release.version, levanter.read(release)) for release in early),
        (levanter.MIDDLE_VERSION, levanter.read_middle()),
        *((levanter.later(release.version), levanter.read(release)) for release in late),
    ]
    labelled = [(f"{levanter.PACKAGE} {version}", table) for version, table in tables]
    versions = tuple(version for version, _ in tables)
    source = Source(levanter.PACKAGE, LICENCE, versions)
    return render("levanter", [source], levanter.join(labelled))


def litgpt_table(shelf: Shelf) -> str:
    """The LitGPT data file's text."""
    releases = shelf.take(litgpt.PACKAGE, litgpt.VERSIONS, litgpt.PREFIXES)
    tables = [(release.version, litgpt.read(release)) for release in releases]
    merged = merge_releases(litgpt.PACKAGE, tables)
    return render("litgpt", [Source(litgpt.PACKAGE, LICENCE, litgpt.VERSIONS)], merged)


def maxtext_table(shelf: Shelf) -> str:
    """The MaxText data file's text."""
    releases = shelf.take(maxtext.PACKAGE, maxtext.VERSIONS, maxtext.PREFIXES)
    tables = [(release.version, maxtext.read(release)) for release in releases]
    merged = maxtext.add_before(merge_releases(maxtext.PACKAGE, tables))
    return render("maxtext", [Source(maxtext.PACKAGE, LICENCE, maxtext.VERSIONS)], merged)


def fairseq2_table(shelf: Shelf) -> str:
    """The fairseq2 data file's text."""
    releases = shelf.take(fairseq2.PACKAGE, fairseq2.VERSIONS, fairseq2.PREFIXES)
    tables = [(release.version, fairseq2.read(release)) for release in releases]
    merged = merge_releases(fairseq2.PACKAGE, tables)
    source = Source(fairseq2.PACKAGE, fairseq2.LICENCE, fairseq2.VERSIONS)
    return render("fairseq2", [source], merged)


def lighteval_table(shelf: Shelf) -> str:
    """The data file's text for lighteval's model files."""
    releases = shelf.take(lighteval.PACKAGE, lighteval.VERSIONS, lighteval.PREFIXES)
    tables = [(release.version, lighteval.read(release)) for release in releases]
    source = Source(lighteval.PACKAGE, lighteval.LICENCE, lighteval.VERSIONS)
    return render("lighteval", [source], merge_releases(lighteval.PACKAGE, tables))


def distilabel_table(shelf: Shelf) -> str:
    """The data file's text for distilabel's pipelines."""
    releases = shelf.take(distilabel.PACKAGE, distilabel.VERSIONS, distilabel.PREFIXES)
    tables = [(release.version, distilabel.read(release)) for release in releases]
    source = Source(distilabel.PACKAGE, distilabel.LICENCE, distilabel.VERSIONS)
    return render("distilabel", [source], merge_releases(distilabel.PACKAGE, tables))


def nemo_rl_table(_shelf: Shelf) -> str:
    """The NeMo RL data file's text; its package on the index is empty."""
    return render("nemo-rl", [Source("nemo-rl", LICENCE, nemo_rl.VERSIONS)], nemo_rl.table())


TABLES: dict[str, Callable[[Shelf], str]] = {
    "axolotl": axolotl_table,
    "trl": trl_table,
    "accelerate": accelerate_table,
    "deepspeed": deepspeed_table,
    "distilabel": distilabel_table,
    "dstack": dstack_table,
    "lighteval": lighteval_table,
    "nanotron": nanotron_table,
    "gpt-neox": gpt_neox_table,
    "megatron-lm": megatron_lm_table,
    "megatron-bridge": megatron_bridge_table,
    "nemo": nemo_table,
    "nemo-automodel": nemo_automodel_table,
    "nemo-rl": nemo_rl_table,
    "llm-foundry": llm_foundry_table,
    "llm-foundry-mcli": llm_foundry_mcli_table,
    "olmo": olmo_table,
    "olmo-core": olmo_core_table,
    "levanter": levanter_table,
    "litgpt": litgpt_table,
    "maxtext": maxtext_table,
    "fairseq2": fairseq2_table,
    "torchtitan": torchtitan_table,
    "torchtune": torchtune_table,
    "lingua": lingua_table,
    "prime-rl": prime_rl_table,
    **post_training.TABLES,
}


def main(arguments: list[str]) -> int:
    """Write the asked tables, all by default; returns the exit status."""
    parser = argparse.ArgumentParser(description="Write the dialects' key tables.")
    parser.add_argument("dialects", nargs="*", help=f"any of {', '.join(TABLES)}; default all")
    parser.add_argument("--cache", type=Path, required=True, help="folder of fetched archives")
    parser.add_argument("--out", type=Path, default=OUTPUT, help="folder of the data files")
    parser.add_argument("--offline", action="store_true", help="fetch nothing")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.dialects) - set(TABLES))
    if unknown:
        parser.error(f"no such dialect: {', '.join(unknown)}")
    shelf = Shelf(options.cache, fetch=not options.offline)
    for dialect in options.dialects or TABLES:
        try:
            text = TABLES[dialect](shelf)
        except ReleaseMissingError as error:
            print(f"{dialect}: {error}", file=sys.stderr)
            return 1
        (options.out / f"{dialect}.json").write_text(text, encoding="utf-8")
        print(f"{dialect}: {text.count(chr(10))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
