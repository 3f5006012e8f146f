"""Losses, metrics and preparation against what they are defined as."""

import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance

from engine.album.decode import decode
from engine.models.ava_config import AvaTransform
from engine.models.siamese_config import SiameseTransform
from engine.training.batches import shuffled
from engine.training.losses import comparator_loss, expectation, opinion_loss, ranking_loss, score_of
from engine.training.preparation import Preparation, augmented
from engine.training.settings import Augment
from engine.training.tasks import ComparatorTask
from engine.types import Photo

NO_CHANGE = Augment(horizontal_flip=False, smallest_crop=1.0, brightness=0, contrast=0, saturation=0)
MUCH_CHANGE = Augment(horizontal_flip=True, smallest_crop=0.6, brightness=0.5, contrast=0.5, saturation=0.5)


@pytest.mark.parametrize("name", ["emd", "kl", "mse", "l1"])
def test_a_loss_is_smallest_where_the_outputs_agree(name):
    votes = torch.tensor([[0.0, 0.1, 0.2, 0.4, 0.2, 0.1, 0.0, 0.0, 0.0, 0.0]]).clamp(min=1e-6)
    votes = votes / votes.sum()
    right, wrong = votes.log(), votes.flip(1).log()
    assert opinion_loss(name, right, votes).item() == pytest.approx(0, abs=1e-5)
    assert opinion_loss(name, wrong, votes) > 0.05


def test_losses_have_the_values_they_are_defined_by():
    votes = torch.zeros(1, 10)
    votes[0, 4] = 1.0  # all say 5
    assert opinion_loss("l1", torch.tensor([[7.0]]), votes).item() == pytest.approx(2.0)
    assert opinion_loss("mse", torch.tensor([[7.0]]), votes).item() == pytest.approx(4.0)
    nine = torch.full((1, 10), -50.0)
    nine[0, 8] = 50.0
    assert opinion_loss("emd", nine, votes).item() == pytest.approx((4 / 10) ** 0.5)
    even = torch.zeros(1, 10)
    assert opinion_loss("kl", even, votes).item() == pytest.approx(np.log(10))


def test_a_lead_beyond_the_margin_costs_nothing_and_ranknet_is_never_sure():
    first, second = torch.tensor([3.0]), torch.tensor([0.0])
    mine, theirs = torch.tensor([1.0]), torch.tensor([0.0])
    assert ranking_loss("margin", first, second, mine, 1.0).item() == 0.0
    assert ranking_loss("margin", first, second, theirs, 1.0).item() == 4.0
    assert ranking_loss("ranknet", first, second, mine, 1.0).item() == pytest.approx(np.log1p(np.exp(-3)))


def test_shares_count_as_they_are_where_they_are_soft_and_as_winners_else():
    sure = torch.tensor([[[4.0, -4.0]], [[-4.0, 4.0]]])  # the first photo, in both orders
    low, high = np.log1p(np.exp(-8)), np.log1p(np.exp(8))
    three_of_four, half = torch.tensor([0.75]), torch.tensor([0.5])
    assert comparator_loss(sure, three_of_four, soft=False).item() == pytest.approx(low, rel=1e-3)
    assert comparator_loss(sure, three_of_four, soft=True).item() == pytest.approx(0.75 * low + 0.25 * high)
    for soft in (True, False):
        assert comparator_loss(sure, half, soft=soft).item() == pytest.approx((low + high) / 2)


def test_emd_ranks_distributions_as_the_distance_does():
    votes = torch.eye(10)[4:5]
    shifted = [torch.eye(10)[place : place + 1] for place in (5, 6, 9)]
    losses = [opinion_loss("emd", (each + 1e-9).log(), votes).item() for each in shifted]
    distances = [wasserstein_distance(range(10), range(10), votes[0], each[0]) for each in shifted]
    assert losses == sorted(losses) and distances == sorted(distances)
    assert losses[0] == pytest.approx((1 / 10) ** 0.5, abs=1e-3)


def test_a_distribution_is_scored_by_its_mean_and_a_regression_by_itself():
    assert score_of(torch.zeros(2, 10)).tolist() == pytest.approx([5.5, 5.5])
    assert score_of(torch.tensor([[7.25]])).tolist() == [7.25]
    assert expectation(torch.eye(10)).tolist() == pytest.approx(list(range(1, 11)))


@pytest.mark.parametrize("name", ["ranknet", "margin"])
def test_ranking_wants_the_preferred_photo_ahead(name):
    high, low = torch.tensor([7.0]), torch.tensor([4.0])
    for preference, better, worse in ((1.0, high, low), (0.0, low, high)):
        wanted = torch.tensor([preference])
        assert ranking_loss(name, better, worse, wanted, 0.5) < ranking_loss(name, worse, better, wanted, 0.5)


def test_class_1_means_that_the_second_photo_is_better():
    second_better = torch.tensor([[[-4.0, 4.0]], [[4.0, -4.0]]])  # both orders agree
    assert comparator_loss(second_better, torch.tensor([0.0]), soft=False) < 0.01
    assert comparator_loss(second_better, torch.tensor([1.0]), soft=False) > 4
    first_always = torch.tensor([[[4.0, -4.0]], [[4.0, -4.0]]])
    for preference in (0.0, 1.0):
        assert comparator_loss(first_always, torch.tensor([preference]), soft=False) > 3.9


def test_a_comparator_that_always_says_first_is_half_right_and_all_order():
    rows = [("1", "a", "b", preference, 0.9, 0.1) for preference in (0.9, 0.1, 0.8, 0.2)]
    metrics = ComparatorTask(soft=False).metrics(rows)
    assert metrics == {"val_acc": 0.5, "val_order_bias": 1.0}
    right = [("1", "a", "b", preference, preference, preference) for preference in (0.9, 0.1, 0.5)]
    assert ComparatorTask(soft=False).metrics(right)["val_acc"] == 1.0


@pytest.mark.parametrize(
    "transform", [AvaTransform(), *(SiameseTransform(kind) for kind in ("standard", "paper", "paper_pad"))]
)
def test_a_photo_is_prepared_as_it_will_be_in_use(photo_files, transform):
    path = photo_files["rocket"]
    seen = decode(Photo(0, path.name, (path,))).image
    preparation = Preparation(transform, (0.5,) * 3, (0.5,) * 3)
    assert np.array_equal(preparation.square(path, None, ()), transform.cropped(seen))
    assert np.array_equal(preparation.square(path, NO_CHANGE, (1,)), transform.cropped(seen))


def test_augmentation_follows_from_the_seed_and_leaves_padding_alone(photos):
    image = np.asarray(photos["coffee"])
    transform = SiameseTransform("paper_pad")
    one, same, other = (
        augmented(image, transform, MUCH_CHANGE, np.random.default_rng(seed))
        for seed in ((1, 2), (1, 2), (1, 3))
    )
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert one.shape == (224, 224, 4)
    assert np.array_equal(one[..., 3], transform.cropped(image)[..., 3])


def test_each_epoch_has_an_order_of_its_own():
    orders = [shuffled(50, seed, epoch) for seed, epoch in ((1, 1), (1, 1), (1, 2), (2, 1))]
    assert orders[0] == orders[1] and orders[0] != orders[2] != orders[3]
    assert sorted(orders[0]) == list(range(50))
