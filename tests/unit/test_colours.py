"""The colours of both themes: text and shapes stand out from what they stand on, greys are grey."""

import pytest

from gui.colours import DARK, LEAST_SHAPE, LEAST_TEXT, LIGHT, SHAPE_PAIRS, TEXT_PAIRS, contrast

THEMES = {"dark": DARK, "light": LIGHT}
GREYS = ("GROUND", "BACKGROUND", "PANEL", "BAND_EVEN", "BAND_ODD", "RAISED", "HOVER", "SELECTED", "LINE")


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_PAIRS, LEAST_TEXT), (SHAPE_PAIRS, LEAST_SHAPE)])
def test_everything_stands_out_from_what_it_stands_on(name, pairs, least):
    colours = THEMES[name]
    found = {
        (over, under): round(ratio, 2)
        for over, grounds in pairs.items()
        for under in grounds
        if (ratio := contrast(colours[over], colours[under])) < least
    }
    assert found == {}


@pytest.mark.parametrize("name", THEMES)
def test_what_is_around_photos_is_grey(name):
    for grey in (*GREYS, "TEXT", "MUTED", "FAINT"):
        red, green, blue = (THEMES[name][grey][at : at + 2] for at in (1, 3, 5))
        assert red == green == blue, grey


def test_both_themes_have_the_same_colours():
    assert DARK.keys() == LIGHT.keys()


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0)],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)
