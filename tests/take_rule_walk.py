"""Record the walk of a revision: R604 changed, who newly fails, the rehearsal, the publication, and a filing submitted
before that is still judged by the old text.

python -m tests.take_rule_walk    into docs/pictures/rule-walk-1.png … rule-walk-6.png

In a demonstration city of its own, which is thrown away.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, expect, sync_playwright

from launch.environment import ROOT
from launch.servers import free_port, wait_for_port
from launch.supervision import Supervisor, start

PICTURES = ROOT / "docs" / "pictures"
ENTERPRISES = "60"
MONTH = "2024M05"
R604 = "/city/desk/rules/R604/"
MISTAKEN = "M20211 + M2O212 <= 0.6 * M2021 + eps(2)"
EDITED = MISTAKEN.replace("O", "0")
MESSAGE = "基础软件与工业软件收入之和不得大于软件产品收入的六成"
WHY = "示例：关于调整软件业务月报审核关系的通知（演示，非真实文件）"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        os.environ |= {
            "VAR_DIR": folder,
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'db.sqlite3'}",
            "REDIS_URL": "",
            "EMAIL_URL": "",
            "SITE_URL": address,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright keeps an event loop on this thread
        }
        subprocess.run(
            [sys.executable, ROOT / "manage.py", "prepare", "--demo", "--enterprises", ENTERPRISES], check=True
        )
        django.setup()
        with Supervisor() as supervisor, open(Path(folder) / "web.log", "w") as log, sync_playwright() as playwright:
            web = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "2"]
            wait_for_port(supervisor.add(start("web", web, stdout=log, stderr=subprocess.STDOUT)), port)
            place = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
            browser = playwright.chromium.launch(
                executable_path=place, args=["--no-sandbox"], env=os.environ | {"LANGUAGE": "zh_CN"}
            )
            walk(the_city_at_its_desk(browser, address))
            browser.close()
    print(f"rule-walk-1.png … rule-walk-6.png in {PICTURES}")


def the_city_at_its_desk(browser: Browser, address: str) -> Page:
    from django.conf import settings

    from accounts.models import User
    from tests.browser.walk import official, session_of  # the models these read need django.setup()

    context = browser.new_context(
        base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 860}
    )
    key = session_of(official(User.Role.CITY))
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": address}])
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def walk(page: Page) -> None:
    page.goto("/city/desk/")
    page.get_by_role("button", name="起草修订").click()
    page.goto(R604)
    expect.set_options(timeout=20_000)
    texts, foot = page.get_by_label("公式（须成立）"), page.locator("#effect-says")
    expect(foot).to_contain_text("没有一家受影响")

    texts.fill(MISTAKEN)  # the letter O for a nought
    expect(page.locator(".mistake mark")).to_be_visible()
    picture(page, 1)

    texts.fill(EDITED)
    expect(foot).to_contain_text("家新增不通过")
    page.get_by_label("提示语").fill(MESSAGE)
    page.wait_for_timeout(1000)
    picture(page, 2)
    submitted = page.locator(".effect-list a[href^='/city/submissions/']").first
    firm, receipt = submitted.inner_text(), submitted.get_attribute("href")

    page.get_by_role("button", name="保存到修订稿").click()
    expect(page.get_by_text("R604已保存到修订稿")).to_be_visible()
    page.goto("/city/desk/")
    page.get_by_label("报告期").select_option(MONTH)
    page.get_by_role("button", name=re.compile("^试算第")).click()
    page.wait_for_url("**/rehearsals/*/")
    rehearse_what_waits()
    page.reload()
    expect(page.get_by_text("已完成").first).to_be_visible()
    picture(page, 3)

    page.goto("/city/desk/publish/")
    page.get_by_label("自哪个报告期起执行").select_option(MONTH)
    page.get_by_label("修订原因和依据").fill(WHY)
    page.get_by_label("已看过上面的改动和试算影响").check()
    picture(page, 4)
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="第2版已发布")).to_be_visible()
    picture(page, 5)

    page.goto(receipt)
    expect(page.get_by_role("heading", level=1)).to_contain_text(firm)
    picture(page, 6)


def rehearse_what_waits() -> None:
    """What a worker would do; there is none beside this small city."""
    from accounts import clock
    from reporting.editions import rehearsal
    from reporting.models import Rehearsal

    for waiting in Rehearsal.objects.filter(state=Rehearsal.RUNNING):
        rehearsal.run(waiting.pk, clock.real_now)


def picture(page: Page, number: int) -> None:
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=PICTURES / f"rule-walk-{number}.png")


if __name__ == "__main__":
    main()
