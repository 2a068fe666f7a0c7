"""Picture every kind of letter, at the widths of a desk and of a phone: python -m tests.letters.take_letters

Into var/screenshots/letters/, from the story of tests/letters/letter_story.py on a database that is thrown away.
"""

import os
import shutil
import tempfile

import django
from playwright.sync_api import sync_playwright

from launch.environment import VAR

PICTURES = VAR / "screenshots" / "letters"
WIDTHS = (760, 390)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "VAR_DIR": folder,
            "DATABASE_URL": "",  # the caller's is not touched
            "REDIS_URL": "",
            "EMAIL_URL": "",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright keeps an event loop on this thread
        }
        django.setup()
        from django.core.management import call_command
        from django.db import transaction

        from accounts.models import Letter
        from accounts.post import outbox
        from tests.cast import assemble  # the models these read need the lines above
        from tests.letters.letter_story import tell

        call_command("migrate", verbosity=0)
        with transaction.atomic():
            tell(assemble())
            letters = {letter.stem: outbox.message_of(letter) for letter in Letter.objects.order_by("pk")}
            transaction.set_rollback(True)  # nothing is sent
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        place = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=place, args=["--no-sandbox"])
        for width in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": 400})
            for stem, message in sorted(letters.items()):
                page.set_content(message.alternatives[0].content)
                page.screenshot(path=PICTURES / f"{stem.replace('/', '-')}-{width}.png", full_page=True)
        browser.close()
    print(f"{len(letters)} letters in {PICTURES}")


if __name__ == "__main__":
    main()
