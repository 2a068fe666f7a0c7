"""Make a small demonstration city of its own and picture every screen as everybody who may see it, at both widths.

python -m tests.take_screenshots              into var/screenshots/1440/ and var/screenshots/390/
python -m tests.take_screenshots review t6    only screens with one of these words in their name
python -m tests.take_screenshots --axe        axe looks at each as well, which takes three times as long
"""

import os
import shutil
import subprocess
import sys

import django
from playwright.sync_api import sync_playwright

from launch.environment import ROOT, VAR
from launch.servers import free_port, wait_for_port
from launch.supervision import Supervisor, start

PICTURES = VAR / "screenshots"
CITY = PICTURES / "city"
ENTERPRISES = "60"


def main(words: list[str]) -> None:
    CITY.mkdir(parents=True, exist_ok=True)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    os.environ |= {
        "VAR_DIR": str(CITY),
        "DATABASE_URL": f"sqlite:///{CITY / 'db.sqlite3'}",
        "REDIS_URL": "",  # the caller's is not touched
        "EMAIL_URL": "",
        "SITE_URL": address,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright keeps an event loop on this thread
    }
    subprocess.run([sys.executable, ROOT / "manage.py", "prepare", "--demo", "--enterprises", ENTERPRISES], check=True)
    django.setup()
    from tests.browser.pictures import take  # the models it reads need the lines above

    with Supervisor() as supervisor, open(CITY / "web.log", "w") as log, sync_playwright() as playwright:
        web = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "2"]
        wait_for_port(supervisor.add(start("web", web, stdout=log, stderr=subprocess.STDOUT)), port)
        place = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(
            executable_path=place, args=["--no-sandbox"], env=os.environ | {"LANGUAGE": "zh_CN"}
        )
        take(browser, address, PICTURES, [word for word in words if word != "--axe"], with_axe="--axe" in words)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
