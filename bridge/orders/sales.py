"""Sale (what an order takes of a listing, and how much of it MoySklad shows), SiteSale (the site's journal)."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from bridge.catalog.models import Listing, Product
from bridge.connections.models import Shop
from bridge.orders.models import Order


class Sale(models.Model):
    """What an order takes of one listing.

    `product`: the item that is taken; of a document it stays what it was, whatever the listing is linked with later.
    `needed`: pieces its buyer is still to get or has got. `held`: pieces that MoySklad has set aside or shipped for it,
    as its document was last read or written. `shown`: what the stock report we last read has in it; `settled` when that
    is what is held. `in_flight`: needed less shown, as far as it is still held. `shipped`, `shipped_shown`,
    `shipment_settled` and `unshipped` are the same for reports of what lies in the warehouse, which know no reserves.
    `taken`: pieces the site said it took from its own stock.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="sales")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="sales")
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, related_name="sales")
    needed = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    held = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    shown = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    in_flight = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    settled = models.BooleanField(default=True)
    shipped = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    shipped_shown = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    unshipped = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    shipment_settled = models.BooleanField(default=True)
    taken = models.DecimalField(max_digits=18, decimal_places=4, default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "listing"], name="one_sale_per_listing")]
        indexes = [
            models.Index(fields=["listing"], name="sale_in_flight", condition=models.Q(in_flight__gt=0)),
            models.Index(fields=["listing"], name="sale_unsettled", condition=models.Q(settled=False)),
            models.Index(fields=["listing"], name="sale_unshipped", condition=models.Q(unshipped__gt=0)),
            models.Index(
                fields=["listing"], name="sale_shipment", condition=models.Q(shipment_settled=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.needed}, {self.shown} shown"

    def reckon(self) -> None:
        """What is in flight, and whether a report is to be waited for, from the other figures.

        A reserve that staff cleared may be free in the report we read, or in the next one: it is taken off at once.
        """
        nothing = Decimal(0)
        self.in_flight = max(self.needed - min(self.shown, self.held), nothing)
        self.unshipped = max(self.needed - min(self.shipped_shown, self.shipped), nothing)
        self.settled = self.held == self.shown
        self.shipment_settled = self.shipped == self.shipped_shown


class SiteSale(models.Model):
    """One movement of a site's stock by an order, as the site numbered it. `item` is the id that keeps the stock;
    `quantity` is negative where pieces came back; `at` is the site's clock.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="site_sales")
    number = models.BigIntegerField()
    item = models.CharField(max_length=32)
    order_source_id = models.CharField(max_length=32)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "number"], name="site_sale_number")]
        indexes = [
            models.Index(fields=["shop", "item", "number"], name="site_sale_item"),
            models.Index(fields=["shop", "at"], name="site_sale_at"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.item} × {self.quantity}"
