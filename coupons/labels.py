"""What the audit trail calls what is done with coupons and pools."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.kinds import OperationLabels, SubjectKind

from .models import Pool


def _fields() -> Mapping[str, str | Promise]:
    columns = {one.name: capfirst(str(one.verbose_name)) for one in Pool._meta.concrete_fields}
    return {
        **columns,
        "coupon": _("Coupon pool"),
        "code": _("Code"),
        "codes": _("Codes"),
        "expires": _("Valid for"),
        "update_method": _("Coupons that follow"),
    }


AUDIT = (
    OperationLabels(
        _("Coupons"),
        {
            "coupon.assign": _("Coupon assigned"),
            "coupon.redeem": _("Coupon redeemed"),
            "coupon.unredeem": _("Redemption taken back"),
            "coupon.unassign": _("Coupon unassigned"),
            "coupon.invalidate": _("Coupon invalidated"),
            "coupon.expiration": _("Expiration of a coupon changed"),
            "coupon.transfer": _("Coupon transferred"),
            "coupon.withdraw": _("Unassigned code invalidated"),
            "coupon_pool.create": _("Coupon pool created"),
            "coupon_pool.change": _("Coupon pool changed"),
            "coupon_pool.upload": _("Codes uploaded"),
            "coupon_pool.generate": _("Codes ordered"),
        },
        _fields,
    ),
    SubjectKind("coupon_pool", _("Coupon pool"), Pool, key="slug", name="name"),
)
