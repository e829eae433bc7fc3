"""Write one invoice: `invoice.py ORDER CUSTOMER`. The shop calls it through a shell."""

import sys
import time

order, customer = int(sys.argv[1]), sys.argv[2]
text = f"Invoice {order}\nfor {customer}\n{time.strftime('%Y-%m-%d')}\nThank you for riding with us.\n"
with open(f"/var/lib/shop/invoices/{order}.txt", "w") as file:
    file.write(text)
print(text, end="")
