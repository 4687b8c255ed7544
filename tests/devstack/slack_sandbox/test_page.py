"""The page keeps what its modules promise: nothing from elsewhere, no text parsed as HTML."""

import re
from pathlib import Path

import pytest

from devstack.slack_sandbox.routes.pages import PAGE

INDEX = (PAGE / "index.html").read_text()
MODULES = sorted(PAGE.glob("*.js"))
FILES = sorted(path for path in PAGE.iterdir() if path.suffix in {".js", ".css", ".html"})
IMPORT = re.compile(r"""^import .*?from '\./(?P<module>[\w-]+\.js)';""", re.MULTILINE | re.DOTALL)
BY_ID = re.compile(r"""byId\('(?P<id>[\w-]+)'\)""")
ICON = re.compile(r"""icon\('(?P<name>[\w-]+)'\)""")
HTML_PARSERS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\("
)
ASKED_FOR = re.compile(r"""(?:src|href)="(?!#|data:)(?P<address>[^"]+)\"""")
LONGEST = 300


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_module_begins_with_its_promise(module: Path) -> None:
    header = module.read_text().partition("*/")[0]
    assert header.startswith("/**\n")
    assert "Promise: " in header


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_stays_short(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_no_module_parses_text_as_html(module: Path) -> None:
    assert HTML_PARSERS.findall(module.read_text()) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_every_import_of_a_module_is_there(module: Path) -> None:
    named = {found["module"] for found in IMPORT.finditer(module.read_text())}
    assert named <= {path.name for path in MODULES}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_page_has_every_element_that_modules_use(module: Path) -> None:
    text = module.read_text()
    asked = {found["id"] for found in BY_ID.finditer(text)}
    icons = {f"icon-{found['name']}" for found in ICON.finditer(text)}
    assert {name for name in asked | icons if f'id="{name}"' not in INDEX} == set()


def test_page_loads_only_its_own_files() -> None:
    addresses = [found["address"] for found in ASKED_FOR.finditer(INDEX)]
    assert addresses
    assert all((PAGE / address.removeprefix("/page/")).is_file() for address in addresses)


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_no_style_or_script_names_another_host(file: Path) -> None:
    text = file.read_text().replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?://[\w.]+", text) == []


def test_page_policy_forbids_other_hosts() -> None:
    policy = re.search(r'content="(default-src [^"]*)"', INDEX)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "script-src 'self';" in policy[1]
    assert "unsafe" not in policy[1]
