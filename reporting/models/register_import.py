from django.db import models

from accounts.models import District
from reporting.models.long_import import LongImport


class RegisterImportQuerySet(models.QuerySet):
    def visible_to(self, user) -> "RegisterImportQuerySet":
        """A district sees its own imports, the city those of the city."""
        return self.filter(district=user.district_id) if user.may.keep_register else self.none()


class RegisterImport(LongImport):
    """名录导入. `outcome` is the comparison with the register row by row (reporting.register.imports.outcome)."""

    FOLDER = "register"

    file = models.FileField("文件", upload_to="register/", blank=True)
    outcome = models.FileField("对照", upload_to="register/", blank=True)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="区县")

    objects = RegisterImportQuerySet.as_manager()

    class Meta(LongImport.Meta):
        verbose_name = "名录导入"
