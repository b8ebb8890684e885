"""What is sold, when people buy it, and what a receipt looks like."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

CENT = Decimal("0.01")
FREE_SHIPPING, SHIPPING = Decimal(60), Decimal("4.90")


@dataclass(frozen=True)
class Product:
    id: str
    name: str
    price: Decimal
    # How often it is bought.
    weight: int


@dataclass(frozen=True)
class Shop:
    """A kind of shop: what one receipt of it holds together."""

    category: str
    weight: int
    # Weights of receipts with one line, two lines, …
    lines: tuple[int, ...]
    products: tuple[Product, ...]


def _products(prefix: str, rows: str) -> tuple[Product, ...]:
    """One product a line: weight, price, name."""
    found = []
    for number, row in enumerate(rows.strip().splitlines(), start=1):
        weight, price, name = row.split(None, 2)
        found.append(Product(f"{prefix}-{number:03}", name, Decimal(price), int(weight)))
    return tuple(found)


SHOPS = (
    Shop("Fashion", 30, (45, 30, 15, 7, 3), _products("FA", """
        12 14.90 Cotton T-shirt
        8 39.90 Slim jeans
        6 29.90 Linen shirt
        5 59.90 Knitted cardigan
        3 129.00 Winter coat
        6 19.90 Leggings
        4 49.90 Summer dress
        9 8.90 Sports socks, 3 pairs
        3 89.90 Leather boots
        5 69.90 Running shoes
        4 24.90 Wool scarf
        2 159.00 Business suit
    """)),
    Shop("Beauty", 20, (35, 30, 20, 10, 5), _products("BE", """
        9 6.90 Hand cream
        8 12.50 Shampoo
        6 24.90 Face serum
        7 9.90 Lipstick
        5 18.90 Mascara
        3 54.00 Eau de parfum
        6 4.50 Bath salt
        4 32.00 Night cream
        3 14.90 Sun lotion SPF 50
        2 79.00 Gift set
    """)),
    Shop("Home", 15, (60, 25, 10, 5), _products("HO", """
        6 12.90 Scented candle
        5 24.90 Bed linen
        4 34.90 Table lamp
        6 9.90 Coffee mug
        3 79.90 Cast-iron pan
        2 249.00 Coffee machine
        4 19.90 Bath towel
        3 44.90 Wool blanket
        1 399.00 Armchair
    """)),
    Shop("Sports", 12, (55, 30, 10, 5), _products("SP", """
        5 22.90 Yoga mat
        6 11.90 Water bottle
        4 34.90 Backpack
        3 64.90 Hiking boots
        2 119.00 Tent for two
        4 17.90 Resistance bands
        3 45.00 Bicycle helmet
        1 549.00 City bicycle
    """)),
    Shop("Café", 23, (55, 35, 10), _products("CA", """
        14 3.20 Cappuccino
        10 2.40 Espresso
        9 2.90 Croissant
        6 6.80 Club sandwich
        4 4.50 Cheesecake
        5 3.90 Fresh orange juice
        3 9.90 Coffee beans, 250 g
    """)),
)  # fmt: skip
_SHOP_WEIGHTS = [shop.weight for shop in SHOPS]
CHANNELS = {"web": 45, "store": 35, "app": 20}

# How busy a month and a weekday (Monday first) are: December peaks, summer dips, Saturday beats Monday.
MONTHS = (0.85, 0.80, 0.95, 1.0, 1.05, 0.9, 0.65, 0.7, 1.0, 1.05, 1.35, 1.9)
WEEKDAYS = (0.8, 0.8, 0.9, 1.0, 1.3, 1.6, 0.9)
# Sales: reductions in the weeks after Christmas, in July, and around the last Friday of November.
SALE = Decimal("0.30")


def busyness(day: dt.date) -> float:
    return MONTHS[day.month - 1] * WEEKDAYS[day.weekday()]


def on_sale(day: dt.date) -> bool:
    return (
        (day.month == 1 and day.day <= 20) or (day.month == 7 and day.day >= 15) or (day.month == 11 and day.day >= 23)
    )


def time_of_day(random: Random, channel: str) -> dt.timedelta:
    """Stores open from 9 to 20; on the web the evening is busiest."""
    hour = random.triangular(9, 20, 16) if channel == "store" else random.triangular(6, 23.9, 20)
    return dt.timedelta(seconds=round(hour * 3600))


def favourite(random: Random) -> Shop:
    return random.choices(SHOPS, _SHOP_WEIGHTS)[0]


def receipt(random: Random, shop: Shop, day: dt.date, channel: str) -> dict[str, Any]:
    """Lines and total of an order, in the programme's currency; points that pay for a part of it come later."""
    count = random.choices(range(1, len(shop.lines) + 1), shop.lines)[0]
    weights = [product.weight for product in shop.products]
    chosen = dict.fromkeys(random.choices(shop.products, weights, k=count))
    items = [_item(random, shop, product, reduced=on_sale(day)) for product in chosen]
    total = sum((item["subtotal"] for item in items), Decimal(0))
    order: dict[str, Any] = {"channel": channel, "total_quantity": sum(item["quantity"] for item in items)}
    if channel != "store" and shop.category != "Café" and total < FREE_SHIPPING:
        order["shipping"] = SHIPPING
        total += SHIPPING
    return {**order, "total": total, "items": items}


def _item(random: Random, shop: Shop, product: Product, *, reduced: bool) -> dict[str, Any]:
    quantity = random.choices((1, 2, 3), (85, 12, 3))[0]
    item: dict[str, Any] = {
        "product_id": product.id,
        "product_name": product.name,
        "product_category": shop.category,
        "price": product.price,
        "quantity": quantity,
    }
    full = product.price * quantity
    discount = (full * SALE).quantize(CENT) if reduced and shop.category != "Café" else Decimal(0)
    if discount:
        item["discount"] = discount
    return {**item, "subtotal": full - discount}
