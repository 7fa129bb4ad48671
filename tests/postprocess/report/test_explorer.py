"""The page of a window in a real browser: a moved input says what the command would say."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest

from napress.postprocess.figures.time_map import draw_time_map
from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.fracture.scatter import FlawStatistics, Scatter
from napress.postprocess.report.explorer import explorer
from napress.postprocess.report.page import render
from napress.postprocess.window.answer import Answer, as_data, headline, sections
from napress.postprocess.window.curves import Curves
from napress.postprocess.window.ends import Targets, find_window
from napress.postprocess.window.holding import doubled, survival
from napress.postprocess.window.survival import pressures_looked_at, softening

GRID = np.geomspace(0.1, 360.0, 90)
SEEDS = np.array([1.0, 1.3, 0.8])[:, None]
FLAWS = FlawStatistics(Scatter("lognormal", 14.0, 0.5), Scatter("lognormal", 0.2, 0.15))
INVASION = FlawInvasion(9300 / (1 - 0.41**2), 0.235, 500.0, 0.53, 5.0, (5.0, 6.1))


def make_answer(targets: Targets) -> Answer:
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
    found = survival(
        curves,
        targets,
        softening(0.235, INVASION.metals()[0], False, None),
        [free, Confinement("rigid die", 9300.0, 0.41), Confinement("isostatic", 9300.0, 0.41)],
        INVASION,
        FLAWS,
        np.ones((3, len(pressure))),
        pressure,
        600.0,
        True,
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
    assert {"short", "arrested", "resistance met", "not closed"} <= set(np.ravel(states["a"]))
    texts = dict(sections(answer))["In the time it is held"]
    assert texts[0].startswith("Press at") and " for " in texts[0]
    assert any("isostatic" in text and "no short" in text for text in texts)
    assert any(text.startswith("Measure first") for text in texts)


def test_the_map_is_drawn(tmp_path):
    figure = draw_time_map(make_answer(FIRST).survival)
    names = {text.get_text() for text in figure.legends[0].get_texts()}
    assert {"short", "arrested", "resistance met", "not closed"} <= names
    mesh = figure.axes[0].collections[0]
    assert mesh.get_array().shape == make_answer(FIRST).survival.time_map.worst.shape


def test_survival_shrinks_and_closing_grows_with_time():
    states = make_answer(FIRST).survival.time_map
    short = states.worst == 5
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
