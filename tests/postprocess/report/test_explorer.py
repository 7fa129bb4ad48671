"""The page of a window in a real browser: a moved input says what the command would say."""

from __future__ import annotations

import functools
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from napress.postprocess.figures.time_map import draw_time_map
from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.fracture.scatter import FlawStatistics, Scatter
from napress.postprocess.invasion.history import Stretch
from napress.postprocess.report.explorer import explorer
from napress.postprocess.report.page import render
from napress.postprocess.window.answer import Answer, as_data, headline, sections
from napress.postprocess.window.closing import Held, closing
from napress.postprocess.window.curves import Curves
from napress.postprocess.window.ends import Targets, find_window, upper_end
from napress.postprocess.window.holding import Faces, Question, doubled, survival
from napress.postprocess.window.survival import STATES, pressures_looked_at

GRID = np.geomspace(0.1, 360.0, 90)
SEEDS = np.array([1.0, 1.3, 0.8])[:, None]
FLAWS = FlawStatistics(Scatter("lognormal", 14.0, 0.5), Scatter("lognormal", 0.2, 0.15))
INVASION = FlawInvasion(9300 / (1 - 0.41**2), 0.235, 500.0, 0.53, 5.0, (5.0, 6.1))


RELEASED = (Stretch(0.0, 60.0, 30.0), Stretch(60.0, 60.0, 600.0), Stretch(60.0, 1.0, 30.0))


@functools.cache
def make_answer(targets: Targets, history=RELEASED, held=False) -> Answer:
    """Three runs whose closure, resistance and ways to break follow simple laws."""
    curves = Curves(
        GRID,
        1 - np.exp(-GRID * SEEDS),
        100 * np.exp(-2 * GRID * SEEDS),
        5 / (GRID * SEEDS) ** 2,
        {},
        {},
    )
    opening = INVASION.opening_MPa(GRID, 0.0)
    broken = {
        "flaw": np.array([[FLAWS.probability(float(o) / s) for o in opening] for s in SEEDS[:, 0]]),
        "weibull_volume": -np.expm1(-((GRID / (90 * SEEDS)) ** 7)),
    }
    window = find_window(curves, broken, targets)
    pressure = pressures_looked_at(GRID, 360.0)
    free = Confinement("none", 9300.0, 0.41)
    names = ("flaw depth", "toughness", "modulus")
    longer = [
        Held(time, replace(curves, void_left_percent=curves.void_left_percent**power))
        for time, power in ((600.0, 1.1), (36000.0, 1.3))
    ]
    others = upper_end(curves, {"weibull_volume": broken["weibull_volume"]}, targets)
    flat = np.ones((3, len(pressure)))
    found = survival(
        curves,
        Question(targets, history, 600.0, others.seeds_MPa),
        closing(curves, curves, longer if held else [], 0.235, INVASION.metals()[0], None),
        [free, Confinement("rigid die", 9300.0, 0.41), Confinement("isostatic", 9300.0, 0.41)],
        INVASION,
        FLAWS,
        Faces(pressure, flat, flat),
        [(name, "halved and doubled", doubled(name, free, INVASION, FLAWS)) for name in names],
    )
    return Answer(
        "made up", targets, window, curves, broken, (1.0,), ("a", "b", "c"), survival=found
    )


FIRST = Targets(99.0, 1.0, 1.0)


def page(answer: Answer) -> str:
    return render(
        "window",
        answer.title,
        compact=True,
        headline=headline(answer),
        paragraph="",
        exists=True,
        images=[],
        heads=(),
        rows=(),
        sections=sections(answer),
        explorer=explorer(answer),
    )


def test_the_answer_in_time_is_data_and_sentences():
    answer = make_answer(FIRST)
    data = as_data(answer)
    states = data["time_map"]["state"]
    assert set(states) == {"a", "b", "c"}
    assert np.array(states["a"]).shape == np.array(data["time_map"]["worst"]).shape
    seen = {"short", "arrested: pressure taken back", "resistance met", "not closed"}
    assert seen | {"breaks otherwise"} <= set(np.ravel(states["a"]))
    texts = dict(sections(answer))["In the time it is held"]
    assert texts[0].startswith("Press at") and " for " in texts[0]
    assert any("isostatic" in text and "no short" in text for text in texts)
    assert any(text.startswith("Measure first") for text in texts)


def test_the_map_is_drawn(tmp_path):
    figure = draw_time_map(make_answer(FIRST).survival)
    names = {text.get_text() for text in figure.legends[0].get_texts()}
    assert {"short", "arrested: pressure taken back", "resistance met", "not closed"} <= names
    mesh = figure.axes[0].collections[0]
    assert mesh.get_array().shape == make_answer(FIRST).survival.time_map.worst.shape


def test_survival_shrinks_and_closing_grows_with_time():
    states = make_answer(FIRST).survival.time_map
    short = states.worst == STATES.index("short")
    assert (np.diff(short.astype(int), axis=0) >= 0).all()
    assert (np.diff((states.worst == 0).astype(int), axis=0) <= 0).all()


def test_ways_of_holding_are_ordered_as_they_hold():
    ways = {way.name: way for way in make_answer(FIRST).survival.ways}
    assert ways["isostatic"].survived_MPa == (None, None)
    assert ways["none"].survived_MPa[1] < ways["rigid die"].survived_MPa[1]
    low, high = ways["none"].survived_MPa
    assert 40 < low < high < 120


def test_the_page_is_one_file_that_reads_without_scripts():
    text = page(make_answer(FIRST))
    assert 'id="explore" hidden' in text
    assert not re.findall(r"(?:src|href)=\"(?!data:)[^\"]+", text) and "http" not in text
    assert "Press at" in re.sub(r"<script.*?</script>", "", text, flags=re.S)


@pytest.fixture(scope="module")
def browser():
    selenium = pytest.importorskip("selenium.webdriver", reason="the extra 'test' has selenium")
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        pytest.skip("needs Debian's chromium and chromium-driver")
    options = selenium.ChromeOptions()
    for option in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(option)
    options.add_argument("--window-size=1000,1600")
    service = selenium.ChromeService(executable_path=shutil.which("chromedriver"))
    driver = selenium.Chrome(options=options, service=service)
    yield driver
    driver.quit()


def put(browser, **fields) -> str:
    """Sets inputs as a user would and returns the stated range."""
    for name, value in fields.items():
        browser.execute_script(
            "const f = document.getElementById(arguments[0]); f.value = arguments[1];"
            "f.dispatchEvent(new Event('input', {bubbles: true}));",
            name,
            str(value),
        )
    return browser.find_element("id", "range").text


def test_moved_inputs_say_what_the_command_says(browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page(make_answer(FIRST)), encoding="utf-8")
    browser.get(path.as_uri())
    assert browser.find_element("id", "explore").is_displayed()
    assert browser.find_element("id", "range").text == headline(make_answer(FIRST))
    moved = ((95.0, 1.0, 1.0), (99.9, 1.0, 1.0), (99.0, 0.2, 1.0), (99.0, 1.0, 10.0))
    said = set()
    for closure, resistance, failure in moved:
        text = put(browser, closure=closure, resistance=resistance, failure=failure)
        assert text == headline(make_answer(Targets(closure, resistance, failure)))
        said.add(text)
    assert len(said) == len(moved)


def test_flaws_holding_and_time_move_the_answer(browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page(make_answer(FIRST)), encoding="utf-8")
    browser.get(path.as_uri())
    before = browser.find_element("id", "range").text
    assert put(browser, depth=56) != before
    # Four times the depth and twice the toughness are the same flaws.
    assert put(browser, depth=56, toughness=0.4) == before

    def shorted() -> float:
        found = re.search(r"short from ([\d.e+]+)", browser.find_element("id", "intime").text)
        return float(found.group(1)) if found else np.inf

    put(browser, depth=14, toughness=0.2, time=8)
    short_hold = shorted()
    put(browser, time=20)
    assert shorted() < short_hold
    put(browser, way="isostatic")
    assert shorted() == np.inf


def test_the_picture_on_the_page_is_the_map_of_the_command(browser, tmp_path):
    """Pixel by pixel: flaws that start, stop, short, and what else breaks."""
    from matplotlib.colors import to_rgb

    from napress.postprocess.figures.time_map import COLOURS

    answer = make_answer(FIRST)
    path = tmp_path / "report.html"
    path.write_text(page(answer), encoding="utf-8")
    browser.get(path.as_uri())
    count = answer.survival.time_map.worst.shape
    pixels = browser.execute_script(
        "const c = document.getElementById('map'), p = c.getContext('2d'), all = [];"
        "for (let t = 0; t < arguments[0]; t++) for (let i = 0; i < arguments[1]; i++) {"
        "const y = c.height - (t + 0.7) * c.height / arguments[0];"
        "all.push(Array.from(p.getImageData((i + 0.5) * c.width / arguments[1], y, 1, 1).data));}"
        "return all;",
        *count,
    )
    colours = np.array([to_rgb(c) for c in COLOURS]) * 255
    shown = np.abs(np.array(pixels)[:, None, :3] - colours).sum(axis=2)
    states = shown.argmin(axis=1).reshape(count)
    # Letters and the line of the chosen hold lie over some.
    sure = shown.min(axis=1).reshape(count) < 6
    wrong = sure & (states != answer.survival.time_map.worst)
    assert sure.mean() > 0.8 and wrong[sure].mean() < 0.02
    broken = answer.survival.time_map.worst >= STATES.index("flaw starts")
    assert len(np.unique(answer.survival.time_map.worst[broken & sure])) >= 3
