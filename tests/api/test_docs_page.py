"""The docs page in a real browser, under the house's content security policy."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer


@pytest.mark.browser
@pytest.mark.slow
def test_shows_every_operation_without_any_other_host(live_server: LiveServer) -> None:
    complaints: list[str] = []
    hosts: set[str] = set()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page: Page = browser.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.goto(f"{live_server.url}/api/v1/docs")
        page.get_by_text("/api/v1/applications", exact=True).first.wait_for()
        assert page.locator(".opblock").count() > 20
        browser.close()
    assert complaints == []
    # What comes as a data: address has no host.
    assert hosts - {""} == {urlsplit(live_server.url).netloc}
