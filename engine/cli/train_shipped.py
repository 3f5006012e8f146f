"""`train quality` and `train default-comparator`: the weights that ship with the program."""

from __future__ import annotations

from engine.cli.parser import Options
from engine.errors import EXIT_OK
from engine.models.device import device_of
from engine.models.opinion import FeatureModel, OpinionModel
from engine.models.runtime import Runtime
from engine.paths import DataDir
from engine.settings import Settings
from engine.training.biq.comparator import train_comparator
from engine.training.biq.maps import TrunkModel
from engine.training.biq.quality import Networks, train_quality
from engine.training.biq.samples import with_means
from engine.training.biq.trained import Recipe

BATCH = 8


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    data, splits, out = options.data, options.splits, options.out
    assert data is not None and splits is not None and out is not None
    networks = _networks(settings, data_dir)
    if options.kind == "quality":
        sha256 = train_quality(data, splits, out, networks, options.official, Recipe(), print)
    else:
        sha256 = train_comparator(data, splits, out, networks.opened, options.seed, print)
    print(f"Written to {out}, SHA-256 {sha256}")
    return EXIT_OK


def _networks(settings: Settings, data_dir: DataDir) -> Networks:
    runtime = Runtime(settings.performance.runtime, data_dir.converted)
    device = device_of(settings)
    return Networks(
        FeatureModel(data_dir.models, device, BATCH, runtime, with_means),
        TrunkModel(data_dir.models, device, runtime),
        lambda folder, name: OpinionModel(data_dir.models, device, BATCH, runtime, folder, name),
    )
