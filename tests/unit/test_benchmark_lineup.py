"""Which judges stand behind the names and paths of --models."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from engine.album.decode import Decoded
from engine.benchmark.judges import JudgeType
from engine.benchmark.lineup import NAMES, configs_of, make_bench
from engine.errors import UsageError
from engine.paths import DataDir
from engine.settings import load_settings
from tests.unit.ava_files import config_of, file_content, random_backbone, random_head, state_of


def bench_of(models, tmp_path):
    return make_bench(configs_of(models), load_settings(), DataDir.resolve(tmp_path))


def seen(image):
    return Decoded(image, image.shape[1], image.shape[0])


def test_models_are_named_or_given_by_path():
    configs = configs_of("aesthetic,sharpness,/runs/run7/best_model.pt")
    assert [config.name for config in configs] == ["aesthetic", "sharpness", "run7/best_model.pt", "constant"]
    assert [config.name for config in configs_of(None)] == list(NAMES)
    with pytest.raises(UsageError, match=r"unknown model 'beauty'.*comparator, aesthetic"):
        configs_of("beauty")
    with pytest.raises(UsageError, match="twice"):
        configs_of("rules,rules")


def test_an_owners_aesthetic_checkpoint_scores_by_its_path(tmp_path, photos):
    checkpoint = tmp_path / "run7" / "best_model.pt"
    checkpoint.parent.mkdir()
    state = state_of(random_backbone(), random_head([], 1, nn.ReLU))
    small = {"transform": {"resize_size": 64, "crop_size": 64}}
    torch.save(file_content(state, config_of([], "regression") | small), checkpoint)
    bench = bench_of(str(checkpoint), tmp_path)
    judge = bench.judges[0]
    assert (judge.name, judge.type) == ("run7/best_model.pt", JudgeType.SCORER)
    assert judge.info is not None and len(judge.info.sha256 or "") == 64
    scores = [judge.look(seen(np.asarray(photos[name]))) for name in ("astronaut", "rocket")]
    forwards, backwards = judge.prefer(*scores), judge.prefer(*reversed(scores))
    assert forwards.first_over_second == pytest.approx(1 - backwards.first_over_second)
    assert forwards.first_score != forwards.second_score and not forwards.flipped
    judge.close()
    checkpoint.unlink()


def test_what_cannot_run_is_listed_with_its_reason(tmp_path):
    bench = bench_of(f"aesthetic,rules,{tmp_path / 'absent.pt'}", tmp_path)
    assert [judge.name for judge in bench.judges] == ["rules", "constant"]
    assert "models install" in bench.missing["aesthetic"]
    assert "does not exist" in bench.missing[f"{tmp_path.name}/absent.pt"]


def test_metrics_of_one_photo_are_its_own(tmp_path, photos):
    bench = bench_of("sharpness,contrast,noise", tmp_path)
    first, second = (seen(np.asarray(photos[name])) for name in ("astronaut", "coffee"))
    looks = [[judge.look(image) for judge in bench.judges[:3]] for image in (first, second, first)]
    assert looks[0] == looks[2] != looks[1]
    assert len(set(looks[0])) == 3


def comparator_file(path, config):
    """A Siamese comparator whose answer depends on the photos: random, but not constant."""
    torch.manual_seed(6)
    head = nn.Linear(2048, 2)
    state = {key: value for key, value in state_of(random_backbone(), nn.Sequential()).items()}
    torch.save(
        {
            "epoch": 1,
            "model_state_dict": state | {"mlp.0.weight": head.weight.data, "mlp.0.bias": head.bias.data},
            "val_acc": np.float64(0.7),
            "config": {"model": {"cnn_backbone": "resnet50", "mlp_hidden_dims": []}} | config,
        },
        path,
    )


@pytest.mark.parametrize(("meaning", "sign"), [("second photo better", 1), ("first photo better", -1)])
def test_an_owners_comparator_answers_by_its_path_as_its_file_says(tmp_path, photos, meaning, sign):
    path = tmp_path / "best_model.pt"
    comparator_file(path, {"class_meaning": {"1": meaning}})
    bench = bench_of(str(path), tmp_path)
    judge = bench.judges[0]
    assert judge.type is JudgeType.COMPARATOR and judge.info is not None and judge.info.sha256
    first, second = (judge.look(seen(np.asarray(photos[name]))) for name in ("astronaut", "rocket"))
    forwards, backwards = judge.prefer(first, second), judge.prefer(second, first)
    assert forwards.first_over_second == pytest.approx(1 - backwards.first_over_second)
    assert forwards.flipped == backwards.flipped
    weight = torch.load(path, weights_only=False)["model_state_dict"]["mlp.0.weight"].numpy()
    logits = weight @ (first - second)
    assert np.sign(0.5 - forwards.first_over_second) == sign * np.sign(logits[1] - logits[0])
    judge.close()
    path.unlink()
