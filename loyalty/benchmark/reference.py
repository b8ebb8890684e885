"""The checkout as a competent engineer writes it: DRF's serializers and the ORM, in 12 queries; and rewards as rows, without
a rule. Kept to show what the program's way is worth.

Same signature check, same rows; of the checkout the same answer. Only what the benchmark sends is understood.
"""

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Subquery
from django.utils import timezone
from rest_framework import generics, pagination, parsers, permissions, renderers, serializers, views
from rest_framework.request import Request
from rest_framework.response import Response

from customers.models import Customer
from events.models import BusinessKey, Event
from events.orders.models import Transaction
from loyalty.accounts.models import EarningRule
from loyalty.api.access.authentication import ApiKeyAuthentication, Integrator
from loyalty.api.lists.paging import MAX_LIMIT
from loyalty.api.once.models import SavedAnswer
from loyalty.points.ledger.models import Balance, Entry, Lot
from loyalty.program.models import ProgramVersion
from rewards.catalogue.models import Reward


class ItemSerializer(serializers.Serializer[Any]):
    product_id = serializers.CharField(max_length=200)
    product_name = serializers.CharField(max_length=200)
    sku = serializers.CharField(max_length=200)
    product_category = serializers.CharField(max_length=200)
    price = serializers.DecimalField(max_digits=20, decimal_places=4, min_value=Decimal(0), coerce_to_string=False)
    quantity = serializers.IntegerField(min_value=0)
    subtotal = serializers.DecimalField(max_digits=20, decimal_places=4, min_value=Decimal(0), coerce_to_string=False)


class CheckoutSerializer(serializers.Serializer[Any]):
    transaction_id = serializers.CharField(max_length=128)
    total = serializers.DecimalField(max_digits=20, decimal_places=4, min_value=Decimal(0), coerce_to_string=False)
    currency = serializers.CharField(max_length=3)
    channel = serializers.CharField(max_length=100)
    total_quantity = serializers.IntegerField(min_value=0)
    items = ItemSerializer(many=True)


class EventSerializer(serializers.Serializer[Any]):
    customer = serializers.CharField(max_length=128)
    action = serializers.ChoiceField(choices=["checkout"])
    data = CheckoutSerializer()  # type: ignore[assignment]  # the word of the wire, which DRF also uses


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    id = serializers.CharField(source="public_id")

    class Meta:
        model = Customer
        fields = ("id", "created_at", "handler", "status", "language", "currency", "first_name", "last_name", "email",
                  "mobile_phone", "image_url")  # fmt: skip


class EventView(views.APIView):
    authentication_classes = (ApiKeyAuthentication,)
    permission_classes = (permissions.IsAuthenticated,)
    parser_classes = (parsers.JSONParser,)
    renderer_classes = (renderers.JSONRenderer,)

    def post(self, request: Request) -> Response:
        serializer = EventSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        with transaction.atomic():
            customer, balance, event = check_out(request, sent["customer"], sent["data"])
            found = answer(customer, balance, event)
            save_answer(request, customer, found)
        return Response(found)


def save_answer(request: Request, customer: Customer, found: dict[str, Any]) -> None:
    sender = request.user
    assert isinstance(sender, Integrator)
    key = f"{sender.pk}:{request.headers['Idempotency-Key']}"
    SavedAnswer.objects.create(
        api_key_id=sender.pk, digest=hashlib.sha256(key.encode()).digest(),
        fingerprint=hashlib.sha256(request._request.body).digest(), status=200, body=renderers.JSONRenderer().render(found),
        customer_id=customer.pk, expires_at=timezone.now() + timedelta(days=7),
    )  # fmt: skip


def check_out(request: Request, public_id: str, data: dict[str, Any]) -> tuple[Customer, Balance, Event]:
    customer = Customer.objects.select_for_update(of=("self",), no_key=True).get(
        identities__scheme="id", identities__value=public_id
    )
    version = Subquery(ProgramVersion.objects.values("version")[:1])
    rule = EarningRule.objects.select_related("account").annotate(version=version).get(account__is_default=True)
    account = rule.account
    points = int((data["total"] * rule.percentage / 100).to_integral_value())
    at, items = timezone.now(), data.pop("items")
    BusinessKey.objects.create(key=f"checkout:{data['transaction_id']}", recorded_at=at)
    event = _events(request, rule, customer, points, data, items, at)
    arithmetic = {
        "rule": "base", "amount": str(data["total"]), "currency": data["currency"],
        "percentage": str(rule.percentage), "rounding": rule.rounding, "points": points,
    }  # fmt: skip
    lot = Lot.objects.create(
        customer=customer, event_id=event.id, account=account, points=points, remaining=points, earned_at=at,
        arithmetic=arithmetic,
    )  # fmt: skip
    _order(event, data, items, points, at)
    Entry.objects.create(
        customer=customer, event_id=event.id, account=account, kind="earn", points=points, lot_id=lot.id, recorded_at=at
    )
    Balance.objects.filter(customer=customer, account=account).update(earned=F("earned") + points)
    balance = Balance.objects.select_related("account").get(customer=customer, account=account)
    _count_purchase(customer, data["total"], sum(item["quantity"] for item in items), at)
    return customer, balance, event


def _order(event: Event, data: Any, items: list[Any], points: int, at: Any) -> None:
    lines = [
        {
            "product_id": item["product_id"], "name": item["product_name"], "category": item["product_category"],
            **({"quantity": item["quantity"]} if item["quantity"] != 1 else {}), "subtotal": float(item["subtotal"]),
        }
        for item in items
    ]  # fmt: skip
    Transaction.objects.create(
        customer_id=event.customer_id, transaction_id=data["transaction_id"], status="accepted", event_id=event.id,
        account_id=event.account_id, currency=data["currency"], total=data["total"], items=lines, earned=points,
        channel=data["channel"], created_at=at, updated_at=at, checkout_at=at, accepted_at=at,
    )  # fmt: skip


def _events(
    request: Request, rule: Any, customer: Customer, points: int, data: Any, items: list[Any], at: Any
) -> Event:
    common = {
        "customer": customer,
        "transaction_id": data["transaction_id"],
        "source": "api",
        "api_key_id": request.user.pk,
        "ip_address": request.META["REMOTE_ADDR"],
        "user_agent": request.META["HTTP_USER_AGENT"],
        "occurred_at": at,
        "recorded_at": at,
        "program_version": rule.version,
    }
    stored = {**data, "total": float(data["total"])}
    event = Event.objects.create(action="checkout", points=points, account_id=rule.account.id, data=stored, **common)
    lines = [
        {**item, "price": float(item["price"]), "subtotal": float(item["subtotal"])}
        | {"currency": data["currency"], "channel": data["channel"]}
        for item in items
    ]
    Event.objects.bulk_create(
        [Event(action="checkout_item", data=line, parent_id=event.id, **common) for line in lines]
    )
    return event


def _count_purchase(customer: Customer, total: Decimal, quantity: int, at: Any) -> None:
    customer.purchase_total += total
    customer.purchase_count += 1
    customer.purchase_item_count += quantity
    customer.purchase_first_date = customer.purchase_first_date or at
    customer.purchase_last_date = customer.last_earn_date = at
    customer.save(
        update_fields=("purchase_total", "purchase_count", "purchase_item_count", "purchase_first_date",
                       "purchase_last_date", "last_earn_date")
    )  # fmt: skip


def answer(customer: Customer, balance: Balance, event: Event) -> dict[str, Any]:
    account = balance.account
    return {
        **CustomerSerializer(customer).data,
        "score": balance.earned,
        "spent": balance.spent,
        "pending": balance.pending,
        "expired": balance.expired,
        "spendable": balance.spendable,
        "events": [
            {"id": str(event.id), "action": event.action, "points": event.points, "expdate": None,
             "account": {"id": account.slug, "name": account.name}}
        ],
    }  # fmt: skip


# Rewards


class RewardSerializer(serializers.ModelSerializer[Reward]):
    class Meta:
        model = Reward
        # What the program's list tells of each, as the table has it.
        fields = ("slug", "name", "description", "status", "type", "image_url", "prices", "starts_at", "ends_at", "stock",
                  "pools", "transferable", "transfer_points", "transfer_limit", "transfer_date", "transfer_after",
                  "transfer_unit")  # fmt: skip


class Pages(pagination.LimitOffsetPagination):
    default_limit = max_limit = MAX_LIMIT


class RewardsView(generics.ListAPIView[Reward]):
    authentication_classes = (ApiKeyAuthentication,)
    permission_classes = (permissions.IsAuthenticated,)
    renderer_classes = (renderers.JSONRenderer,)
    pagination_class = Pages
    serializer_class = RewardSerializer
    queryset = Reward.objects.order_by("position", "id")
