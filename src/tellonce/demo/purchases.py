"""What was bought: the catalogue, the web shop's orders and returns, and purchases in stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.demo.happenings import Happenings, happenings
from tellonce.demo.layouts import Columns, Known

_MATERIALS = ("Oak", "Linen", "Copper", "Enamel", "Wool", "Clay")
_ARTICLES = (
    ("bench", "garden", 149),
    ("lamp", "living", 59),
    ("kettle", "kitchen", 39),
    ("blanket", "living", 69),
    ("planter", "garden", 24),
    ("rug", "living", 119),
    ("watering can", "garden", 29),
    ("bird house", "garden", 19),
    ("hammock", "garden", 79),
    ("lantern", "living", 34),
)
_CURRENCIES = {"PL": ("PLN", 4.3), "DE": ("EUR", 1.0), "US": ("USD", 1.1), "GB": ("GBP", 0.86)}
_STORES = {
    "PL": ("Gdańsk", "Kraków", "Warszawa"),
    "DE": ("Leipzig", "Köln", "Hamburg"),
    "US": ("Portland", "Albany", "Austin"),
    "GB": ("Leeds", "Bath", "York"),
}


def catalogue() -> Columns:
    """The articles the company sells, prices in euros."""
    rows = [
        (f"LW-{number:03}", f"{material} {article}", category, price + 5.0 * step)
        for number, (step, material, (article, category, price)) in enumerate(
            (
                (step, material, article)
                for step, material in enumerate(_MATERIALS)
                for article in _ARTICLES
            ),
            start=1,
        )
    ]
    sku, title, category, price = zip(*rows, strict=True)
    return {
        "sku": pa.array(sku),
        "title": pa.array(title),
        "category": pa.array(category),
        "price": pa.array(price),
        "currency": pa.repeat(pa.scalar("EUR"), len(rows)),
    }


def _by_country(of: Happenings, values: Mapping[str, Any]) -> pa.Array:
    countries = pc.dictionary_encode(of.of("country"))
    known = pa.array([values[country] for country in countries.dictionary.to_pylist()])
    return known.take(countries.indices)


def _bought(of: Happenings, sign: int = 1) -> Columns:
    """Article, quantity and money of each purchase."""
    articles = catalogue()
    which = np.minimum(of.rng.geometric(0.05, of.size) - 1, len(articles["sku"]) - 1)
    quantity = np.minimum(of.rng.geometric(0.7, of.size), 6)
    rate = _by_country(of, {country: money[1] for country, money in _CURRENCIES.items()})
    price = np.round(articles["price"].to_numpy()[which] * rate.to_numpy(), 2)
    return {
        "sku": articles["sku"].take(pa.array(which)),
        "title": articles["title"].take(pa.array(which)),
        "quantity": pa.array(sign * quantity),
        "amount": pa.array(np.round(sign * quantity * price, 2)),
        "currency": _by_country(of, {c: money[0] for c, money in _CURRENCIES.items()}),
    }


def orders(known: Known, seed: int) -> Columns:
    """Orders of the web shop; a return is a line of its own, later and negative."""
    placed = happenings(known, seed, "orders", 2.0)
    key, bought = placed.key(), _bought(placed)
    back = np.flatnonzero(placed.rng.random(placed.size) < 0.07)
    days = placed.rng.integers(2, 21, placed.size) * 86_400
    returned = pa.array(back)
    number = placed.number("O", 70_001)
    sent = {
        "orderId": number,
        "customerId": key,
        "orderedAt": placed.at(),
        **bought,
        "status": placed.choice(("paid", "paid", "paid", "invoiced")),
        "payment": placed.choice(("card", "transfer", "invoice", "wallet")),
    }
    minus = {name: pc.negate(bought[name].take(returned)) for name in ("quantity", "amount")}
    reverse = {
        **{name: column.take(returned) for name, column in sent.items()},
        "orderedAt": placed.at(days).take(returned),
        **minus,
        "status": pa.repeat(pa.scalar("returned"), len(back)),
    }
    lines = {name: pa.concat_arrays([sent[name], reverse[name]]) for name in sent}
    total = placed.size + len(back)
    line = pc.binary_join_element_wise("L", pa.array(np.arange(total)).cast(pa.string()), "-")
    return {"lineId": line, **lines}


def store_purchases(known: Known, seed: int) -> Columns:
    """Receipts of the stores, under the loyalty card that was shown."""
    made = happenings(known, seed, "store purchases", 1.5)
    which = made.rng.integers(0, 3, made.size)
    stores = [
        _by_country(made, {country: names[n] for country, names in _STORES.items()})
        for n in range(3)
    ]
    return {
        "receipt_no": made.number("R", 400_001),
        "member_no": made.key(),
        "purchased_at": made.at(),
        **_bought(made),
        "status": pa.repeat(pa.scalar("paid"), made.size),
        "channel": pa.repeat(pa.scalar("store"), made.size),
        "store": pc.choose(pa.array(which), *stores),
    }
