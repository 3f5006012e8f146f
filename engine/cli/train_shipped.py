"""`train quality` and `train default-comparator`: the weights that ship with the program."""

from __future__ import annotations

from engine.cli.parser import Options
from engine.errors import EXIT_OK
from engine.models.device import device_of
from engine.models.opinion import FeatureModel
from engine.models.runtime import Runtime
from engine.paths import DataDir
from engine.settings import Settings
from engine.training.biq.comparator import train_comparator
from engine.training.biq.opinion_fit import FitSettings
from engine.training.biq.quality import train_quality
from engine.training.biq.samples import with_means

BATCH = 8


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    data, splits, out = options.data, options.splits, options.out
    assert data is not None and splits is not None and out is not None
    runtime = Runtime(settings.performance.runtime, data_dir.converted)
    device = device_of(settings)
    model = FeatureModel(data_dir.models, device, BATCH, runtime, with_means)
    if options.kind == "quality":
        sha256 = train_quality(data, splits, out, model, options.official, FitSettings(), print)
    else:
        sha256 = train_comparator(data, splits, out, model, options.seed, print)
    print(f"Written to {out}, SHA-256 {sha256}")
    return EXIT_OK
