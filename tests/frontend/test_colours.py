"""Every colour pair can be read, and no two states look alike to anybody.

Contrast after WCAG 2.2; distance is CIEDE2000 over normal and simulated vision (Machado,
Oliveira and Fernandes 2009, severity 1.0).
"""

from __future__ import annotations

import re
from itertools import combinations, product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from django.conf import settings

Vector = npt.NDArray[np.float64]
KINDS = ("ok", "warn", "crit", "maint", "unknown")
GROUNDS = ("surface", "canvas", "sunken")
TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
VISION = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def themes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r"([^{}]*)\{([^{}]*)\}", TOKENS.read_text())
    found: dict[str, dict[str, str]] = {}
    names = {
        ":root": "light",
        '[data-theme="dark"]': "dark",
        ":root:not([data-theme])": "system",
    }
    for selector, body in blocks:
        name = names.get(selector.split("*/")[-1].split("{")[-1].strip())
        colours = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", body))
        if name and colours:
            found[name] = colours
    return found


THEMES = themes()
both = pytest.mark.parametrize("theme", ["light", "dark"])


def test_the_dark_theme_is_the_same_by_choice_and_by_system() -> None:
    assert THEMES["dark"] == THEMES["system"]
    assert THEMES["dark"].keys() == THEMES["light"].keys()


@both
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", ["text", "text-2", "text-3", "accent"])
def test_text_can_be_read_on_every_ground(theme: str, text: str, ground: str) -> None:
    assert contrast(theme, text, ground) >= 4.5


@both
@pytest.mark.parametrize("kind", KINDS)
def test_a_status_pill_can_be_read(theme: str, kind: str) -> None:
    for ground in (f"soft-{kind}", "surface", "canvas"):
        assert contrast(theme, f"fg-{kind}", ground) >= 4.5


@both
def test_words_on_buttons_and_banners_can_be_read(theme: str) -> None:
    assert contrast(theme, "on-accent", "accent") >= 4.5
    assert contrast(theme, "on-accent", "accent-hover") >= 4.5
    assert contrast(theme, "accent", "accent-soft") >= 4.5
    for kind in KINDS:
        assert contrast(theme, "text", f"soft-{kind}") >= 7


@both
def test_marks_lines_controls_and_focus_stand_out(theme: str) -> None:
    marks = [f"mark-{kind}" for kind in KINDS]
    for name, ground in product([*marks, "control", "focus"], ["surface", "canvas"]):
        assert contrast(theme, name, ground) >= 3, (name, ground)
    for n in range(1, 7):  # lines are drawn on cards
        assert contrast(theme, f"series-{n}", "surface") >= 3


@both
@pytest.mark.parametrize("vision", VISION)
def test_no_two_status_marks_look_alike(theme: str, vision: str) -> None:
    assert closest(theme, [f"mark-{kind}" for kind in KINDS], vision) >= 16


@both
@pytest.mark.parametrize("vision", VISION)
def test_no_two_series_look_alike(theme: str, vision: str) -> None:
    assert closest(theme, [f"series-{n}" for n in range(1, 7)], vision) >= 13.5


def test_the_distance_agrees_with_published_pairs() -> None:
    # Sharma, Wu and Dalal (2005), test pairs 1, 7 and 25.
    pairs = [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ]
    for a, b, expected in pairs:
        assert ciede2000(np.array(a), np.array(b)) == pytest.approx(expected, abs=1e-4)


def contrast(theme: str, a: str, b: str) -> float:
    first, second = (luminance(THEMES[theme][name]) for name in (a, b))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def closest(theme: str, names: list[str], vision: str) -> float:
    seen = [lab(VISION[vision] @ linear(THEMES[theme][name])) for name in names]
    return min(ciede2000(a, b) for a, b in combinations(seen, 2))


def linear(colour: str) -> Vector:
    parts = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ TO_XYZ[1])


def lab(light: Vector) -> Vector:
    scaled = TO_XYZ @ np.clip(light, 0, 1) / WHITE
    f = np.where(scaled > 0.008856, np.cbrt(scaled), 7.787 * scaled + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(first: Vector, second: Vector) -> float:
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean_chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 1.5 - 0.5 * np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7))
    c1, c2 = np.hypot(g * a1, b1), np.hypot(g * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, g * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    delta_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    t = 1 + sum(
        factor * np.cos(np.radians(times * hue + shift))
        for factor, times, shift in (
            (-0.17, 1, -30),
            (0.24, 2, 0),
            (0.32, 3, 6),
            (-0.2, 4, -63),
        )
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    rotation = 60 * np.exp(-(((hue - 275) / 25) ** 2))
    r = -np.sin(np.radians(rotation)) * 2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))
    dl, dc, dh = (l2 - l1) / s_l, (c2 - c1) / s_c, delta_h / s_h
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + r * dc * dh))
