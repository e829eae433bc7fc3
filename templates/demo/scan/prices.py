"""The pricing service: one price list, printed."""

import sys

sys.path.insert(0, "/srv/pricing/lib")
from shop_pricing import PRICES, price

for thing in sorted(PRICES):
    print(f"{thing}\t{price(thing) / 100:.2f}")
