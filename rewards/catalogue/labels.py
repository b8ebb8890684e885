"""What the audit trail calls what is done with rewards."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.kinds import OperationLabels, SubjectKind

from .models import Reward, RewardCategory


def _fields() -> Mapping[str, str | Promise]:
    columns = {one.name: capfirst(str(one.verbose_name)) for one in Reward._meta.concrete_fields}
    return {
        **columns,
        "repeat_interval": _("Again after"),
        "transfer_expires": _("Valid after a transfer"),
        "order": _("Order"),
        "of": _("Clone of"),
        "texts": _("Texts"),
        "image": _("Image"),
        "width": _("Width"),
        "height": _("Height"),
        "bytes": _("Bytes"),
    }


AUDIT = (
    OperationLabels(
        _("Rewards"),
        {
            "reward.create": _("Reward created"),
            "reward.change": _("Reward changed"),
            "reward.clone": _("Reward cloned"),
            "reward.activate": _("Reward activated"),
            "reward.deactivate": _("Reward set inactive"),
            "reward.archive": _("Reward archived"),
            "reward.restore": _("Reward restored"),
            "reward.upload_image": _("Image uploaded"),
            "reward.reorder": _("Order of rewards changed"),
            "reward_category.create": _("Reward category created"),
            "reward_category.change": _("Reward category changed"),
            "reward_message.change": _("Message about rewards changed"),
        },
        _fields,
    ),
    SubjectKind("reward", _("Reward"), Reward, key="slug", name="name"),
    SubjectKind("reward_category", _("Reward category"), RewardCategory, key="slug", name="name"),
)
