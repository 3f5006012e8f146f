"""`train` as a user runs it."""

import subprocess
import sys
from pathlib import Path

from tests.unit.training_files import SMALL, ava_lines, write_backbone, write_photos, write_run

ROOT = Path(__file__).resolve().parents[2]


def train(*arguments):
    command = [sys.executable, "main.py", "train", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)


def test_a_run_from_its_yaml_to_the_line_that_puts_it_to_use(tmp_path):
    worth = write_photos(tmp_path / "photos", ("coffee", "chelsea"))
    (tmp_path / "AVA.txt").write_text("\n".join(ava_lines(worth)), encoding="utf-8")
    file = write_run(
        tmp_path,
        data={"labels": str(tmp_path / "AVA.txt")},
        model={"pretrained": str(write_backbone(tmp_path / "resnet50.pth"))},
        transform=SMALL,
        training={"freeze_backbone": True, "epochs": 1},
    )
    data_dir = tmp_path / "data"
    done = train("aesthetic", "--config", file, "--data-dir", data_dir)
    assert done.returncode == 0, done.stderr
    assert "4 to train on, 2 to choose by" in done.stdout and "val spearman" in done.stdout
    assert "quality_assessment.ava_checkpoint" in done.stdout and done.stderr == ""
    assert (tmp_path / "out" / "curves.png").read_bytes().startswith(b"\x89PNG")
    again = train("aesthetic", "--config", file, "--data-dir", data_dir)
    assert again.returncode == 5 and "holds a run already" in again.stderr
    done_already = train("aesthetic", "--config", file, "--data-dir", data_dir, "--resume")
    assert "All epochs of this run were done already: nothing was trained." in done_already.stdout
    (tmp_path / "out" / "last_state.pt").unlink()
    (tmp_path / "out" / "best_model.pt").unlink()


def test_a_mistake_in_the_yaml_is_one_sentence(tmp_path):
    file = write_run(tmp_path, training={"epoch": 3})
    done = train("comparator", "--config", file, "--data-dir", tmp_path / "data")
    assert done.returncode == 2
    assert f"{file}, line" in done.stderr and "Did you mean training.epochs?" in done.stderr
    assert not (tmp_path / "out").exists()
