"""What a machine can say about a page: axe, the width, the console."""

from axe_playwright_python.sync_playwright import Axe

AXE = Axe()
ASKED = {"resultTypes": ["violations"], "elementRef": False, "iframes": False}


def axe_faults(page) -> list[str]:
    found = AXE.run(page, options=ASKED).response["violations"]
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")
    ]


def faults(page) -> list[str]:
    """What is wrong with the page as it stands. A page that is not there says 404 on the console, and nothing else may."""
    page.stand()
    found = [f"axe {fault}" for fault in axe_faults(page)]
    if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:
        found.append("scrolls sideways")
    missing = page.url.endswith("/999999/")
    found += [f"console {text}" for text in page.complaints if not (missing and "404" in text)]
    return [f"{page.url} {fault}" for fault in found]
