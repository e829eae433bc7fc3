"""What things cost. The team's own package: no public advisory will ever name it."""

PRICES = {"saddle": 4900, "bridle": 3500, "spurs": 1900}


def price(thing, code=""):
    """Cents; a discount code of the right form takes a tenth off."""
    full = PRICES[thing]
    return full - full // 10 if code.startswith("SHOP") else full
