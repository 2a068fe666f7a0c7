"""As many firms without an account as a test wants, in the cast's two districts."""

from datetime import date

from accounts.models import Enterprise, Residence
from tests.cast import Cast


def many_firms(cast: Cast, number: int, begin: int = 0) -> list[Enterprise]:
    firms = [
        Enterprise(
            credit_code=f"91500000MA{n:06d}00",
            name=f"重庆第{n}软件有限公司",
            contact_name="统计员",
            mobile="13800000000",
            email=f"firm{n}@example.com",
            joined_on=date(2023, 1, 1),
        )
        for n in range(begin, begin + number)
    ]
    Enterprise.objects.bulk_create(firms)
    where = (cast.yuzhong, cast.nanan)
    Residence.objects.bulk_create(
        Residence(enterprise=firm, district=where[n % 2], since=firm.joined_on) for n, firm in enumerate(firms)
    )
    return firms
